import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { startServer } from '../../src/server.ts'
import { discover, login } from './flows.ts'
import { discoverServer, insecure, loginByWebApi } from './web-api-client.ts'

const redirectUri = 'http://localhost:3000/callback'
const initialToken = 'may-register'

const members = {
  users: [{ username: 'alice', sub: '100101', claims: { name: 'Alice Liddell' } }],
  clients: [{ client_id: 'web', client_secret: 'web-secret', redirect_uris: [redirectUri] }],
}

let idp: Understudy

beforeAll(async () => {
  const open = { ...members, registration: { enabled: true } }
  const rotating = { enabled: true, initial_access_token: initialToken, rotate_access_token: true }
  const fixtures = {
    ...open,
    issuers: {
      partner: open,
      guarded: { ...members, registration: rotating },
      readable: { ...members, registration: { enabled: true, management: 'read' } },
      unmanaged: { ...members, registration: { enabled: true, management: 'none' } },
      closed: members,
      open: { open: true, registration: { enabled: true } },
    },
  }
  idp = await startUnderstudy({ fixtures: JSON.parse(JSON.stringify(fixtures)) })
})

afterEach(async () => {
  for (const name of ['default', 'partner', 'guarded', 'readable', 'unmanaged']) await idp.issuer(name).reset()
})

afterAll(() => idp.close())

type Body = Record<string, unknown>

interface Answer {
  status: number
  body: Body
  challenge: string | null
  headers: Headers
}

