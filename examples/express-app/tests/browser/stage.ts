import { test as base } from '@playwright/test'
import { type UnderstudyTestFixtures, type UnderstudyWorkerFixtures, understudy } from 'understudy-idp/playwright'
import { issuer } from '../../playwright.config.ts'

export { expect } from '@playwright/test'

export const test = base.extend<UnderstudyTestFixtures, UnderstudyWorkerFixtures>(understudy({ connect: issuer }))
