import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login } from './flows.ts'

const callback = 'http://localhost:3000/callback'
const post = (url: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(form), headers })

let idp: Understudy
let web: client.Configuration

beforeAll(async () => {
  idp = await startUnderstudy()
  web = await discover(idp.url, 'web-app', 'web-secret')
})
afterAll(() => idp.close())

const authorize = (parameters: Record<string, string>) =>
  client.buildAuthorizationUrl(web, { redirect_uri: callback, scope: 'openid', state: 's', ...parameters })

test('a grant that the client may not use is unauthorized_client', async () => {
  const credentials = { authorization: `Basic ${btoa('web-app:web-secret')}` }
  const token = await post(`${idp.url}/token`, { grant_type: 'client_credentials' }, credentials)
  const device = await post(`${idp.url}/device/auth`, { scope: 'openid' }, credentials)

  expect([token.status, await token.json()]).toMatchObject([400, { error: 'unauthorized_client' }])
  expect([device.status, await device.json()]).toMatchObject([400, { error: 'unauthorized_client' }])
})

test.each(['id_token', 'code id_token', 'none'])(
  'the response type %s is unauthorized_client for who may not use it',
  async (type) => {
    const parameters = {
      response_type: type,
      nonce: 'n',
      redirect_uri: callback,
      scope: 'openid',
      client_id: 'web-app',
    }
    const { url } = await new UserAgent().open(authorize(parameters))
    const pushed = await post(`${idp.url}/request`, parameters, {
      authorization: `Basic ${btoa('web-app:web-secret')}`,
    })

    expect(Object.fromEntries(new URLSearchParams(url.hash.slice(1) || url.search))).toMatchObject({
      error: 'unauthorized_client',
      error_description: 'requested response_type is not allowed for this client',
      state: 's',
      iss: idp.url,
    })
    expect([pushed.status, await pushed.json()]).toMatchObject([400, { error: 'unauthorized_client' }])
  },
)

test('a request without client authentication is invalid_client', async () => {
  for (const path of ['/token', '/token/introspection']) {
    const response = await post(`${idp.url}${path}`, { grant_type: 'client_credentials', token: 'x' })

    expect([response.status, await response.json()]).toMatchObject([401, { error: 'invalid_client' }])
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic/)
  }
})

test.each([
  'Bearer x',
  'Digest x',
  'Basic',
  'Basic zzz',
  `Basic ${btoa('web-app')}`,
  `Basic ${btoa('web-app:')}`,
  `Basic ${btoa('web-app:%zz')}`,
])('the header "Authorization: %s" is no client that could be known, and is challenged', async (authorization) => {
  for (const path of ['/token', '/token/introspection', '/token/revocation', '/request', '/device/auth']) {
    const response = await post(
      `${idp.url}${path}`,
      { grant_type: 'client_credentials', token: 'x' },
      { authorization },
    )

    expect([path, response.status, await response.json()]).toMatchObject([path, 401, { error: 'invalid_client' }])
    expect(response.headers.get('www-authenticate')).toBe(`Basic realm="${idp.url}"`)
  }
  const userinfo = await fetch(`${idp.url}/me`, { headers: { authorization: 'Bearer' } })
  expect([userinfo.status, await userinfo.json()]).toMatchObject([400, { error: 'invalid_request' }])
})

test('no cache keeps what the token endpoint answers, however old it is', async () => {
  const good = await post(
    `${idp.url}/token`,
    { grant_type: 'client_credentials' },
    { authorization: `Basic ${btoa('service:service-secret')}` },
  )
  const bad = await post(`${idp.url}/token`, { grant_type: 'client_credentials' })

  expect([good.status, bad.status]).toEqual([200, 401])
  for (const { headers } of [good, bad]) {
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('pragma')).toBe('no-cache')
  }
})

test.each(['bogus', ''])('the scope "%s" is invalid_scope, with what there is', async (scope) => {
  const { url } = await new UserAgent().open(authorize({ scope }))

  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    error: 'invalid_scope',
    error_description: expect.stringContaining('openid'),
  })
})

test('an access token that is bound by DPoP says to which key', async () => {
  const config = await discover(idp.url, 'service', 'service-secret')
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair())
  const tokens = await client.clientCredentialsGrant(config, undefined, { DPoP })

  expect(decodeJwt(tokens.access_token).cnf).toEqual({ jkt: expect.any(String) })
})

test('a client that asks again for what it has shows what it has', async () => {
  const agent = new UserAgent()
  await login(web, { agent, scope: 'openid email' })
  const page = await agent.open(authorize({ scope: 'openid email', prompt: 'consent' }))

  expect(page.html).toContain('See your e-mail address')
})