async function send(
  url: unknown,
  method: string,
  body?: unknown,
  token?: unknown,
  type = 'application/json',
): Promise<Answer> {
  const response = await fetch(String(url), {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': type }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const { status, headers } = response
  return { status, headers, body: text === '' ? {} : JSON.parse(text), challenge: headers.get('www-authenticate') }
}

async function metadataOf(issuer: string): Promise<Body> {
  const { body } = await send(`${idp.issuer(issuer).url}/.well-known/openid-configuration`, 'GET')
  return body
}

const register = async (issuer: string, metadata: unknown, token?: string) =>
  send((await metadataOf(issuer)).registration_endpoint, 'POST', metadata, token)

const manage = (registered: Body, method: string, body?: unknown) =>
  send(registered.registration_client_uri, method, body, registered.registration_access_token)

const clientIds = async (issuer: string) => (await idp.issuer(issuer).clients.list()).map(({ client_id: id }) => id)

for (const name of ['default', 'partner']) {
  describe(`issuer ${name}`, () => {
    const url = () => new URL(idp.issuer(name).url)

    test('openid-client registers itself and logs in', async () => {
      const config = await client.dynamicClientRegistration(
        url(),
        { redirect_uris: [redirectUri], client_name: 'A passer-by' },
        undefined,
        { execute: [client.allowInsecureRequests] },
      )
      const { tokens } = await login(config, { scope: 'openid profile' })

      expect(tokens.claims()).toMatchObject({ aud: config.clientMetadata().client_id, name: 'Alice Liddell' })
    })

    test('openid-client registers a key, and authenticates with it', async () => {
      const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
      const keys = [{ ...(await exportJWK(publicKey)), kid: 'own', alg: 'ES256', use: 'sig' }]
      const config = await client.dynamicClientRegistration(
        url(),
        { grant_types: ['client_credentials'], token_endpoint_auth_method: 'private_key_jwt', jwks: { keys } },
        client.PrivateKeyJwt({ key: privateKey, kid: 'own' }),
        { execute: [client.allowInsecureRequests] },
      )

      expect(config.clientMetadata()).not.toHaveProperty('client_secret')
      await expect(client.clientCredentialsGrant(config)).resolves.toHaveProperty('access_token')
    })

    test('oauth4webapi registers itself and logs in', async () => {
      const server = await discoverServer(url().href)
      const response = await oauth.dynamicClientRegistrationRequest(
        server,
        {
          redirect_uris: [redirectUri],
          token_endpoint_auth_method: 'client_secret_post',
          grant_types: ['authorization_code', 'refresh_token'],
        },
        insecure,
      )
      const registered = await oauth.processDynamicClientRegistrationResponse(response)
      const authentication = oauth.ClientSecretPost(String(registered.client_secret))

      const { claims, tokens } = await loginByWebApi({ server, client: registered, authentication }, { redirectUri })

      expect(claims).toMatchObject({ aud: registered.client_id, sub: '100101' })
      expect(tokens.refresh_token).toBeDefined()
    })

    test('all that is registered is answered, and what has a usual value with it', async () => {
      const { status, body, headers } = await register(name, {
        redirect_uris: [redirectUri],
        client_name: 'Café',
        contacts: ['a@example.com'],
        software_id: 'app',
        consent: 'skip',
        'client_name#fr': 'Le café',
        shoe_size: 43,
      })

      expect(status).toBe(201)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(body).toMatchObject({
        client_id: expect.any(String),
        client_id_issued_at: expect.any(Number),
        client_secret: expect.any(String),
        client_secret_expires_at: 0,
        client_name: 'Café',
        contacts: ['a@example.com'],
        software_id: 'app',
        consent: 'skip',
        grant_types: ['authorization_code'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
        registration_client_uri: `${idp.issuer(name).url}/reg/${body.client_id}`,
      })
      expect(body).not.toHaveProperty('shoe_size')
      await expect(manage(body, 'GET')).resolves.toMatchObject({ status: 200, body: { ...body } })
    })

    test('a client reads, changes and deletes its registration', async () => {
      const { body } = await register(name, { redirect_uris: [redirectUri], client_name: 'Before' })
      const { client_id: id, client_secret: secret } = body

      const changed = await manage(body, 'PUT', { client_id: id, redirect_uris: ['https://app.example/callback'] })

      expect(changed).toMatchObject({
        status: 200,
        body: { client_id: id, client_secret: secret, redirect_uris: ['https://app.example/callback'] },
      })
      expect(changed.body).not.toHaveProperty('client_name')
      expect((await manage(body, 'GET')).body).toEqual(changed.body)
      expect(await manage(body, 'DELETE')).toMatchObject({ status: 204 })
      expect(await clientIds(name)).not.toContain(id)
      expect(await manage(body, 'GET')).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
      await expect(login(await discover(url().href, String(id), String(secret)))).rejects.toThrow()
    })

    test('registered clients are clients like others, until a reset', async () => {
      const { body } = await register(name, { redirect_uris: [redirectUri] })
      const id = String(body.client_id)
      expect(await clientIds(name)).toEqual(['web', id])
      await idp.issuer(name).clients.put(id, {
        client_secret: 'chosen',
        redirect_uris: [redirectUri],
        client_name: 'Edited',
      })
      expect(await manage(body, 'GET')).toMatchObject({
        status: 200,
        body: { client_name: 'Edited', client_secret: 'chosen' },
      })

      await idp.issuer(name).reset()

      expect(await clientIds(name)).toEqual(['web'])
      expect(await manage(body, 'GET')).toMatchObject({ status: 401 })
      await expect(login(await discover(url().href, 'web', 'web-secret'))).resolves.toBeDefined()
    })

    test('a reset that keeps the fixtures keeps registrations, and their tokens', async () => {
      const { body } = await register(name, { redirect_uris: [redirectUri] })

      await idp.issuer(name).reset({ keep: ['fixtures'] })

      expect(await manage(body, 'GET')).toMatchObject({ status: 200, body: { client_id: body.client_id } })
    })

    test('response types bring the grants that they need along', async () => {
      const { body } = await register(name, { redirect_uris: [redirectUri], response_types: ['code id_token'] })

      expect(body.grant_types).toEqual(expect.arrayContaining(['authorization_code', 'implicit']))
      expect(await idp.issuer(name).clients.get(String(body.client_id))).toMatchObject({
        grant_types: expect.arrayContaining(['authorization_code', 'implicit']),
      })
    })

    test('a change to a public client takes its secret away', async () => {
      const { body } = await register(name, { redirect_uris: [redirectUri] })
      const { client_id } = body

      const { body: changed } = await manage(body, 'PUT', {
        client_id,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'none',
      })

      expect(changed).toMatchObject({ token_endpoint_auth_method: 'none' })
      expect(changed).not.toHaveProperty('client_secret')
      const config = await discover(url().href, String(client_id), undefined, client.None())
      await expect(login(config, { scope: 'openid' })).resolves.toBeDefined()
    })

    test('a client that the admin API has deleted has no registration to manage', async () => {
      const { body } = await register(name, { redirect_uris: [redirectUri] })
      await idp.issuer(name).clients.delete(String(body.client_id))

      expect(await manage(body, 'GET')).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
    })

    test('a token for one registration opens no other, and is spent by trying', async () => {
      const { body: one } = await register(name, { redirect_uris: [redirectUri] })
      const { body: two } = await register(name, { redirect_uris: [redirectUri] })

      const tried = await send(two.registration_client_uri, 'GET', undefined, one.registration_access_token)

      expect(tried).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
      expect(tried.challenge).toMatch(/^Bearer realm="[^"]+", error="invalid_token", error_description="[^"]+"$/)
      expect(await manage(one, 'GET')).toMatchObject({ status: 401 })
      expect(await manage(two, 'GET')).toMatchObject({ status: 200 })
    })

    test.each([
      ['no redirect URI', {}, 'invalid_redirect_uri'],
      ['a relative redirect URI', { redirect_uris: ['/callback'] }, 'invalid_redirect_uri'],
      ['a redirect URI with a fragment', { redirect_uris: ['https://app.example/#callback'] }, 'invalid_redirect_uri'],
      ['a redirect URI that runs a script', { redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
      ['redirect URIs that are no list', { redirect_uris: redirectUri }, 'invalid_redirect_uri'],
      ['an unknown grant', { redirect_uris: [redirectUri], grant_types: ['telepathy'] }, 'invalid_client_metadata'],
      [
        'an unknown response type',
        { redirect_uris: [redirectUri], response_types: ['thought'] },
        'invalid_client_metadata',
      ],
      [
        'an unknown method',
        { redirect_uris: [redirectUri], token_endpoint_auth_method: 'wink' },
        'invalid_client_metadata',
      ],
      [
        'an unknown algorithm',
        { redirect_uris: [redirectUri], id_token_signed_response_alg: 'XS1' },
        'invalid_client_metadata',
      ],
      ['an unknown scope', { redirect_uris: [redirectUri], scope: 'moon' }, 'invalid_client_metadata'],
      [
        'no keys for private_key_jwt',
        { redirect_uris: [redirectUri], token_endpoint_auth_method: 'private_key_jwt' },
        'invalid_client_metadata',
      ],
      ['an unknown user to log in', { redirect_uris: [redirectUri], auto_login: 'nobody' }, 'invalid_client_metadata'],
      ['a list', [], 'invalid_client_metadata'],
      ['no JSON', '{', 'invalid_client_metadata'],
    ])('%s is refused', async (_what, metadata, error) => {
      const { status, body } = await register(name, metadata)

      expect({ status, error: body.error }).toEqual({ status: 400, error })
      expect(body.error_description).toEqual(expect.any(String))
      expect(await clientIds(name)).toEqual(['web'])
    })

    test.each([
      ['another id', { client_id: 'web', redirect_uris: [redirectUri] }],
      ['another secret', { client_secret: 'mine', redirect_uris: [redirectUri] }],
      ['a secret that never expires', { client_secret_expires_at: 0, redirect_uris: [redirectUri] }],
      ['a token', { registration_access_token: 'mine', redirect_uris: [redirectUri] }],
    ])('a registration cannot be given %s', async (_what, update) => {
      const { body } = await register(name, { redirect_uris: [redirectUri] })

      const changed = await manage(body, 'PUT', { client_id: body.client_id, ...update })

      expect(changed).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } })
      expect((await manage(body, 'GET')).body).toEqual(body)
    })

    test('a form is refused', async () => {
      const { registration_endpoint: endpoint } = await metadataOf(name)

      const { status, body } = await send(
        endpoint,
        'POST',
        'redirect_uris=x',
        undefined,
        'application/x-www-form-urlencoded',
      )

      expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_client_metadata' })
    })

    test.each([
      ['invalid_redirect_uri', 400],
      ['invalid_client_metadata', 400],
      ['invalid_software_statement', 400],
      ['unapproved_software_statement', 400],
      ['invalid_token', 401],
      ['insufficient_scope', 403],
      ['temporarily_unavailable', 503],
    ] as const)('the fault %s answers once', async (fault, status) => {
      await idp.issuer(name).arm({ fault, when: { endpoint: 'registration' } })

      const faulted = await register(name, { redirect_uris: [redirectUri] })

      expect(faulted).toMatchObject({ status, body: { error: fault } })
      expect(faulted.challenge?.startsWith('Bearer ') ?? false).toBe(status === 401 || status === 403)
      expect(await register(name, { redirect_uris: [redirectUri] })).toMatchObject({ status: 201 })
    })

    test('a fault waits for the client that it is meant for', async () => {
      const { body: one } = await register(name, { redirect_uris: [redirectUri] })
      const { body: two } = await register(name, { redirect_uris: [redirectUri] })
      await idp
        .issuer(name)
        .arm({ fault: 'invalid_token', when: { endpoint: 'registration', client: String(two.client_id) } })

      expect(await manage(one, 'GET')).toMatchObject({ status: 200 })
      expect(await manage(two, 'GET')).toMatchObject({ status: 401 })
    })

    test('the journal names the client, and blots out its secrets', async () => {
      const { body } = await register(name, { redirect_uris: [redirectUri], client_name: 'Seen' })
      await manage(body, 'GET')

      const entries = await idp.issuer(name).requests({ endpoint: 'registration' })

      const [created, read] = entries
      expect(entries).toHaveLength(2)
      expect(created).toMatchObject({
        method: 'POST',
        client: body.client_id,
        params: { client_name: 'Seen' },
        answer: { status: 201 },
      })
      expect(read).toMatchObject({ method: 'GET', client: body.client_id, answer: { status: 200 } })
      const text = JSON.stringify(entries)
      expect(text).not.toContain(body.client_secret)
      expect(text).not.toContain(body.registration_access_token)
    })
  })
}

test('an open issuer has no registration of clients that it merely takes', async () => {
  const { body } = await register('open', { redirect_uris: [redirectUri] })
  await idp.issuer('open').clients.delete(String(body.client_id))

  expect(await manage(body, 'GET')).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
})

describe('with an initial access token', () => {
  test('a client registers with it, and openid-client knows how', async () => {
    const config = await client.dynamicClientRegistration(
      new URL(idp.issuer('guarded').url),
      { redirect_uris: [redirectUri] },
      undefined,
      { execute: [client.allowInsecureRequests], initialAccessToken: initialToken },
    )

    await expect(login(config, { scope: 'openid' })).resolves.toBeDefined()
  })

  test('without it, the challenge names no error; with another, it does', async () => {
    const none = await register('guarded', { redirect_uris: [redirectUri] })
    const other = await register('guarded', { redirect_uris: [redirectUri] }, 'guessed')

    expect(none).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
    expect(none.challenge).toBe(`Bearer realm="${idp.issuer('guarded').url}"`)
    expect(other).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
    expect(other.challenge).toContain('error="invalid_token"')
    expect(await clientIds('guarded')).toEqual(['web'])
  })

  test('each change brings another registration access token, and ends the one before', async () => {
    const { body } = await register('guarded', { redirect_uris: [redirectUri] }, initialToken)

    const { body: changed } = await manage(body, 'PUT', { client_id: body.client_id, redirect_uris: [redirectUri] })

    expect(changed.registration_access_token).not.toBe(body.registration_access_token)
    expect(await manage(changed, 'GET')).toMatchObject({ status: 200 })
    expect(await manage(body, 'GET')).toMatchObject({ status: 401 })
  })
})

test('where registrations can only be read, changes are not allowed', async () => {
  const { body } = await register('readable', { redirect_uris: [redirectUri] })

  const changed = await manage(body, 'PUT', { client_id: body.client_id, redirect_uris: [redirectUri] })

  expect(changed).toMatchObject({ status: 405 })
  expect(changed.headers.get('allow')).toBe('GET')
  expect(await manage(body, 'DELETE')).toMatchObject({ status: 405 })
  expect(await manage(body, 'GET')).toMatchObject({ status: 200 })
})

test('where registrations are not managed, there is nothing to manage them by', async () => {
  const { body } = await register('unmanaged', { redirect_uris: [redirectUri] })

  expect(body).not.toHaveProperty('registration_access_token')
  expect(body).not.toHaveProperty('registration_client_uri')
  expect(await send(`${idp.issuer('unmanaged').url}/reg/${body.client_id}`, 'GET')).toMatchObject({ status: 404 })
})

test('without registration there is no endpoint, and none is advertised', async () => {
  expect(await metadataOf('closed')).not.toHaveProperty('registration_endpoint')
  expect(await send(`${idp.issuer('closed').url}/reg`, 'POST', { redirect_uris: [redirectUri] })).toMatchObject({
    status: 404,
  })
  await expect(login(await discover(idp.issuer('closed').url, 'web', 'web-secret'))).resolves.toBeDefined()
})

describe('a page in a browser', () => {
  /** What the browser of a page is told before the page may register. */
  async function preflight(issuer: string, origin: string): Promise<Headers> {
    const { registration_endpoint: endpoint } = await metadataOf(issuer)
    const { headers } = await fetch(String(endpoint), {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    })
    return headers
  }

  test.each([
    ['default', 'http://localhost:5173'],
    ['default', 'http://127.0.0.1:5173'],
    ['default', 'http://app:3000'],
    ['guarded', 'https://elsewhere.example'],
  ])('registers at %s from %s', async (issuer, origin) => {
    const headers = await preflight(issuer, origin)

    expect(headers.get('access-control-allow-origin')).toBe(origin)
    expect(headers.get('access-control-allow-methods')).toBe('POST')
    expect(headers.get('access-control-allow-headers')).toBe('authorization,content-type')
  })

  test.each(['https://elsewhere.example', 'http://localhost.example:5173', 'null'])(
    'does not register from %s, where anybody may',
    async (origin) => {
      const headers = await preflight('default', origin)

      expect(headers.get('access-control-allow-origin')).toBeNull()
    },
  )

  test('cannot do without being asked first', async () => {
    const { registration_endpoint: endpoint } = await metadataOf('default')

    const sent = await send(endpoint, 'POST', { redirect_uris: [redirectUri] }, undefined, 'text/plain')

    expect(sent).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } })
    expect(await clientIds('default')).toEqual(['web'])
  })
})

