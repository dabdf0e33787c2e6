import { test as base } from '@playwright/test'
import { type UnderstudyTestFixtures, type UnderstudyWorkerFixtures, understudy } from '../../../src/sdk/playwright.ts'

export { expect } from '@playwright/test'

export const test = base.extend<UnderstudyTestFixtures, UnderstudyWorkerFixtures>(
  understudy({ connect: process.env.IDP_URL ?? '', adminToken: 's3cret' }),
)
