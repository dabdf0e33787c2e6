import { createHash } from 'node:crypto'
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FixturesModule, startUnderstudy, type Understudy } from '../../src/index.ts'
import { discover, type LoginOptions, login } from './flows.ts'
import { discoverServer, insecure } from './web-api-client.ts'

type Client = NonNullable<FixturesModule['clients']>[number]

const api = 'https://api.example/orders'

function web(client_id: string, more: Partial<Client> = {}): Client {
  return {
    client_id,
    client_secret: 'web-secret',
    redirect_uris: ['http://localhost:3000/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    ...more,
  }
}

const users: FixturesModule['users'] = [
  {
    username: 'alice',
    sub: '100101',
    claims: { name: 'Alice Liddell', email: 'alice@example.com', groups: ['admin'], tenant: 't1' },
  },
]

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: {
      users,
      scopes: { crate: {} },
      clients: [
        web('web'),
        web('opaque', { access_token: { format: 'opaque' } }),
        web('standard', { access_token: { typ: 'at+jwt' } }),
        web('for-api', { access_token: { audience: 'orders' } }),
        web('for-two', { access_token: { audience: ['orders', 'stock'] } }),
        web('of-other', { access_token: { issuer: 'https://login.example' } }),
        web('all', { access_token: { claims: 'all' } }),
        web('none', { access_token: { claims: 'none' } }),
        web('some', { access_token: { claims: ['email'] } }),
        web('es256', { id_token_signed_response_alg: 'ES256', access_token: { signed_response_alg: 'ES256' } }),
        web('eddsa', { id_token_signed_response_alg: 'EdDSA', access_token: { signed_response_alg: 'EdDSA' } }),
        {
          client_id: 'service',
          client_secret: 'service-secret',
          grant_types: ['client_credentials'],
          claims: { roles: ['service'] },
        },
      ],
      token_rules: [
        { when: { scope: 'crate' }, claims: { aud: 'crates-api', crates: true } },
        { when: { client: 'web', user: 'alice' }, token: 'id_token', claims: { plan: 'gold' } },
        { when: { grant_type: 'refresh_token' }, token: 'id_token', claims: { plan: 'renewed' } },
        { when: { client: 'web' }, token: 'userinfo', claims: { quota: 5, name: 'Alice of the web' } },
      ],
      issuers: {
        opaque: {
          users,
          access_token: { format: 'opaque' },
          clients: [web('web'), web('jwt', { access_token: { format: 'jwt' } })],
        },
        es256: { users, id_token: { signed_response_alg: 'ES256' }, clients: [web('web')] },
        eddsa: { users, id_token: { signed_response_alg: 'EdDSA' }, clients: [web('web')] },
      },
    },
  })
})

afterAll(() => idp.close())

/** Logs alice in as a client that checks every signature. */
async function logIn(clientId: string, options: LoginOptions & { issuer?: string } = {}) {
  const config = await discover(idp.issuer(options.issuer ?? 'default').url, clientId, 'web-secret')
  client.enableNonRepudiationChecks(config)
  const { tokens } = await login(config, { scope: 'openid profile email', ...options })
  return { config, tokens, token: tokens.access_token }
}

/** Checks a token as an API does that knows the issuer and its own name alone. */
async function asApi(token: string, audience: string, options: { issuer?: string; typ?: string } = {}) {
  const issuer = idp.issuer(options.issuer ?? 'default').url
  const { jwks_uri } = await discoverServer(issuer)
  const keys = createRemoteJWKSet(new URL(jwks_uri as string))
  return jwtVerify(token, keys, { issuer, audience, typ: options.typ ?? 'JWT' })
}

test('an API verifies a JWT access token by the published keys', async () => {
  const { token } = await logIn('web')
  const { payload } = await asApi(token, idp.url)
  expect(payload).toMatchObject({
    iss: idp.url,
    sub: '100101',
    client_id: 'web',
    scope: 'openid profile email',
    jti: expect.any(String),
  })
  expect((payload.exp as number) - (payload.iat as number)).toBe(3600)
  await expect(asApi(token, 'https://other.example')).rejects.toMatchObject({
    code: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
    claim: 'aud',
  })
})

test('typ: at+jwt satisfies a resource server by RFC 9068', async () => {
  const { token } = await logIn('standard')
  await asApi(token, idp.url, { typ: 'at+jwt' })
  const request = new Request(api, { headers: { authorization: `Bearer ${token}` } })
  const claims = await oauth.validateJwtAccessToken(await discoverServer(idp.url), request, idp.url, insecure)
  expect(claims).toMatchObject({ sub: '100101', client_id: 'standard' })
})

