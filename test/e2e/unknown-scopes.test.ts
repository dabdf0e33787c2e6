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

test('an authorization that is refused for its scopes names no empty scope', async () => {
  const url = new URL(`${idp.url}/auth`)
  url.search = new URLSearchParams({
    client_id: 'app',
    response_type: 'code',
    redirect_uri: 'http://localhost:3000/callback',
    scope: 'nope',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  }).toString()

  const response = await fetch(url, { redirect: 'manual' })

  const { searchParams } = new URL(response.headers.get('location') ?? '')
  expect(searchParams.get('error')).toBe('invalid_scope')
  expect(searchParams.has('scope')).toBe(false)
})