test('a device that is approved by call gets the resource it asked for', async () => {
  const tv = await discover(idp.url, 'tv-app', undefined, client.None())
  const device = await client.initiateDeviceAuthorization(tv, { scope: 'openid', resource: 'https://api.example/' })
  await idp.device.approve(device.user_code, 'alice')
  const tokens = await client.genericGrantRequest(tv, 'urn:ietf:params:oauth:grant-type:device_code', {
    device_code: device.device_code,
  })

  expect(decodeJwt(tokens.access_token).aud).toBe('https://api.example/')
})

test('a fault for a user meets the browser whose session it is, whatever cookies stand beside it', async () => {
  const agent = new UserAgent()
  await login(web, { agent })
  await idp.arm({ fault: 'temporarily_unavailable', when: { endpoint: 'authorization', user: 'alice' } })
  const cookies = Object.entries(agent.cookies).map(([name, value]) => `${name}=${value}`)
  const headers = { cookie: ['us_session_default_1=elsewhere', ...cookies].join('; ') }
  const { url } = await new UserAgent().open(authorize({}), undefined, { headers })

  expect(url.searchParams.get('error')).toBe('temporarily_unavailable')
})

test('a fault for a user meets the client that logs this user in by itself', async () => {
  const config = await discover(idp.url, 'e2e-app', 'e2e-secret')
  await idp.arm({ fault: 'access_denied', when: { endpoint: 'authorization', user: 'alice', client: 'e2e-app' } })

  await expect(login(config)).rejects.toMatchObject({ error: 'access_denied' })
  await expect(login(config)).resolves.toBeDefined()
})

test('the audience meant for opaque tokens is told at introspection', async () => {
  const fixtures = {
    access_token: { format: 'opaque', audience: 'https://api.example' },
    clients: [{ client_id: 'm', client_secret: 's', grant_types: ['client_credentials'] }],
  } as const
  await using opaque = await startUnderstudy({ fixtures: structuredClone(fixtures) as never })
  const config = await discover(opaque.url, 'm', 's')
  const tokens = await client.clientCredentialsGrant(config)

  await expect(client.tokenIntrospection(config, tokens.access_token)).resolves.toMatchObject({
    aud: 'https://api.example',
  })
})

test("a client's secret expires by the issuer's clock", async () => {
  const expires = Math.floor(Date.now() / 1000) + 60
  await using aged = await startUnderstudy({
    fixtures: {
      clients: [
        { client_id: 'm', client_secret: 's', client_secret_expires_at: expires, grant_types: ['client_credentials'] },
      ],
    },
  })
  const config = await discover(aged.url, 'm', 's')
  await expect(client.clientCredentialsGrant(config)).resolves.toBeDefined()
  await aged.clock.advance('2m')

  await expect(client.clientCredentialsGrant(config)).rejects.toMatchObject({ error: 'invalid_client' })
})

test('a reset that keeps tokens makes none of them younger', async () => {
  await using kept = await startUnderstudy()
  const config = await discover(kept.url, 'service', 'service-secret')
  await kept.clock.advance('101d')
  const tokens = await client.clientCredentialsGrant(config)
  await kept.reset({ keep: ['tokens'] })
  const { exp } = await client.tokenIntrospection(config, tokens.access_token)

  expect(exp).toBe(decodeJwt(tokens.access_token).exp)
})

test('the token of a client that is gone is inactive, and a session whose user is gone gives way to auto_login', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-answers-'))
  const file = join(folder, 'fixtures.yaml')
  const watcher = '{ client_id: x, client_secret: x, grant_types: [client_credentials] }'
  const app = (user: string) =>
    `{ client_id: c, client_secret: c, redirect_uris: ["${callback}"], consent: skip, auto_login: ${user} }`
  try {
    await writeFile(file, `users: [alice]\nclients: [${watcher}, ${app('alice')}]\n`)
    await using server = await startUnderstudy({ fixtures: file })
    const agent = new UserAgent()
    const config = await discover(server.url, 'c', 'c')
    const { tokens } = await login(config, { agent, scope: 'openid' })

    await writeFile(file, `users: [carol]\nclients: [${watcher}, ${app('carol')}]\n# carol's turn\n`)
    const { tokens: carols } = await login(config, { agent, scope: 'openid' })
    expect(carols.claims()?.sub).toBe('carol')

    await writeFile(file, `users: [alice]\nclients: [${watcher}]\n# without the app\n`)
    const other = await discover(server.url, 'x', 'x')
    await expect(client.tokenIntrospection(other, tokens.access_token)).resolves.toEqual({ active: false })
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('the handle of a token cannot be chosen, by a client or by a rule', async () => {
  const clients = [{ client_id: 'm', client_secret: 's', grant_types: ['client_credentials'] as const }]
  const starts = [
    { clients: [{ ...clients[0], claims: { jti: 'q' } }] },
    { clients, token_rules: [{ claims: { jti: 'q' } }] },
  ]
  for (const fixtures of starts) {
    await expect(startUnderstudy({ fixtures: fixtures as never })).rejects.toThrow(/jti cannot be chosen/)
  }
})
