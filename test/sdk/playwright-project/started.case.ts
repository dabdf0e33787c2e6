import { test as base, expect } from '@playwright/test'
import { type UnderstudyTestFixtures, type UnderstudyWorkerFixtures, understudy } from '../../../src/sdk/playwright.ts'
import { fixturesFor } from './fixtures.ts'

const declared = fixturesFor('http://localhost:3000')
const test = base.extend<UnderstudyTestFixtures, UnderstudyWorkerFixtures>(
  understudy({ fixtures: { issuers: { partner: declared } }, issuer: 'partner', env: {} }),
)

test('a worker starts a server, and a test is at the issuer that is named', async ({ idp, understudy }) => {
  const callback = await idp.login('carol', { client: 'app' })

  expect(idp.url).toBe(`${understudy.origin}/partner`)
  expect(callback.searchParams.get('code')).toBeTruthy()
  expect(await idp.sessions.list()).toMatchObject([{ user: 'carol' }])
})
