import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { atOnce, PlainClient } from './plain-client.ts'

let idp: Understudy
let client: PlainClient

beforeAll(async () => {
  const grants = ['authorization_code', 'device_code', 'client_credentials'] as const
  idp = await startUnderstudy({
    fixtures: {
      users: [{ username: 'alice', claims: { groups: ['admin', 'staff'] } }],
      clients: [{ client_id: 'app', ...atOnce, grant_types: [...grants] }],
    },
  })
  client = new PlainClient(idp.url)
})

beforeEach(() => idp.reset())

afterAll(() => idp.close())

test('groups-overage tells where the groups are, in their place', async () => {
  const usual = decodeJwt((await client.login()).tokens.id_token ?? '')
  await idp.arm('groups-overage')

  const claims = decodeJwt((await client.login()).tokens.id_token ?? '')

  expect(usual.groups).toEqual(['admin', 'staff'])
  expect(claims).not.toHaveProperty('groups')
  expect(claims._claim_names).toEqual({ groups: 'src1' })
})

test('jwks-duplicate-kid puts the key that does not sign first', async () => {
  const keys = async () => {
    const answer = await fetch(`${idp.url}/jwks`)
    return ((await answer.json()) as { keys: Record<string, string>[] }).keys
  }
  const usual = await keys()
  await idp.arm('jwks-duplicate-kid')

  const doubled = await keys()

  expect(doubled.map(({ kid }) => kid)).toEqual(usual.flatMap(({ kid }) => [kid, kid]))
  expect(doubled.filter((_, index) => index % 2 === 1)).toEqual(usual)
  for (const [index, key] of usual.entries()) expect(doubled[index * 2]).not.toMatchObject(key)
})

test.each([
  ['introspection', '/token/introspection', { token: 'x' }],
  ['revocation', '/token/revocation', { token: 'x' }],
  ['pushed_authorization_request', '/request', { response_type: 'code' }],
  ['device_authorization', '/device/auth', { scope: 'openid' }],
] as const)('client-secret-rotated at %s locks the client out there and elsewhere', async (endpoint, path, params) => {
  await idp.arm({ fault: 'client-secret-rotated', when: { endpoint } })

  const there = await client.post(path, params)
  const elsewhere = await client.token({ grant_type: 'client_credentials' })

  expect([there.status, there.json.error]).toEqual([401, 'invalid_client'])
  expect([elsewhere.status, elsewhere.json.error]).toEqual([401, 'invalid_client'])
})