test('the same JWT works at userinfo, introspects with its claims, and dies by revocation', async () => {
  const { config, token } = await logIn('web')
  await expect(client.fetchUserInfo(config, token, '100101')).resolves.toMatchObject({ email: 'alice@example.com' })
  const introspected = await client.tokenIntrospection(config, token)
  expect(introspected).toMatchObject({ ...decodeJwt(token), active: true, token_type: 'Bearer', tenant: 't1' })
  await client.tokenRevocation(config, token)
  await expect(client.fetchUserInfo(config, token, '100101')).rejects.toMatchObject({ status: 401 })
  expect(await client.tokenIntrospection(config, token)).toEqual({ active: false })
})

/** What someone without the key can make of a JWT, each to be refused wherever it is shown. */
const forgeries: Record<string, (token: string) => string> = {
  'with another claim': (token) => forge(token, { scope: 'openid admin' }),
  'with another signature': (token) => `${token.slice(0, token.lastIndexOf('.'))}.${'A'.repeat(342)}`,
  'without a signature': (token) => token.slice(0, token.lastIndexOf('.') + 1),
  'by alg none': (token) => `${encode({ alg: 'none', typ: 'JWT' })}.${token.split('.')[1]}.`,
  'its bare jti': (token) => decodeJwt(token).jti as string,
  'with one more part': (token) => `${token}.x`,
  'with white space in its signature': (token) => `${token} `,
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function forge(token: string, claims: object): string {
  const [header, , signature] = token.split('.')
  return `${header}.${encode({ ...decodeJwt(token), ...claims })}.${signature}`
}

test.each(Object.entries(forgeries))('a token %s is refused everywhere, and the true one lives on', async (_, make) => {
  const { config, tokens, token } = await logIn('web')
  const forged = make(token)
  const { userinfo_endpoint: userinfo } = config.serverMetadata()
  const response = await fetch(userinfo as string, {
    method: 'POST',
    body: new URLSearchParams({ access_token: forged }),
  })
  expect(response.status).toBe(401)
  expect(await client.tokenIntrospection(config, forged)).toEqual({ active: false })
  await client.tokenRevocation(config, forged)
  await expect(client.fetchUserInfo(config, token, '100101')).resolves.toBeDefined()
  await expect(client.refreshTokenGrant(config, tokens.refresh_token as string)).resolves.toBeDefined()
})

test('an opaque access token says nothing by itself, and works all the same', async () => {
  for (const [clientId, issuer] of [
    ['opaque', 'default'],
    ['web', 'opaque'],
  ] as const) {
    const { config, token } = await logIn(clientId, { issuer })
    expect(token).not.toContain('.')
    await expect(client.fetchUserInfo(config, token, '100101')).resolves.toBeDefined()
    await expect(client.tokenIntrospection(config, token)).resolves.toMatchObject({ active: true, sub: '100101' })
    await client.tokenRevocation(config, token)
    expect(await client.tokenIntrospection(config, token)).toEqual({ active: false })
  }
})

test("a client's choice of format overrides the issuer's", async () => {
  const { token } = await logIn('jwt', { issuer: 'opaque' })
  await expect(asApi(token, idp.issuer('opaque').url, { issuer: 'opaque' })).resolves.toBeDefined()
})

describe('the audience', () => {
  test('is what the client names as its resource, in every token of the flow', async () => {
    const { config, tokens, token } = await logIn('web', { parameters: { resource: api } })
    await asApi(token, api)
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token as string)
    await asApi(refreshed.access_token, api)
    await expect(client.fetchUserInfo(config, refreshed.access_token, '100101')).resolves.toBeDefined()
    await expect(client.tokenIntrospection(config, token)).resolves.toMatchObject({ active: true, aud: api })
  })

  test("is what the client names by Auth0's parameter, in every token of the flow", async () => {
    const { config, tokens, token } = await logIn('web', { parameters: { audience: api } })
    await asApi(token, api)
    await asApi((await client.refreshTokenGrant(config, tokens.refresh_token as string)).access_token, api)
    const { token: other } = await logIn('web')
    await asApi(other, idp.url)
  })

  test('is what a pushed request names, either way', async () => {
    for (const parameter of ['resource', 'audience']) {
      const { token } = await logIn('web', { par: true, parameters: { [parameter]: api } })
      await asApi(token, api)
    }
  })

  test('is what the client credentials ask for, either way', async () => {
    const config = await discover(idp.url, 'service', 'service-secret')
    for (const parameter of ['resource', 'audience']) {
      const { access_token: token } = await client.clientCredentialsGrant(config, { [parameter]: api })
      await asApi(token, api)
    }
  })

  test('is what the client has in the fixtures, one or several', async () => {
    await asApi((await logIn('for-api')).token, 'orders')
    expect(decodeJwt((await logIn('for-two')).token).aud).toEqual(['orders', 'stock'])
  })

  test('is what a token rule says, before all others', async () => {
    const { token, config } = await logIn('web', { scope: 'openid crate', parameters: { audience: api } })
    const { payload } = await asApi(token, 'crates-api')
    expect(payload).toMatchObject({ aud: 'crates-api', crates: true })
    await expect(client.fetchUserInfo(config, token, '100101')).resolves.toBeDefined()
    expect(decodeJwt((await logIn('web')).token)).not.toHaveProperty('crates')
  })
})

