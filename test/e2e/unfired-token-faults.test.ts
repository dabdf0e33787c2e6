import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ArmedFaultInput } from '../../src/faults/spec.ts'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { atOnce, halfHash, PlainClient } from './plain-client.ts'

let idp: Understudy

const grants = ['authorization_code', 'refresh_token', 'implicit', 'token_exchange'] as const
const responses = ['code', 'code id_token', 'id_token'] as const

beforeAll(async () => {
  const usual = { ...atOnce, grant_types: [...grants], response_types: [...responses] }
  idp = await startUnderstudy({
    fixtures: {
      users: [{ username: 'alice', claims: { email: 'alice@example.com' } }],
      clients: [
        { client_id: 'app', ...usual },
        { client_id: 'hmac', ...usual, id_token_signed_response_alg: 'HS256' },
      ],
    },
  })
})

beforeEach(() => idp.reset())

afterAll(() => idp.close())

async function counts(): Promise<unknown[]> {
  return (await idp.armed()).map(({ matches, fires, spent }) => ({ matches, fires, spent }))
}

const unfired = [{ matches: 1, fires: 0, spent: false }]

const vain: [ArmedFaultInput, string, Record<string, string>][] = [
  [{ fault: 'missing-chash' }, 'app', {}],
  [{ fault: 'missing-shash' }, 'app', {}],
  [{ fault: 'missing-auth-time' }, 'app', {}],
  [{ fault: 'missing-nonce' }, 'app', { nonce: '' }],
  [{ fault: 'missing-email' }, 'app', {}],
  [{ fault: 'missing-email', when: { token: 'access_token' } }, 'app', {}],
  [{ fault: 'wrong-alg', with: { alg: 'RS256' } }, 'app', {}],
  [{ fault: 'kid-absent-multiple-jwks' }, 'hmac', {}],
]

describe.each(vain)('%j for %s', (spec, clientId, params) => {
  test('has not fired at a token that it does not change', async () => {
    const client = new PlainClient(idp.url, clientId)
    await idp.arm(spec)

    const { tokens } = await client.login(params)

    expect(tokens.id_token).toEqual(expect.any(String))
    expect(await counts()).toEqual(unfired)
    expect(await idp.requests({ fault: spec.fault as string })).toEqual([])
    await expect(idp.verify()).rejects.toThrow('what it changes was not there')
  })
})

test('it waits for a token that it changes, and is spent on that', async () => {
  const client = new PlainClient(idp.url)
  await idp.arm('missing-nonce')

  const without = await client.login({ nonce: '' })
  const changed = await client.login({ nonce: 'mine' })
  const after = await client.login({ nonce: 'mine' })

  expect(without.tokens.id_token).toEqual(expect.any(String))
  expect(decodeJwt(changed.tokens.id_token ?? '').nonce).toBeUndefined()
  expect(decodeJwt(after.tokens.id_token ?? '').nonce).toBe('mine')
  expect(await counts()).toEqual([{ matches: 2, fires: 1, spent: true }])
})

test('so does one that a request has armed for its flow', async () => {
  const client = new PlainClient(idp.url)

  const { fields, tokens } = await client.login({
    response_type: 'code id_token',
    understudy_fault: 'missing-athash',
    understudy_tag: 'own',
  })

  expect(fields.id_token).toEqual(expect.any(String))
  expect(decodeJwt(tokens.id_token ?? '')).not.toHaveProperty('at_hash')
  const requests = await idp.requests({ tag: 'own' })
  expect(requests.map(({ endpoint, faults }) => [endpoint, faults?.length ?? 0])).toEqual([
    ['authorization', 0],
    ['token', 1],
  ])
})

test('missing-athash is not spent on the front-channel ID token of a hybrid login, which has none', async () => {
  const client = new PlainClient(idp.url)
  await idp.arm('missing-athash')

  const { fields, tokens } = await client.login({ response_type: 'code id_token' })

  expect(decodeJwt(fields.id_token ?? '')).toHaveProperty('c_hash')
  expect(decodeJwt(tokens.id_token ?? '')).not.toHaveProperty('at_hash')
})

test.each(['refresh-token-invalid-sub', 'refresh-token-invalid-issuer'] as const)(
  '%s waits for a refresh, whatever ID tokens a hybrid login brings',
  async (fault) => {
    const client = new PlainClient(idp.url)
    await idp.arm(fault)

    const { fields, tokens } = await client.login({ response_type: 'code id_token', scope: 'openid offline_access' })
    const refreshed = await client.token({
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token ?? '',
    })

    const [front, first, second] = [fields.id_token, tokens.id_token, refreshed.json.id_token].map((jwt) => {
      const { iss, sub } = decodeJwt(jwt ?? '')
      return { iss, sub }
    })
    expect(first).toEqual(front)
    expect(second).not.toEqual(front)
    expect(await counts()).toEqual([{ matches: 1, fires: 1, spent: true }])
  },
)

test('an ID token that comes by the browser is bound to the state, and missing-shash takes that away', async () => {
  const client = new PlainClient(idp.url)

  const usual = await client.login({ response_type: 'code id_token', state: 'my-state' })
  await idp.arm('missing-shash')
  const faulted = await client.login({ response_type: 'code id_token', state: 'my-state' })

  expect(decodeJwt(usual.fields.id_token ?? '').s_hash).toBe(halfHash('my-state'))
  expect(decodeJwt(usual.tokens.id_token ?? '')).not.toHaveProperty('s_hash')
  expect(decodeJwt(faulted.fields.id_token ?? '')).not.toHaveProperty('s_hash')
})

describe('a token exchange', () => {
  const exchange = (wanted: string, subject = '') => ({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: subject,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    requested_token_type: `urn:ietf:params:oauth:token-type:${wanted}`,
  })

  test('spends no fault on the tokens that its answer does not carry', async () => {
    const client = new PlainClient(idp.url)
    const { tokens } = await client.login()
    await idp.arm('invalid-iss')
    await idp.arm({ fault: 'invalid-aud', when: { token: 'access_token' } })

    const forAccess = await client.token(exchange('access_token', tokens.access_token))
    const forId = await client.token(exchange('id_token', tokens.access_token))

    expect(forAccess.json).not.toHaveProperty('id_token')
    expect(decodeJwt(forAccess.json.access_token ?? '').aud).toBe('somebody-else')
    expect(decodeJwt(forId.json.access_token ?? '').iss).toBe('https://other-issuer.example')
    expect(await counts()).toEqual([
      { matches: 1, fires: 1, spent: true },
      { matches: 1, fires: 1, spent: true },
    ])
  })
})
