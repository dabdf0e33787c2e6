import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'

const keys = await generateKeyPair('ES256', { extractable: true })
const secret = { client_id: 'app', client_secret: 'app-secret' }
const bearerGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

let idp: Understudy

beforeAll(async () => {
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'app', alg: 'ES256' }] }
  idp = await startUnderstudy({
    fixtures: {
      scopes: { crate: { description: 'Your crates' } },
      users: [{ username: 'alice', password: 'wonderland', sub: '100101' }],
      clients: [
        {
          ...secret,
          jwks,
          redirect_uris: ['http://localhost:3000/callback'],
          grant_types: ['authorization_code', 'client_credentials', 'password', 'jwt_bearer', 'device_code'],
        },
        { ...secret, client_id: 'skips', redirect_uris: ['http://localhost:3000/callback'], consent: 'skip' },
      ],
    },
  })
})

afterAll(() => idp.close())

async function post(path: string, body: Record<string, string>) {
  const response = await fetch(`${idp.url}${path}`, {
    method: 'POST',
    body: new URLSearchParams({ ...secret, ...body }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

const grants: [name: string, parameters: () => Promise<Record<string, string>>][] = [
  ['password', async () => ({ grant_type: 'password', username: 'alice', password: 'wonderland' })],
  ['client_credentials', async () => ({ grant_type: 'client_credentials' })],
  [
    'jwt_bearer',
    async () => {
      const assertion = await new SignJWT({ iss: 'app', sub: '100101', aud: idp.url, jti: crypto.randomUUID() })
        .setProtectedHeader({ alg: 'ES256', kid: 'app' })
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(keys.privateKey)
      return { grant_type: bearerGrant, assertion }
    },
  ],
]

describe.each(grants)('%s', (_name, parameters) => {
  test('scopes that do not exist are left out, and the answer says which are left', async () => {
    const { status, body } = await post('/token', { ...(await parameters()), scope: 'crate nope admin' })

    expect(status).toBe(200)
    expect(body.scope).toBe('crate')
    expect(decodeJwt(body.access_token ?? '').scope).toBe('crate')
  })

  test('none that exists is an invalid scope', async () => {
    const { status, body } = await post('/token', { ...(await parameters()), scope: 'nope admin' })

    expect(status).toBe(400)
    expect(body).toEqual({
      error: 'invalid_scope',
      error_description: expect.stringContaining('none of the requested'),
    })
  })
})

test('a device that asks for none that exists is refused before anybody is asked', async () => {
  const { status, body } = await post('/device/auth', { scope: 'nope' })

  expect(status).toBe(400)
  expect(body.error).toBe('invalid_scope')
})

const challenge = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' }
const request = {
  client_id: 'app',
  response_type: 'code',
  redirect_uri: 'http://localhost:3000/callback',
  ...challenge,
}

const inVain: [scope: string | undefined, said: RegExp, explained: RegExp][] = [
  ['nope', /^none of the requested scopes exists here; there are openid, .*crate$/, /"nope" does not exist here/],
  [undefined, /^the request asks for no scope; there are openid, .*crate$/, /^The request asks for no scope\./],
  ['', /^the request asks for no scope; there are openid/, /^The request asks for no scope\./],
  [
    'offline_access',
    /^offline_access is left out without prompt=consent, .*, and no other of the requested scopes exists here/,
    /^Of the scopes of the request there is offline_access alone/,
  ],
]

describe.each(['app', 'skips'])('an authorization for %s that asks for no scope that there is', (id) => {
  const asking = (scope: string | undefined) => ({ ...request, client_id: id, ...(scope !== undefined && { scope }) })

  test.each(inVain)('is refused by name: %s', async (scope, said, explained) => {
    const url = `${idp.url}/auth?${new URLSearchParams(asking(scope))}`

    const response = await fetch(url, { redirect: 'manual' })

    const { searchParams } = new URL(response.headers.get('location') ?? '')
    expect(searchParams.get('error')).toBe('invalid_scope')
    expect(searchParams.get('error_description')).toMatch(said)
    expect(searchParams.has('scope')).toBe(false)
    const [entry] = (await idp.requests({ endpoint: 'authorization' })).slice(-1)
    expect(entry?.refusal?.why).toMatch(explained)
  })

  test.each(inVain)('is refused when it is pushed: %s', async (scope, said) => {
    const { status, body } = await post('/request', asking(scope))

    expect(status).toBe(400)
    expect(body).toEqual({ error: 'invalid_scope', error_description: expect.stringMatching(said) })
  })

  test('goes on with another that there is', async () => {
    const url = `${idp.url}/auth?${new URLSearchParams(asking('nope crate offline_access'))}`

    const response = await fetch(url, { redirect: 'manual' })

    expect(response.headers.get('location')).toContain('/interaction/')
    expect((await post('/request', asking('nope crate offline_access'))).status).toBe(201)
  })
})
