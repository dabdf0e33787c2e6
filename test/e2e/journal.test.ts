import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect as openSocket } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import * as client from 'openid-client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connectControl } from '../../src/control/http-client.ts'
import type { JournalEntry, RequestsQuery } from '../../src/control/requests.ts'
import { type RunningServer, startServer } from '../../src/server.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login } from './flows.ts'

const callback = 'http://localhost:3000/callback'

const fixtures = {
  device: { interval: 5 },
  users: [
    { username: 'alice', password: 'wonderland', sub: '100101', claims: { email: 'alice@example.com' } },
    { username: 'mallory', state: 'locked' },
  ],
  clients: [
    {
      client_id: 'web-app',
      client_secret: 'web-secret',
      redirect_uris: [callback, 'https://app.example.com/callback'],
      post_logout_redirect_uris: ['http://localhost:3000/'],
      grant_types: ['authorization_code', 'refresh_token'],
    },
    { client_id: 'e2e', client_secret: 'e2e', redirect_uris: [callback], consent: 'skip', auto_login: 'alice' },
    { client_id: 'locked', client_secret: 'l', redirect_uris: [callback], consent: 'skip', auto_login: 'mallory' },
    { client_id: 'service', client_secret: 'service-secret', grant_types: ['client_credentials'] },
    { client_id: 'tv-app', grant_types: ['device_code'] },
  ],
}

let server: RunningServer
let web: client.Configuration

beforeEach(async () => {
  server = await startServer({ inline: fixtures as never, port: 0, logLevel: 'silent', watch: false, env: {} })
  web = await discover(server.url, 'web-app', 'web-secret')
  await server.control.clearRequests('default')
})

afterEach(() => server.close())

const requests = (query?: RequestsQuery): Promise<JournalEntry[]> => server.control.requests('default', query)

async function only(query: RequestsQuery): Promise<JournalEntry> {
  const entries = await requests(query)
  expect(entries).toHaveLength(1)
  return entries[0] as JournalEntry
}

const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(server.url + path, { method: 'POST', body: new URLSearchParams(form), headers })

const authorize = (parameters: Record<string, string>, init: RequestInit = {}) =>
  fetch(`${server.url}/auth?${new URLSearchParams(parameters)}`, { redirect: 'manual', ...init })

const good = { client_id: 'e2e', response_type: 'code', scope: 'openid', redirect_uri: callback }

/** A code of the client that logs alice in by itself. */
async function codeOf(parameters: Record<string, string> = {}): Promise<string> {
  const response = await authorize({ ...good, ...parameters })
  return new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? ''
}

const exchange = (form: Record<string, string>) =>
  post('/token', {
    grant_type: 'authorization_code',
    client_id: 'e2e',
    client_secret: 'e2e',
    redirect_uri: callback,
    ...form,
  })

