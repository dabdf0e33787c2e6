import { test as playwright } from '@playwright/test'
import {
  understudy as forPlaywright,
  type UnderstudyTestFixtures,
  type UnderstudyWorkerFixtures,
} from 'understudy-idp/playwright'
import { understudy as forVitest, type UnderstudyFixtures } from 'understudy-idp/vitest'
import { expect, test as vitest } from 'vitest'
import { fixtures } from './consumer.js'

const test = vitest.extend<UnderstudyFixtures>(forVitest({ fixtures }))
test('by vitest', async ({ idp, understudy }) => {
  const armed = await idp.arm('invalid_grant')
  expect(armed.fires).toBe(Number(understudy.url))
})
test.extend({ allowUnfired: true })('may stay unfired', async ({ idp }) => {
  await idp.arm('invalid_grant')
})

const browse = playwright.extend<UnderstudyTestFixtures, UnderstudyWorkerFixtures>(
  forPlaywright({ connect: 'http://localhost:9400', issuer: 'partner' }),
)
browse.use({ allowUnfired: true })
browse('by Playwright', async ({ page, browser, idp, signIn, signedIn }) => {
  await signIn('alice')
  await using context = await browser.newContext({ storageState: await signedIn('bob') })
  await signIn('bob', { context, age: '1h' })
  await page.goto(idp.url)
})
