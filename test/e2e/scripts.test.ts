import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { atOnce, PlainClient } from './plain-client.ts'

let idp: Understudy
let client: PlainClient

beforeAll(async () => {
  const grants = ['authorization_code', 'refresh_token', 'client_credentials', 'device_code'] as const
  idp = await startUnderstudy({
    fixtures: { users: ['alice'], clients: [{ client_id: 'app', ...atOnce, grant_types: [...grants] }] },
  })
  client = new PlainClient(idp.url)
})

beforeEach(() => idp.reset())

afterAll(() => idp.close())

async function inTurn<Found>(ask: () => Promise<Found>, count = 4): Promise<Found[]> {
  const found: Found[] = []
  for (let turn = 0; turn < count; turn += 1) found.push(await ask())
  return found
}

const statusOf = async (answer: Promise<{ status: number }>) => (await answer).status

const keyCount = async () => ((await (await fetch(`${idp.url}/jwks`)).json()) as { keys: unknown[] }).keys.length

test.each([
  [
    ['pass', 'jwks-empty', 'pass'],
    [3, 0, 3, 3],
  ],
  [
    ['jwks-empty', 'pass'],
    [0, 3, 3, 3],
  ],
] as const)('a script of the JWKS is played over successive requests: %j', async (script, expected) => {
  await idp.arm({ script: [...script] })

  expect(await inTurn(keyCount)).toEqual(expected)
  expect(await idp.armed()).toMatchObject([{ per: 'issuer', spent: true }])
})

test('a script of discovery is, too', async () => {
  await idp.arm({ script: ['pass', 'discovery-html'] })

  const types = await inTurn(async () => {
    const { headers } = await fetch(`${idp.url}/.well-known/openid-configuration`)
    return headers.get('content-type')?.split(';')[0]
  })

  expect(types).toEqual(['application/json', 'text/html', 'application/json', 'application/json'])
})

test('a script of authorizations is played over one after the other', async () => {
  await idp.arm({ script: ['pass', 'access_denied'], when: { endpoint: 'authorization' } })

  const errors = await inTurn(async () => (await client.authorize()).fields.error)

  expect(errors).toEqual([undefined, 'access_denied', undefined, undefined])
})

test('a script of device requests is', async () => {
  await idp.arm({ script: ['pass', 'temporarily_unavailable'], when: { endpoint: 'device_authorization' } })

  const statuses = await inTurn(() => statusOf(client.post('/device/auth', { scope: 'openid' })))

  expect(statuses).toEqual([200, 503, 200, 200])
})

test.each([{ grant_type: 'client_credentials' }, { endpoint: 'token' }, { client: 'app' }] as const)(
  'a script for %j is played over the token requests of a service',
  async (when) => {
    await idp.arm({ script: ['pass', 'temporarily_unavailable'], when })

    const statuses = await inTurn(() => statusOf(client.token({ grant_type: 'client_credentials' })))

    expect(statuses).toEqual([200, 503, 200, 200])
  },
)

test('a script of the token endpoint is played over each login by itself, and its refreshes', async () => {
  await idp.arm({ script: ['pass', 'invalid_grant'], when: { endpoint: 'token' } })
  const scope = 'openid offline_access'
  const [one, other] = [await client.login({ scope }), await client.login({ scope })]

  const refresh = ({ tokens }: typeof one) =>
    client.token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' })

  expect((await refresh(one)).json.error).toBe('invalid_grant')
  expect((await refresh(other)).json.error).toBe('invalid_grant')
  expect(await statusOf(refresh(one))).toBe(200)
  expect(await idp.armed()).toMatchObject([{ per: 'flow' }])
})

test('who says per: flow has each request without a flow be one of its own', async () => {
  await idp.arm({ script: ['temporarily_unavailable', 'pass'], per: 'flow', when: { endpoint: 'token' } })

  const statuses = await inTurn(() => statusOf(client.token({ grant_type: 'client_credentials' })))

  expect(statuses).toEqual([503, 503, 503, 503])
})