describe('a login', () => {
  test('is one authorization, its pages interactions, and all of it one flow', async () => {
    await login(web, { parameters: { understudy_tag: 'red' } })

    const entries = await requests()
    const endpoints = entries.map(({ endpoint }) => endpoint)
    expect(endpoints.filter((endpoint) => endpoint === 'authorization')).toHaveLength(1)
    expect(endpoints.filter((endpoint) => endpoint === 'interaction').length).toBeGreaterThan(0)
    expect(endpoints.at(-1)).toBe('token')
    expect(new Set(entries.map(({ flow }) => flow)).size).toBe(1)
    expect(new Set(entries.map(({ tag }) => tag))).toEqual(new Set(['red']))
    const report = await server.control.verify('default', {
      tag: 'red',
      expect: [
        { when: { endpoint: 'authorization', client: 'web-app' }, times: 1 },
        {
          when: { endpoint: 'token', user: 'alice', grant_type: 'authorization_code' },
          answer: { status: 200 },
          times: 1,
        },
      ],
    })
    expect(report.expectations.every(({ met }) => met)).toBe(true)
  })

  test('shows who it was, what was asked for, where it led and what was issued', async () => {
    await login(web, { scope: 'openid email' })

    const entries = await requests()
    const answered = entries.find(({ answer }) => answer?.location?.url === callback)
    const token = entries.at(-1)
    expect(entries[0]).toMatchObject({ client: 'web-app', scope: 'openid email', params: { redirect_uri: callback } })
    expect(answered).toMatchObject({
      endpoint: 'interaction',
      user: 'alice',
      answer: { status: 303, location: { params: { code: expect.stringMatching(/^\[redacted/), iss: server.url } } },
    })
    expect(token).toMatchObject({
      user: 'alice',
      client: 'web-app',
      scope: 'openid email',
      params: { grant_type: 'authorization_code', client_secret: expect.stringMatching(/^\[redacted/) },
      tokens: {
        issued: {
          id_token: { header: { alg: 'RS256' }, claims: { sub: '100101', aud: 'web-app' } },
          access_token: { claims: { client_id: 'web-app' } },
        },
      },
    })
    expect(token?.params.code).toBe(answered?.answer?.location?.params.code)
  })

  test('tells on which grant it rests, as grants are listed', async () => {
    const { tokens } = await login(web)
    await client.fetchUserInfo(web, tokens.access_token, '100101')

    const [grant] = await server.control.grants('default', { client: 'web-app' })
    const entries = await requests({ grant: grant?.id ?? '' })
    expect(entries.map(({ endpoint }) => endpoint)).toEqual(['interaction', 'token', 'userinfo'])
  })

  test('holds no secret that was not asked for', async () => {
    const { tokens, callback: url } = await login(web)
    await client.fetchUserInfo(web, tokens.access_token, '100101')
    const refreshed = await client.refreshTokenGrant(web, tokens.refresh_token as string)
    const secrets = [
      'web-secret',
      url.searchParams.get('code'),
      tokens.access_token,
      tokens.id_token,
      tokens.refresh_token,
      refreshed.refresh_token,
    ] as string[]

    const shown = JSON.stringify(await requests())
    const whole = JSON.stringify(await requests({ secrets: true }))

    for (const secret of secrets.slice(1)) expect(whole).toContain(secret)
    for (const secret of secrets) {
      expect(shown).not.toContain(secret)
      expect(shown).not.toContain(secret.split('.')[2] ?? secret)
    }
  })

  test('by form_post shows what is posted to the client', async () => {
    await authorize({ ...good, response_mode: 'form_post', state: 'a&b' })

    expect(await only({ endpoint: 'authorization' })).toMatchObject({
      answer: {
        status: 200,
        location: { url: callback, params: { state: 'a&b', code: expect.stringContaining('redacted') } },
      },
    })
  })
})

test("a browser's tag is that of its logout, too, and its faults are not", async () => {
  await server.control.arm('default', {
    fault: 'latency',
    with: { ms: 1 },
    when: { tag: 'red', endpoint: 'end_session' },
  })

  await fetch(`${server.url}/session/end`, {
    headers: { cookie: 'understudy_tag=red; understudy_fault=access_denied' },
  })

  expect(await only({ endpoint: 'end_session' })).toMatchObject({
    tag: 'red',
    answer: { status: 303 },
    faults: [{ fault: 'latency' }],
  })
})

test('a tag of the flow selects faults, entries and expectations at every step', async () => {
  const { tokens } = await login(web, { parameters: { understudy_tag: 'red' } })
  const other = await login(web, { parameters: { understudy_tag: 'blue' } })
  for (const [fault, endpoint] of [
    ['invalid_token', 'userinfo'],
    ['inactive', 'introspection'],
    ['invalid_grant', 'token'],
  ] as const) {
    await server.control.arm('default', { fault, when: { tag: 'red', endpoint } })
  }

  await expect(client.fetchUserInfo(web, other.tokens.access_token, '100101')).resolves.toBeDefined()
  await expect(client.fetchUserInfo(web, tokens.access_token, '100101')).rejects.toThrow()
  expect(await client.tokenIntrospection(web, other.tokens.access_token)).toMatchObject({ active: true })
  expect(await client.tokenIntrospection(web, tokens.access_token)).toMatchObject({ active: false })
  await expect(client.refreshTokenGrant(web, other.tokens.refresh_token as string)).resolves.toBeDefined()
  await expect(client.refreshTokenGrant(web, tokens.refresh_token as string)).rejects.toMatchObject({
    error: 'invalid_grant',
  })

  const red = await requests({ tag: 'red', endpoint: ['token', 'userinfo', 'introspection'] })
  const [grant] = new Set(red.map((entry) => entry.grant))
  expect(red.every((entry) => entry.grant === grant && entry.client === 'web-app')).toBe(true)
  expect(red.map(({ endpoint, faults, user }) => [endpoint, faults[0]?.fault, user])).toEqual([
    ['token', undefined, 'alice'],
    ['userinfo', 'invalid_token', 'alice'],
    ['introspection', 'inactive', 'alice'],
    ['token', 'invalid_grant', 'alice'],
  ])
  await expect(server.control.verify('default', { tag: 'red' })).resolves.toBeDefined()
})

describe('why a request was refused', () => {
  test.each<[string, () => Promise<unknown>, RequestsQuery, string]>([
    [
      'a wrong secret',
      () => post('/token', { grant_type: 'client_credentials', client_id: 'service', client_secret: 'x' }),
      { error: 'invalid_client' },
      'not that of "service"',
    ],
    [
      'a mistyped client',
      () => post('/token', { grant_type: 'client_credentials', client_id: 'servic', client_secret: 'x' }),
      { error: 'invalid_client' },
      'Did you mean "service"?',
    ],
    [
      'a mistyped client, on a page',
      () => authorize({ ...good, client_id: 'e2' }, { headers: { accept: 'text/html' } }),
      { error: 'invalid_client' },
      'There is no client "e2" here. Did you mean "e2e"?',
    ],
    [
      'another redirect URI, on a page',
      () =>
        authorize(
          { ...good, client_id: 'web-app', redirect_uri: 'https://app.example.com/callbak' },
          { headers: { accept: 'text/html' } },
        ),
      { status: 400 },
      'Registered are "https://app.example.com/callback" and "http://localhost:3000/callback".',
    ],
    [
      'a scope that there is not',
      () => authorize({ ...good, scope: 'opnid' }),
      { error: 'invalid_scope' },
      'Did you mean "openid"?',
    ],
    ['no scope at all', () => authorize({ ...good, scope: '' }), { error: 'invalid_scope' }, 'asks for no scope'],
    [
      'prompt=none of nobody',
      () => authorize({ ...good, client_id: 'web-app', prompt: 'none' }),
      { error: 'login_required' },
      'nobody is signed in',
    ],
    [
      'a locked user',
      () => authorize({ ...good, client_id: 'locked' }),
      { error: 'access_denied' },
      'The user may not go on',
    ],
    [
      'a response type that is not taken',
      () => authorize({ ...good, response_type: 'id_token' }),
      { endpoint: 'authorization' },
      'response_type "id_token"',
    ],
    [
      'plain PKCE',
      () => authorize({ ...good, code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' }),
      { error: 'invalid_request' },
      'only S256',
    ],
    [
      'a missing parameter',
      () => authorize({ client_id: 'e2e', scope: 'openid', redirect_uri: callback }),
      { error: 'invalid_request' },
      'lacks "response_type"',
    ],
    [
      'GET at the token endpoint',
      () => fetch(`${server.url}/token?grant_type=client_credentials`),
      { status: 405 },
      'takes POST, and this was a GET',
    ],
    [
      'JSON at the token endpoint',
      () =>
        fetch(`${server.url}/token`, {
          method: 'POST',
          body: '{"grant_type":"client_credentials"}',
          headers: { 'content-type': 'application/json' },
        }),
      { endpoint: 'token' },
      'not as JSON',
    ],
    [
      'no client at all',
      () => post('/token', { grant_type: 'client_credentials' }),
      { status: 401 },
      'does not say which client',
    ],
    [
      'a grant that the client may not use',
      () => post('/token', { grant_type: 'client_credentials', client_id: 'e2e', client_secret: 'e2e' }),
      { error: 'unauthorized_client' },
      '"e2e" may not use "client_credentials": it is registered for "authorization_code"',
    ],
    [
      'a grant that there is not',
      () => post('/token', { grant_type: 'client_credential', client_id: 'service', client_secret: 'service-secret' }),
      { error: 'unsupported_grant_type' },
      'Did you mean "client_credentials"?',
    ],
    ['a code that is none', () => exchange({ code: 'x' }), { error: 'invalid_grant' }, 'no such authorization code'],
    [
      'a code that is used twice',
      async () => {
        const code = await codeOf()
        await exchange({ code })
        await exchange({ code })
      },
      { error: 'invalid_grant' },
      'was used already just now',
    ],
    [
      'a code that has expired',
      async () => {
        const code = await codeOf()
        await server.control.advanceClock('default', '5m')
        await exchange({ code })
      },
      { error: 'invalid_grant' },
      'The authorization code expired 4 minutes ago',
    ],
    [
      'a code of another client',
      async () => exchange({ code: await codeOf(), client_id: 'web-app', client_secret: 'web-secret' }),
      { error: 'invalid_grant' },
      'was issued to "e2e", and "web-app" presents it',
    ],
    [
      'another redirect URI for the code',
      async () => exchange({ code: await codeOf(), redirect_uri: `${callback}/` }),
      { error: 'invalid_grant' },
      'was asked for with "http://localhost:3000/callback"',
    ],
    [
      'another verifier',
      async () =>
        exchange({
          code: await codeOf({ code_challenge: 'y'.repeat(43), code_challenge_method: 'S256' }),
          code_verifier: 'v'.repeat(43),
        }),
      { error: 'invalid_grant' },
      `had the code_challenge "${'y'.repeat(43)}"`,
    ],
    [
      'no verifier',
      async () => exchange({ code: await codeOf({ code_challenge: 'y'.repeat(43), code_challenge_method: 'S256' }) }),
      { error: 'invalid_grant' },
      'none was sent',
    ],
    [
      'a refresh token that is none',
      () =>
        post('/token', {
          grant_type: 'refresh_token',
          refresh_token: 'x',
          client_id: 'web-app',
          client_secret: 'web-secret',
        }),
      { error: 'invalid_grant' },
      'no such refresh token',
    ],
    [
      'an access token that is none',
      () => fetch(`${server.url}/me`, { headers: { authorization: 'Bearer x' } }),
      { endpoint: 'userinfo' },
      'not known here',
    ],
    ['no access token', () => fetch(`${server.url}/me`), { endpoint: 'userinfo' }, 'has no access token'],
    [
      'another address after the logout',
      () => fetch(`${server.url}/session/end?client_id=web-app&post_logout_redirect_uri=http://localhost:3000`),
      { endpoint: 'end_session' },
      'Registered is "http://localhost:3000/".',
    ],
    [
      'a body that is too large',
      () => post('/token', { grant_type: 'x'.repeat(60_000) }).catch(() => undefined),
      { status: 413 },
      'larger than 56 KiB',
    ],
    [
      'a fault that it armed and cannot meet',
      () => post('/token', { grant_type: 'client_credentials' }, { 'Understudy-Fault': 'login_required' }),
      { status: 400 },
      'Understudy-Fault',
    ],
  ])('%s', async (_what, ask, query, told) => {
    await ask()

    const { refusal } = await only(query)
    expect(refusal?.why).toContain(told)
  })

  test('a replayed refresh token', async () => {
    const { tokens } = await login(web)
    await client.refreshTokenGrant(web, tokens.refresh_token as string)
    await expect(client.refreshTokenGrant(web, tokens.refresh_token as string)).rejects.toThrow()

    expect((await only({ error: 'invalid_grant' })).refusal?.why).toContain(
      'The refresh token was used already just now',
    )
  })

  test('a fault that was armed', async () => {
    const { id } = await server.control.arm('default', {
      fault: 'temporarily_unavailable',
      when: { endpoint: 'token' },
    })
    await exchange({ code: 'x' })

    expect(await only({ fault: id })).toMatchObject({
      faults: [{ id, fault: 'temporarily_unavailable', origin: 'admin' }],
      refusal: {
        why: `This answer was asked for by the armed fault temporarily_unavailable (${id}). Nothing is wrong with the request.`,
      },
    })
  })

  test('a fault at the authorization endpoint', async () => {
    const { id } = await server.control.arm('default', { fault: 'access_denied', when: { endpoint: 'authorization' } })
    await authorize(good)

    const entry = await only({ error: 'access_denied', endpoint: 'authorization' })
    expect(entry.refusal?.why).toContain(`the armed fault access_denied (${id})`)
    expect(entry.faults).toEqual([{ id, fault: 'access_denied', origin: 'admin' }])
  })
})

test('polls tell how far apart they were, whoever answered slow_down', async () => {
  const tv = await discover(server.url, 'tv-app', undefined, client.None())
  const { device_code: code } = await client.initiateDeviceAuthorization(tv, { scope: 'openid' })
  const poll = () =>
    client
      .genericGrantRequest(tv, 'urn:ietf:params:oauth:grant-type:device_code', { device_code: code })
      .catch(() => {})
  await poll()
  await poll()
  await server.control.arm('default', { fault: 'slow_down' })
  await server.control.advanceClock('default', 11)
  await poll()
  await server.control.advanceClock('default', 20)
  await poll()

  const polls = await requests({ grant_type: 'device_code' })
  const spacing = polls.map(({ refusal, since_previous_ms: since, required_ms: required }) => [
    refusal?.error,
    since === undefined ? since : Math.floor(since / 1000),
    required,
  ])
  expect(spacing).toEqual([
    ['authorization_pending', undefined, undefined],
    ['slow_down', 0, 5000],
    ['slow_down', 11, 10_000],
    ['authorization_pending', 20, 15_000],
  ])
  const [, , faulted] = polls
  expect(faulted).toMatchObject({ faults: [{ fault: 'slow_down' }], flow: polls[0]?.flow, client: 'tv-app' })
})

test('a call of the provider is an entry, too', async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] })
  const keys = createServer((_, response) => response.setHeader('content-type', 'application/json').end(jwks))
  keys.listen(0, '127.0.0.1')
  await once(keys, 'listening')
  const uri = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/keys`
  await server.control.putClient('default', 'signed', {
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: uri,
    grant_types: ['client_credentials'],
  })
  const config = await discover(server.url, 'signed', undefined, client.PrivateKeyJwt({ key: privateKey, kid: 'k1' }))

  await client.clientCredentialsGrant(config)

  const [call] = await requests({ kind: 'call', wait: '5s' })
  expect(call).toMatchObject({
    endpoint: 'jwks_uri',
    method: 'GET',
    url: uri,
    client: 'signed',
    answer: { status: 200, json: { keys: [{ kid: 'k1' }] } },
  })
  expect(await only({ endpoint: 'token' })).toMatchObject({
    client: 'signed',
    params: { client_assertion: expect.stringContaining('redacted') },
    tokens: { received: { client_assertion: { header: { kid: 'k1' }, claims: { sub: 'signed' } } } },
  })
  keys.close()
})

test('a call that nobody answers tells why', async () => {
  await server.control.putClient('default', 'signed', {
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: 'http://127.0.0.1:1/keys',
    grant_types: ['client_credentials'],
  })
  const { privateKey } = await generateKeyPair('RS256')
  const config = await discover(server.url, 'signed', undefined, client.PrivateKeyJwt(privateKey))

  await expect(client.clientCredentialsGrant(config)).rejects.toThrow()

  expect(await only({ kind: 'call' })).toMatchObject({ endpoint: 'jwks_uri', failure: expect.any(String) })
})

test('a connection that breaks off is told', async () => {
  const { port } = new URL(server.url)
  const socket = openSocket(Number(port), 'localhost')
  await once(socket, 'connect')
  socket.write('POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\ngrant_type=')
  await expect.poll(() => fetch(`${server.url}/jwks`).then(({ status }) => status)).toBe(200)

  socket.destroy()

  const [entry] = await requests({ endpoint: 'token', wait: '5s' })
  expect(entry).toMatchObject({ endpoint: 'token', broken: true })
})

test('a request that a reset has overtaken leaves no entry', async () => {
  const held = await server.control.arm('default', { fault: 'hold', when: { endpoint: 'token' } })
  const asked = exchange({ code: 'x' })
  await expect.poll(async () => (await server.control.fault('default', held.id)).fires).toBe(1)

  await server.control.reset('default')
  await asked
  await fetch(`${server.url}/jwks`)

  expect((await requests()).map(({ endpoint }) => endpoint)).toEqual(['jwks'])
})

describe('following', () => {
  const stream = (query = '', headers: Record<string, string> = {}) =>
    fetch(`${server.url}/_understudy/api/issuers/default/requests/stream${query}`, { headers })

  async function read(response: Response, until: RegExp): Promise<string> {
    const reader = response.body?.getReader()
    const decoder = new TextDecoder()
    let text = ''
    while (!until.test(text)) {
      const { done, value } = (await reader?.read()) ?? { done: true }
      if (done) break
      text += decoder.decode(value, { stream: true })
    }
    await reader?.cancel()
    return text
  }

  test('goes on after the last event that a client has seen', async () => {
    for (let count = 0; count < 3; count += 1) await fetch(`${server.url}/jwks`)
    const [first] = await requests()

    const response = await stream('', { 'Last-Event-ID': String(first?.id) })
    const text = await read(response, /(event: request[\s\S]*){2}\n\n/)

    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
    expect(ids).toEqual([Number(first?.id) + 1, Number(first?.id) + 2])
  })

  /** Waits until this process has sent a request for a path that begins so. */
  const sent = (path: string) =>
    new Promise<void>((resolve) => {
      const channel = 'undici:client:sendHeaders'
      const see = (message: unknown) => {
        if (!(message as { request: { path: string } }).request.path.startsWith(path)) return
        unsubscribe(channel, see)
        resolve()
      }
      subscribe(channel, see)
    })

  test('does not keep a server from closing, nor does waiting', async () => {
    const isSent = sent('/_understudy/api/issuers/default/requests?')
    const waiting = connectControl({ server: server.url }).requests('default', { endpoint: 'userinfo', wait: '60s' })
    await isSent
    const streamed = await stream()
    const begun = performance.now()

    await server.close()

    expect(await waiting).toEqual([])
    expect(await read(streamed, /event:/)).toBe(': following\n\n')
    expect(performance.now() - begun).toBeLessThan(3000)
  })

  test('is bounded, and whoever leaves makes room', async () => {
    const gone = new AbortController()
    const waits = Array.from({ length: 200 }, () => waitWith(gone.signal))
    await expect
      .poll(() => requests({ endpoint: 'jwks', wait: '1ms' }).catch(({ code }) => code))
      .toBe('ERR_TOO_MANY_WAITING')

    gone.abort()
    await Promise.all(waits)

    await expect(requests({ endpoint: 'jwks', wait: '1ms' })).resolves.toEqual([])
  })

  const waitWith = (signal: AbortSignal) =>
    server.control.requests('default', { endpoint: 'userinfo', wait: '60s' }, { signal })
})

test('how much is kept is up to the fixtures', async () => {
  await server.control.createIssuer({ name: 'small', journal: { max_entries: 2 } } as never)
  for (let count = 0; count < 5; count += 1) await fetch(`${server.url}/small/jwks`)

  expect((await server.control.requests('small')).map(({ id }) => id)).toEqual(['4', '5'])
})

test('where none is kept, requests are answered and meet their faults all the same', async () => {
  await server.control.createIssuer({ name: 'silent', journal: { max_entries: 0 } } as never)
  await server.control.arm('silent', { fault: 'server_error', when: { endpoint: 'token' } })

  expect((await fetch(`${server.url}/silent/jwks`)).status).toBe(200)
  expect((await post('/silent/token', {})).status).toBe(500)

  expect(await server.control.requests('silent')).toEqual([])
  await expect(server.control.verify('silent')).resolves.toMatchObject({ unfired: [] })
})

test('header fields and a body are told as they were sent', async () => {
  const response = await fetch(`${server.url}/.well-known/openid-configuration`)
  const body = await response.text()

  const entry = await only({ endpoint: 'discovery' })

  const { 'content-type': type, date } = Object.fromEntries(response.headers)
  expect(entry.answer).toMatchObject({ status: 200, body, headers: { 'content-type': type, date } })
})

test('a browser whose cookie is not that of its login is told so', async () => {
  const agent = new UserAgent()
  const url = client.buildAuthorizationUrl(web, { redirect_uri: callback, scope: 'openid' })
  const page = await agent.open(url)
  const { action = '' } = page.forms[0] ?? {}
  const uid = /interaction\/([\w-]+)/.exec(action)?.[1]

  await fetch(`${server.url}/auth/${uid}`, { headers: { accept: 'text/html' } })

  const [entry] = await requests({ endpoint: 'interaction', status: 400 })
  expect(entry?.refusal?.why).toMatch(/cookie|not there any more/)
})
