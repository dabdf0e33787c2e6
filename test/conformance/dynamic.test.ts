import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { ask, RelyingParty, redirectUri } from './relying-party.ts'

/** The modules of the config and dynamic plans, as they see the default fixtures. */
let idp: Understudy
/** What the relying party has on the web, by path. */
const pages: Record<string, { type: string; body: string }> = {}
const web = createServer(({ url = '' }, response) => {
  const page = pages[url.split('?')[0] ?? '']
  response.writeHead(page === undefined ? 404 : 200, { 'content-type': page?.type ?? 'text/plain' }).end(page?.body)
})
let site: string

beforeAll(async () => {
  await once(web.listen(0, 'localhost'), 'listening')
  site = `http://localhost:${(web.address() as AddressInfo).port}`
  idp = await startUnderstudy()
})
afterAll(async () => {
  await idp.close()
  web.close().closeAllConnections()
})

const jsonPage = (value: unknown) => ({ type: 'application/json', body: JSON.stringify(value) })

async function keyPair(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' } }
}

test('oidcc-discovery-endpoint-verification: all that the specification requires is there', async () => {
  const { status, headers, body } = await ask(`${idp.url}/.well-known/openid-configuration`)

  expect(status).toBe(200)
  expect(headers.get('content-type')).toMatch(/^application\/json/)
  expect(body).toMatchObject({
    issuer: idp.url,
    authorization_endpoint: expect.any(String),
    token_endpoint: expect.any(String),
    userinfo_endpoint: expect.any(String),
    jwks_uri: expect.any(String),
    registration_endpoint: expect.any(String),
    scopes_supported: expect.arrayContaining(['openid']),
    response_types_supported: expect.arrayContaining(['code', 'id_token', 'id_token token']),
    subject_types_supported: expect.arrayContaining(['public', 'pairwise']),
    id_token_signing_alg_values_supported: expect.arrayContaining(['RS256']),
    claims_supported: expect.arrayContaining(['sub']),
    request_uri_parameter_supported: expect.any(Boolean),
  })
})

test('oidcc-jwks: public keys alone, with ids of their own, and what they are for', async () => {
  const { keys } = (await ask(`${idp.url}/jwks`)).body as { keys: Record<string, string>[] }

  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length)
  for (const key of keys) {
    expect(key).toMatchObject({ use: 'sig', kid: expect.any(String) })
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(key).not.toHaveProperty(secret)
  }
})

test('oidcc-server: a registration answers 201 with an id, a secret and when that ends, not to be cached', async () => {
  const { answer } = await RelyingParty.attempt(idp)

  expect(answer.status).toBe(201)
  expect(answer.headers.get('cache-control')).toContain('no-store')
  expect(answer.body).toMatchObject({
    client_id: expect.any(String),
    client_secret: expect.any(String),
    client_secret_expires_at: 0,
    redirect_uris: [redirectUri],
  })
})

test('oidcc-client-configuration-endpoint: the registration can be read by its token alone', async () => {
  const { client } = await RelyingParty.register(idp)
  const { registration_client_uri: uri, registration_access_token: token } = client as Record<string, string>
  const read = await ask(uri ?? '', { headers: { authorization: `Bearer ${token}` } })

  expect(read).toMatchObject({ status: 200, body: { client_id: client.client_id } })
  expect((await ask(uri ?? '', { headers: { authorization: 'Bearer nonsense' } })).status).toBe(401)
})

test.each(['logo_uri', 'policy_uri', 'tos_uri'])(
  'oidcc-registration-%s: it is kept, and the login is as good',
  async (name) => {
    const rp = await RelyingParty.register(idp, { [name]: 'https://rp.example/about' })

    expect(rp.client[name]).toBe('https://rp.example/about')
    await expect(rp.login()).resolves.toBeDefined()
  },
)

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** A code exchanged by a client that shows a key. */
async function exchangeByKey(rp: RelyingParty, key: CryptoKey, kid: string) {
  const id = rp.client.client_id as string
  const assertion = await new SignJWT({ sub: id })
    .setProtectedHeader({ alg: 'RS256', kid })
    .setIssuer(id)
    .setAudience(rp.metadata.token_endpoint as string)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(key)
  const { answer } = await rp.authorize()
  const form = { grant_type: 'authorization_code', code: answer.code ?? '', redirect_uri: redirectUri }
  return ask(rp.metadata.token_endpoint as string, {
    method: 'POST',
    body: new URLSearchParams({ ...form, client_assertion_type: assertionType, client_assertion: assertion }),
  })
}

