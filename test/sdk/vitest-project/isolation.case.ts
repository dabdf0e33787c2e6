import { afterAll, test as base, describe, expect } from 'vitest'
import { type UnderstudyFixtures, understudy } from '../../../src/sdk/vitest.ts'
import { askForToken, fixtures } from './fixtures.ts'

const test = base.extend<UnderstudyFixtures>(understudy({ fixtures, env: {} }))

/** Every issuer that a test of this file had. */
const issuers: string[] = []

describe.concurrent('at once', () => {
  test.for([503, 200])('an issuer of its own answers %i', async (status, { idp }) => {
    issuers.push(idp.url)
    if (status === 503) await idp.arm({ fault: 'temporarily_unavailable', times: 2 })

    const answers = [await askForToken(idp.url), await askForToken(idp.url)]

    expect(answers).toEqual([status, status])
    expect(await idp.requests()).toHaveLength(2)
  })
})

test('the functions of the fixtures come along', async ({ idp }) => {
  const { access_token: token } = await idp.tokens({ client: 'worker', user: 'alice', scope: 'openid' })

  const answer = await fetch(`${idp.url}/me`, { headers: { authorization: `Bearer ${token}` } })
  expect(await answer.json()).toMatchObject({ sub: 'alice', from: 'the module' })
})

test.extend({ declared: { name: 'own', users: ['zoe'] } })('an issuer is what is declared', async ({ idp }) => {
  expect(idp.name).toBe('own')
  expect((await idp.users.list()).map(({ username }) => username)).toEqual(['zoe'])
  expect(await askForToken(idp.url)).toBe(200)
})

test('an issuer is gone after its test, and the server stays', async ({ understudy }) => {
  const found = await Promise.all(issuers.map(async (url) => (await fetch(`${url}/.well-known/jwks.json`)).status))

  expect(found).toEqual([404, 404])
  expect((await understudy.issuers()).map(({ name }) => name)).toEqual(['default'])
})

afterAll(() => expect(new Set(issuers).size).toBe(2))
