import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, passPages } from './flows.ts'
import { discoverServer } from './web-api-client.ts'

const redirectUri = 'http://localhost:3000/callback'
const signing = await generateKeyPair('ES256', { extractable: true })
const keys = [{ ...(await exportJWK(signing.publicKey)), kid: 'sig', alg: 'ES256', use: 'sig' }]

/** Where the client keeps its request objects, and what it answers there by path. */
let shelf: Server
let shelfUrl: string
let held: Record<string, { status?: number; body?: string; location?: string }>

let idp: Understudy

beforeAll(async () => {
  shelf = createServer((request, response) => {
    const { status = 200, body = '', location } = held[request.url ?? ''] ?? { status: 404 }
    response.writeHead(status, { 'content-type': 'application/oauth-authz-req+jwt', ...(location && { location }) })
    response.end(body)
  }).listen(0, '127.0.0.1')
  await once(shelf, 'listening')
  shelfUrl = `http://127.0.0.1:${(shelf.address() as AddressInfo).port}`
  const usual = { client_secret: 'secret', redirect_uris: [redirectUri], jwks: { keys } }
  const members = {
    registration: { enabled: true },
    users: [{ username: 'alice', sub: '100101' }],
    clients: [
      {
        client_id: 'app',
        ...usual,
        request_uris: ['/request', '/gone', '/moved', '/large', '/nonsense'].map((path) => shelfUrl + path),
      },
      { client_id: 'bare', ...usual },
      { client_id: 'strict', ...usual, require_signed_request_object: true, request_uris: [`${shelfUrl}/strict`] },
      { client_id: 'nowhere', ...usual, request_uris: ['http://127.0.0.1:1/request', 'http://127.0.0.1:1/other'] },
    ],
  }
  const issuers = {
    partner: members,
    free: { ...members, request_objects: { require_request_uri_registration: false } },
    signed: { ...members, request_objects: { require_signed_request_object: true } },
    without: { ...members, request_objects: { request_uri: false } },
  }
  idp = await startUnderstudy({ fixtures: JSON.parse(JSON.stringify({ ...members, issuers })) })
})

beforeEach(() => {
  held = {}
})

afterAll(async () => {
  await idp.close()
  shelf.close().closeAllConnections()
})

