import { test as base, expect } from 'vitest'
import { type UnderstudyFixtures, understudy } from '../../../src/sdk/vitest.ts'
import { askForToken, fixtures } from './fixtures.ts'

const test = base.extend<UnderstudyFixtures>(understudy({ fixtures, env: {} }))

test('a fault that fires passes', async ({ idp }) => {
  await idp.arm('invalid_client')

  expect(await askForToken(idp.url)).toBe(401)
})

test('a fault that never fires fails', async ({ idp }) => {
  await idp.arm({ fault: 'slow_down', when: { client: 'tv' } })

  expect(await askForToken(idp.url)).toBe(200)
})

test('a test that fails by itself fails by that alone', async ({ idp }) => {
  await idp.arm('slow_down')

  expect(await askForToken(idp.url)).toBe(418)
})

test.extend({ allowUnfired: true })('a fault that may stay unfired passes', async ({ idp }) => {
  await idp.arm('slow_down')

  expect(await askForToken(idp.url)).toBe(200)
})

test('a test that arms nothing passes', async ({ idp }) => {
  expect(await askForToken(idp.url)).toBe(200)
})

test('a retry starts anew', { retry: 1 }, async ({ idp, task }) => {
  await idp.arm('invalid_client')
  const isFirst = task.result?.retryCount === 0

  expect(isFirst ? 401 : await askForToken(idp.url)).toBe(401)
})