test('oidcc-registration-jwks: a client authenticates with a key that it has registered', async () => {
  const own = await keyPair('by-value')
  const rp = await RelyingParty.register(idp, {
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [own.jwk] },
  })

  expect((await exchangeByKey(rp, own.privateKey, 'by-value')).status).toBe(200)
})

test('oidcc-registration-jwks-uri and rp-key-rotation: with one from its JWKS, also after it has another', async () => {
  const [first, second] = [await keyPair('first'), await keyPair('second')]
  pages['/jwks.json'] = jsonPage({ keys: [first.jwk] })
  const rp = await RelyingParty.register(idp, {
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: `${site}/jwks.json`,
  })
  expect((await exchangeByKey(rp, first.privateKey, 'first')).status).toBe(200)

  pages['/jwks.json'] = jsonPage({ keys: [second.jwk] })
  // A fetched set counts for a minute, if it does not say for longer.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })

  expect((await exchangeByKey(rp, second.privateKey, 'second')).status).toBe(200)
  vi.useRealTimers()
})

test('oidcc-registration-sector-uri: of several hosts, the document of the sector must be had, by https', async () => {
  const members = { redirect_uris: [redirectUri, 'https://two.example/callback'], subject_type: 'pairwise' }

  const without = await RelyingParty.attempt(idp, members)
  const plain = await RelyingParty.attempt(idp, { ...members, sector_identifier_uri: `${site}/sector.json` })

  for (const { status, body } of [without.answer, plain.answer]) {
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_client_metadata' })
  }
})

test('subjects of one sector are the same, and are not those of others', async () => {
  const pairwise = (host: string) => RelyingParty.register(idp, { redirect_uris: [host], subject_type: 'pairwise' })
  const [one, two] = ['http://localhost:3000/callback', 'http://127.0.0.1:3000/callback'] as const
  const subOf = async (uri: string) => (await (await pairwise(uri)).login({ redirect_uri: uri })).claims.sub
  const [first, again, other] = [await subOf(one), await subOf(one), await subOf(two)]

  expect(first).toBe(again)
  expect(new Set([first, other, '100101']).size).toBe(3)
})

test('oidcc-userinfo-rs256: userinfo is a JWT for a client that wants one', async () => {
  const rp = await RelyingParty.register(idp, { userinfo_signed_response_alg: 'RS256' })
  const { tokens, claims } = await rp.login()
  const { headers, text } = await rp.userinfo(tokens.access_token)

  expect(headers.get('content-type')).toMatch(/^application\/jwt/)
  expect(await rp.verifyUserinfo(text)).toMatchObject({ sub: claims.sub })
})

test.each(['RS256', 'ES256', 'EdDSA', 'HS256'])(
  'oidcc-idtoken-%s: it is signed as the client has registered',
  async (alg) => {
    const rp = await RelyingParty.register(idp, { id_token_signed_response_alg: alg })
    const { answer } = await rp.authorize()
    const { id_token: token } = (await rp.exchange(answer.code)).body as { id_token: string }

    expect(decodeProtectedHeader(token).alg).toBe(alg)
    const secret = new TextEncoder().encode(rp.client.client_secret as string)
    if (alg === 'HS256') expect((await jwtVerify(token, secret)).payload.sub).toBe('100101')
    else expect((await rp.verify(token)).sub).toBe('100101')
  },
)