const requestObject = (issuer: string, clientId = 'app', claims: Record<string, unknown> = {}, expires = '1m') =>
  new SignJWT({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    state: 'inside',
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', kid: 'sig', typ: 'oauth-authz-req+jwt' })
    .setIssuer(clientId)
    .setAudience(idp.issuer(issuer).url)
    .setExpirationTime(expires)
    .sign(signing.privateKey)

/** Where an authorization request by reference ends; what stands outside tells where errors go to. */
async function refer(issuer: string, uri: string, clientId = 'app', agent = new UserAgent()): Promise<URL> {
  const config = await discover(idp.issuer(issuer).url, clientId, 'secret')
  const target = client.buildAuthorizationUrl(config, {
    request_uri: uri,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid',
  })
  return (await passPages(agent, await agent.open(target), 'alice')).url
}

for (const name of ['default', 'partner']) {
  describe(`issuer ${name}`, () => {
    test('openid-client logs in by a request object that the issuer fetches', async () => {
      const config = await discover(idp.issuer(name).url, 'app', 'secret')
      const verifier = client.randomPKCECodeVerifier()
      const challenge = await client.calculatePKCECodeChallenge(verifier)
      const body = await requestObject(name, 'app', { code_challenge: challenge, code_challenge_method: 'S256' })
      held['/request'] = { body }

      const callback = await refer(name, `${shelfUrl}/request`)

      await expect(
        client.authorizationCodeGrant(config, callback, { pkceCodeVerifier: verifier, expectedState: 'inside' }),
      ).resolves.toHaveProperty('id_token')
    })

    test('oauth4webapi makes one, and its form with client_id and request_uri alone is enough', async () => {
      const server = await discoverServer(idp.issuer(name).url)
      const parameters = { redirect_uri: redirectUri, response_type: 'code', scope: 'openid', state: 'web-api' }
      const body = await oauth.issueRequestObject(server, { client_id: 'app' }, parameters, {
        key: signing.privateKey,
        kid: 'sig',
      })
      held['/request'] = { body }
      const url = new URL(server.authorization_endpoint ?? '')
      url.search = new URLSearchParams({ client_id: 'app', request_uri: `${shelfUrl}/request` }).toString()
      const agent = new UserAgent()

      const { url: callback } = await passPages(agent, await agent.open(url), 'alice')

      const params = oauth.validateAuthResponse(server, { client_id: 'app' }, callback, 'web-api')
      expect(params.get('code')).toEqual(expect.any(String))
    })

    test('the journal shows the call', async () => {
      await idp.issuer(name).requests.clear()
      const body = await requestObject(name)
      held['/request'] = { body }

      await refer(name, `${shelfUrl}/request`)

      const [call] = await idp.issuer(name).requests({ endpoint: 'request_uri' })
      expect(call).toMatchObject({
        kind: 'call',
        method: 'GET',
        url: `${shelfUrl}/request`,
        client: 'app',
        answer: { status: 200 },
      })
      expect(JSON.stringify(call)).not.toContain(body.split('.')[2])
    })

    test('a digest in the fragment is compared', async () => {
      const body = await requestObject(name)
      held['/request'] = { body }
      const digest = createHash('sha256').update(body).digest('base64url')

      const right = await refer(name, `${shelfUrl}/request#${digest}`)
      const wrong = await refer(name, `${shelfUrl}/request#${digest.slice(1)}A`)

      expect(right.searchParams.get('state')).toBe('inside')
      expect(wrong.searchParams.get('error')).toBe('invalid_request_uri')
    })

    test.each([
      ['that is not registered', '/other', { body: 'x' }],
      ['where nothing is', '/gone', { status: 404 }],
      ['that leads elsewhere', '/moved', { status: 302, location: '/request' }],
      ['of what is too large', '/large', { body: 'x'.repeat(70_000) }],
    ])('a reference %s is refused', async (_what, path, answer) => {
      held[path] = answer

      const callback = await refer(name, shelfUrl + path)

      expect(callback.searchParams.get('error')).toBe('invalid_request_uri')
      expect(callback.searchParams.get('error_description')).toMatch(/^the request_uri cannot be used: /)
    })

    test.each(['nonsense', 'urn:example:request', 'ftp://127.0.0.1/request', `http://127.0.0.1/${'x'.repeat(600)}`])(
      'the reference %s is refused',
      async (uri) => {
        const callback = await refer(name, uri)

        expect(callback.searchParams.get('error')).toBe('invalid_request_uri')
      },
    )

    test('a server that does not answer is told of in the journal', async () => {
      await idp.issuer(name).requests.clear()

      const callback = await refer(name, 'http://127.0.0.1:1/request', 'nowhere')

      expect(callback.searchParams.get('error')).toBe('invalid_request_uri')
      expect(await idp.issuer(name).requests({ endpoint: 'request_uri' })).toMatchObject([
        { client: 'nowhere', failure: expect.any(String) },
      ])
    })

    test('a reference that was not registered is not followed', async () => {
      await idp.issuer(name).requests.clear()

      await refer(name, `${shelfUrl}/request`, 'bare')

      expect(await idp.issuer(name).requests({ endpoint: 'request_uri' })).toEqual([])
    })

    test.each([
      ['nonsense', async () => 'nonsense'],
      ['one of another client', async () => requestObject(name, 'bare')],
      ['one for another issuer', async () => requestObject(name === 'default' ? 'partner' : 'default')],
      [
        'one by another key',
        async () =>
          new SignJWT({ client_id: 'app', redirect_uri: redirectUri, response_type: 'code', scope: 'openid' })
            .setProtectedHeader({ alg: 'ES256' })
            .setIssuer('app')
            .setAudience(idp.issuer(name).url)
            .sign((await generateKeyPair('ES256')).privateKey),
      ],
      ['one that has expired', async () => requestObject(name, 'app', {}, '-1s')],
      [
        'one that is not signed',
        async () =>
          new UnsecuredJWT({ client_id: 'app', redirect_uri: redirectUri, response_type: 'code', scope: 'openid' })
            .setIssuer('app')
            .encode(),
      ],
      ['one that refers on', async () => requestObject(name, 'app', { request_uri: 'https://elsewhere.example/' })],
    ])('a reference to %s is refused for what is there', async (_what, make) => {
      held['/request'] = { body: await make() }

      const callback = await refer(name, `${shelfUrl}/request`)

      expect(callback.searchParams.get('error')).toBe('invalid_request_object')
    })

    test('a client that has promised signed requests may refer to them', async () => {
      held['/strict'] = { body: await requestObject(name, 'strict') }

      const callback = await refer(name, `${shelfUrl}/strict`, 'strict')

      expect(callback.searchParams.get('state')).toBe('inside')
    })

    test('a reference beside a request is one too many', async () => {
      const config = await discover(idp.issuer(name).url, 'app', 'secret')
      const target = client.buildAuthorizationUrl(config, {
        request: await requestObject(name),
        request_uri: `${shelfUrl}/request`,
        redirect_uri: redirectUri,
        scope: 'openid',
      })

      const { url } = await new UserAgent().open(target)

      expect(url.searchParams.get('error')).toBe('invalid_request')
    })

    test('what another client has pushed is not there, and stays there for its own', async () => {
      const parameters = { redirect_uri: redirectUri, scope: 'openid', state: 'mine' }
      const own = await discover(idp.issuer(name).url, 'bare', 'secret')
      const pushed = await client.buildAuthorizationUrlWithPAR(own, parameters)
      const uri = pushed.searchParams.get('request_uri') ?? ''
      const page = new URL(pushed)
      page.searchParams.set('client_id', 'app')

      const callback = await refer(name, uri)
      const refused = await new UserAgent().open(page)
      const agent = new UserAgent()
      const { url: answered } = await passPages(agent, await agent.open(pushed), 'alice')

      expect(Object.fromEntries(callback.searchParams)).toEqual({
        error: 'invalid_request_uri',
        error_description: expect.stringContaining('pushed by another client'),
        iss: idp.issuer(name).url,
      })
      expect(refused).toMatchObject({ status: 400, html: expect.stringContaining('invalid_request_uri') })
      expect(answered.searchParams.get('state')).toBe('mine')
      expect((await refer(name, uri, 'bare')).searchParams.get('error')).toBe('invalid_request_uri')
    })

    test('a reference cannot be pushed', async () => {
      const config = await discover(idp.issuer(name).url, 'app', 'secret')

      const pushed = client.buildAuthorizationUrlWithPAR(config, { request_uri: `${shelfUrl}/request` })

      await expect(pushed).rejects.toMatchObject({ error: 'request_uri_not_supported', status: 400 })
    })

    test('a client registers where its request objects are', async () => {
      const config = await client.dynamicClientRegistration(
        new URL(idp.issuer(name).url),
        { redirect_uris: [redirectUri], request_uris: [`${shelfUrl}/dynamic`], jwks: { keys } },
        undefined,
        { execute: [client.allowInsecureRequests] },
      )
      const id = config.clientMetadata().client_id
      held['/dynamic'] = { body: await requestObject(name, id) }

      const callback = await refer(name, `${shelfUrl}/dynamic`, id)

      expect(config.clientMetadata().request_uris).toEqual([`${shelfUrl}/dynamic`])
      expect(callback.searchParams.get('code')).toEqual(expect.any(String))
    })
  })
}

const metadataOf = async (issuer: string) =>
  (await fetch(`${idp.issuer(issuer).url}/.well-known/openid-configuration`)).json()

test.each([
  [
    'default',
    {
      request_parameter_supported: true,
      request_uri_parameter_supported: true,
      require_request_uri_registration: true,
    },
  ],
  ['free', { request_uri_parameter_supported: true, require_request_uri_registration: false }],
  ['signed', { request_uri_parameter_supported: true, require_signed_request_object: true }],
  ['without', { request_parameter_supported: true, request_uri_parameter_supported: false }],
])('the issuer %s advertises how it takes request objects', async (issuer, expected) => {
  expect(await metadataOf(issuer)).toMatchObject(expected)
})

test('where references are not taken, they are refused as such', async () => {
  const callback = await refer('without', `${shelfUrl}/request`)

  expect(callback.searchParams.get('error')).toBe('request_uri_not_supported')
})

test('where none need be registered, any is followed', async () => {
  held['/anywhere'] = { body: await requestObject('free', 'bare') }

  const callback = await refer('free', `${shelfUrl}/anywhere`, 'bare')

  expect(callback.searchParams.get('code')).toEqual(expect.any(String))
})

test('where every request must be signed, others are refused', async () => {
  const config = await discover(idp.issuer('signed').url, 'app', 'secret')
  held['/request'] = { body: await requestObject('signed') }

  const plain = await new UserAgent().open(
    client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid' }),
  )
  const signed = await refer('signed', `${shelfUrl}/request`)

  expect(plain.url.searchParams.get('error')).toBe('invalid_request')
  expect(signed.searchParams.get('code')).toEqual(expect.any(String))
})