test('access_token.issuer names another issuer in the access token alone', async () => {
  const { token, tokens } = await logIn('of-other')
  expect(decodeJwt(token).iss).toBe('https://login.example')
  expect(tokens.claims()?.iss).toBe(idp.url)
})

test.each([
  ['web', { groups: ['admin'], tenant: 't1' }],
  ['all', { groups: ['admin'], tenant: 't1', name: 'Alice Liddell', email: 'alice@example.com' }],
  ['none', {}],
  ['some', { email: 'alice@example.com' }],
])('the claims of a user in the JWT of the client %s', async (clientId, expected) => {
  const { token } = await logIn(clientId)
  const { groups, tenant, name, email } = decodeJwt(token)
  const seen = { groups, tenant, name, email }
  expect(JSON.parse(JSON.stringify(seen))).toEqual(expected)
})

test("a client's claims are in its client-credentials tokens", async () => {
  const config = await discover(idp.url, 'service', 'service-secret')
  const { access_token: token } = await client.clientCredentialsGrant(config)
  const { payload } = await asApi(token, idp.url)
  expect(payload).toMatchObject({ roles: ['service'], client_id: 'service', sub: 'service' })
  await expect(client.tokenIntrospection(config, token)).resolves.toMatchObject({ active: true, roles: ['service'] })
  await client.tokenRevocation(config, token)
  expect(await client.tokenIntrospection(config, token)).toEqual({ active: false })
})

test('rules add claims to ID tokens and userinfo by circumstance, the later one wins', async () => {
  const { config, tokens } = await logIn('web')
  expect(tokens.claims()).toMatchObject({ plan: 'gold' })
  expect(tokens.claims()).not.toHaveProperty('quota')
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token as string)
  expect(refreshed.claims()).toMatchObject({ plan: 'renewed' })
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, '100101')
  expect(userinfo).toMatchObject({ quota: 5, name: 'Alice of the web' })
  const { tokens: others } = await logIn('all')
  expect(others.claims()).not.toHaveProperty('plan')
})

const hashes: Record<string, string> = { RS256: 'sha256', ES256: 'sha256', EdDSA: 'sha512' }

test.each([
  ['RS256', 'web', 'default'],
  ['ES256', 'es256', 'default'],
  ['EdDSA', 'eddsa', 'default'],
  ['ES256', 'web', 'es256'],
  ['EdDSA', 'web', 'eddsa'],
])('%s signs both tokens of the client %s at the issuer %s, and at_hash binds them', async (alg, clientId, issuer) => {
  const config = await discover(idp.issuer(issuer).url, clientId, 'web-secret')
  Object.assign(config.clientMetadata(), { id_token_signed_response_alg: alg })
  client.enableNonRepudiationChecks(config)
  const { tokens } = await login(config)
  const token = tokens.access_token
  expect(decodeProtectedHeader(token).alg).toBe(alg)
  expect(decodeProtectedHeader(tokens.id_token as string).alg).toBe(alg)
  await asApi(token, idp.issuer(issuer).url, { issuer })
  expect(tokens.claims()?.at_hash).toBe(halfHash(alg, token))
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token as string)
  expect(refreshed.claims()?.at_hash).toBe(halfHash(alg, refreshed.access_token))
})

/** OpenID Connect Core 3.1.3.6. */
function halfHash(alg: string, token: string): string {
  const full = createHash(hashes[alg] as string)
    .update(token)
    .digest()
  return full.subarray(0, full.length / 2).toString('base64url')
}