test('oidcc-redirect-uri-query-OK: a query of the redirect URI is kept', async () => {
  const uri = `${redirectUri}?foo=bar`
  const rp = await RelyingParty.register(idp, { redirect_uris: [uri] })
  const { answer } = await rp.authorize({ redirect_uri: uri })

  expect(answer).toMatchObject({ foo: 'bar', code: expect.any(String) })
})

test.each([
  ['mismatch', `${redirectUri}?foo=bar`, `${redirectUri}?bar=foo`],
  ['added', redirectUri, `${redirectUri}?foo=bar`],
])('oidcc-redirect-uri-query-%s: no browser is sent there', async (_, registered, asked) => {
  const rp = await RelyingParty.register(idp, { redirect_uris: [registered] })
  const { status, url } = await rp.authorize({ redirect_uri: asked })

  expect([status, url.origin]).toEqual([400, idp.url])
})

test('oidcc-redirect-uri-regfrag: one with a fragment is not registered', async () => {
  const { answer } = await RelyingParty.attempt(idp, { redirect_uris: [`${redirectUri}#foobar`] })

  expect({ status: answer.status, error: answer.body.error }).toEqual({ status: 400, error: 'invalid_redirect_uri' })
})

test('oidcc-ensure-redirect-uri-in-authorization-request: of several it must be said which', async () => {
  const rp = await RelyingParty.register(idp, { redirect_uris: [redirectUri, 'http://localhost:3000/other/callback'] })
  const { status, html } = await rp.authorize({ redirect_uri: undefined })

  expect(status).toBe(400)
  expect(html).toContain('redirect_uri')
})

async function referTo(rp: RelyingParty, sign: (claims: Record<string, unknown>) => Promise<string>) {
  const claims = { client_id: rp.client.client_id, response_type: 'code', redirect_uri: redirectUri, scope: 'openid' }
  pages['/request.jwt'] = {
    type: 'application/oauth-authz-req+jwt',
    body: await sign({ ...claims, iss: rp.client.client_id, aud: idp.url, state: 'fetched', nonce: 'n' }),
  }
  return (await rp.authorize({ request_uri: `${site}/request.jwt`, state: 'fetched' })).answer
}

test('oidcc-request-uri-signed-rs256: a request object is fetched and checked by the key of the client', async () => {
  const own = await keyPair('requests')
  const members = {
    request_uris: [`${site}/request.jwt`],
    request_object_signing_alg: 'RS256',
    jwks: { keys: [own.jwk] },
  }
  const rp = await RelyingParty.register(idp, members)
  const answer = await referTo(rp, (claims) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'requests' })
      .setExpirationTime('1m')
      .sign(own.privateKey),
  )

  expect(answer).toMatchObject({ code: expect.any(String), state: 'fetched' })
})

test('oidcc-request-uri-unsigned: one that is not signed is refused, as no "none" is advertised', async () => {
  const rp = await RelyingParty.register(idp, { request_uris: [`${site}/request.jwt`] })
  const answer = await referTo(rp, async (claims) => {
    return `${[{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`
  })

  expect(answer.error).toMatch(/^invalid_request_object|request_uri_not_supported$/)
})

test('oidcc-server-rotate-keys: after a rotation new tokens are good by the new JWKS, and the old ones still are', async () => {
  const rp = await RelyingParty.register(idp)
  const before = (await rp.login()).tokens.id_token as string
  await idp.keys.rotate({ alg: 'RS256', keep_old: true })
  const after = (await rp.login()).tokens.id_token as string

  expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before).kid)
  await expect(rp.verify(before)).resolves.toBeDefined()
})

test('every member of a registration that cannot be served is refused', async () => {
  for (const members of [
    { id_token_signed_response_alg: 'none' },
    { token_endpoint_auth_method: 'nonsense' },
    { response_types: ['saml'] },
    { subject_type: 'nonsense' },
  ]) {
    const { answer } = await RelyingParty.attempt(idp, members)
    expect({ members, status: answer.status, error: answer.body.error }).toEqual({
      members,
      status: 400,
      error: 'invalid_client_metadata',
    })
  }
})
