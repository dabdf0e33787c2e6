import { test as base, expect } from 'vitest'
import { type UnderstudyFixtures, understudy } from '../../../src/sdk/vitest.ts'
import { askForToken } from './fixtures.ts'

const test = base.extend<UnderstudyFixtures>(
  understudy({ connect: process.env.IDP_URL ?? '', adminToken: 's3cret', scope: 'file' }),
)

test('an issuer is made at a server that runs elsewhere', async ({ idp, understudy }) => {
  await idp.arm('invalid_client')

  expect(understudy.origin).toBe(process.env.IDP_URL)
  expect(idp.url.startsWith(`${understudy.origin}/`)).toBe(true)
  expect(await askForToken(idp.url)).toBe(401)
  expect(await askForToken(understudy.url)).toBe(200)
})

test('a fault that never fires fails there as well', async ({ idp }) => {
  await idp.arm('invalid_client')
})