test('redirect URIs of several hosts are checked against the document of their sector', async () => {
  const sector = createServer().listen(0, '127.0.0.1')
  await once(sector, 'listening')
  const { port } = sector.address() as AddressInfo

  const { status, body } = await register('default', {
    redirect_uris: ['https://one.example/callback', 'https://two.example/callback'],
    subject_type: 'pairwise',
    // The document must be had by https, which this server does not speak.
    sector_identifier_uri: `https://localhost:${port}/sector`,
  })
  sector.close().closeAllConnections()

  expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_client_metadata' })
  const calls = await idp.requests({ endpoint: 'sector_identifier_uri' })
  expect(calls).toMatchObject([{ kind: 'call', method: 'GET', failure: expect.any(String) }])
  expect(await clientIds('default')).toEqual(['web'])
})

test('a registration survives a restart, its management too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-registration-'))
  const file = join(folder, 'fixtures.json')
  writeFileSync(file, JSON.stringify({ users: members.users, registration: { enabled: true } }))
  const start = (port: number) =>
    startServer({ fixtures: [file], store: `json:${join(folder, 'store.json')}`, port, logLevel: 'silent', env: {} })
  const first = await start(0)
  const { body } = await send(`${first.url}/reg`, 'POST', { redirect_uris: [redirectUri] })
  await first.close()

  const second = await start(Number(new URL(first.url).port))

  expect(await manage(body, 'GET')).toMatchObject({ status: 200, body: { client_id: body.client_id } })
  const config = await discover(second.url, String(body.client_id), String(body.client_secret))
  await expect(login(config, { scope: 'openid' })).resolves.toBeDefined()
  await second.close()
  rmSync(folder, { recursive: true })
})
