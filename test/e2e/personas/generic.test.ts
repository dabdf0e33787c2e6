import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../../src/index.ts'

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: {
      device: { interval: 10, expires_in: 1600 },
      users: ['alice'],
      clients: [
        { client_id: 'tv', grant_types: ['device_code', 'refresh_token'] },
        { client_id: 'service', client_secret: 'service-secret', grant_types: ['client_credentials'] },
      ],
    },
  })
})

afterAll(() => idp.close())

async function post(path: string, fields?: Record<string, string>): Promise<Record<string, unknown>> {
  const body = fields && new URLSearchParams(fields)
  const response = await fetch(idp.origin + path, { method: 'POST', ...(body && { body }) })
  return (await response.json()) as Record<string, unknown>
}

test.each([
  ['a form', '/device', { client_id: 'tv', scope: 'openid' }],
  ['the query', '/device?client_id=tv&scope=openid', undefined],
])('a POST to /device with a client_id in %s is a device authorization request', async (_where, path, fields) => {
  const device = await post(path, fields)

  expect(device).toEqual({
    device_code: expect.any(String),
    user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/),
    verification_uri: `${idp.origin}/device`,
    verification_uri_complete: `${idp.origin}/device?user_code=${device.user_code}`,
    expires_in: 1600,
    interval: 10,
  })
  await idp.device.approve(String(device.user_code), 'alice')
  const tokens = await post('/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    client_id: 'tv',
    device_code: String(device.device_code),
  })
  expect(tokens.token_type).toBe('Bearer')
})

test('a device request at /device is journalled, and faults meet it', async () => {
  await idp.arm({ fault: 'invalid_scope', when: { endpoint: 'device_authorization', client: 'tv' } })

  const refused = await post('/device', { client_id: 'tv' })
  const [entry] = await idp.requests({ endpoint: 'device_authorization', fault: 'invalid_scope' })

  expect(refused.error).toBe('invalid_scope')
  expect(entry).toMatchObject({ client: 'tv' })
})

test('generic brings a user and a client where it is named, and none where it is not', async () => {
  const named = await idp.createIssuer({ persona: 'generic' })
  const own = await idp.createIssuer({ persona: { extends: 'generic', name: 'own' } })
  const unnamed = await idp.createIssuer({})
  const busy = await idp.createIssuer({
    persona: 'generic',
    users: ['bob'],
    clients: [{ client_id: 'tv', grant_types: ['device_code'] }],
  })

  const entries = [named, own, unnamed, busy].map(async ({ users, clients }) => [
    (await users.list()).map(({ username }) => username),
    (await clients.list()).map(({ client_id: id }) => id),
  ])

  expect(await Promise.all(entries)).toEqual([
    [['alice'], ['demo-app']],
    [['alice'], ['demo-app']],
    [[], []],
    [['bob'], ['tv']],
  ])
})

test('the page for user codes is still there', async () => {
  const page = await fetch(`${idp.origin}/device`)

  expect(page.headers.get('content-type')).toContain('text/html')
  expect(await page.text()).toContain('user_code')
})

test('client credentials work with id and secret in the query of a POST', async () => {
  const fields = { grant_type: 'client_credentials', client_id: 'service', client_secret: 'service-secret' }

  const tokens = await post(`/token?${new URLSearchParams(fields)}`)

  expect(tokens).toMatchObject({ access_token: expect.any(String), token_type: 'Bearer' })
})

test('a fault finds the client and the grant of such a request', async () => {
  await idp.arm({ fault: 'invalid_grant', when: { client: 'service', grant_type: 'client_credentials' } })
  const fields = { grant_type: 'client_credentials', client_id: 'service', client_secret: 'service-secret' }

  const refused = await post(`/token?${new URLSearchParams(fields)}`)

  expect(refused.error).toBe('invalid_grant')
})
