import { randomUUID } from 'node:crypto'
import { CompactEncrypt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'

const redirectUri = 'http://localhost:3000/callback'
const secret = 'a-secret-of-thirty-two-characters'
const signing = await generateKeyPair('ES256', { extractable: true })

let idp: Understudy

beforeAll(async () => {
  const client = {
    client_id: 'app',
    client_secret: secret,
    redirect_uris: [redirectUri],
    jwks: { keys: [{ ...(await exportJWK(signing.publicKey)), kid: 'sig', alg: 'ES256' }] },
    grant_types: ['authorization_code', 'device_code', 'ciba'],
    backchannel_authentication_request_signing_alg: 'ES256',
    auto_login: 'alice',
    consent: 'skip',
  }
  const members = { users: ['alice'], clients: [client], authorization_details: { payment: {} } }
  idp = await startUnderstudy({ fixtures: JSON.parse(JSON.stringify({ ...members, issuers: { partner: members } })) })
})
afterAll(() => idp.close())

const usual = { client_id: 'app', redirect_uri: redirectUri, response_type: 'code', scope: 'openid', state: 'inside' }

async function requestObject(issuer: string, claims: Record<string, unknown>): Promise<string> {
  const jwt = new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'sig' }).setIssuer('app')
  jwt.setAudience(idp.issuer(issuer).url).setIssuedAt().setNotBefore('0s').setExpirationTime('1m').setJti(randomUUID())
  return jwt.sign(signing.privateKey)
}

/** Encrypted with a key that is made of the client's secret. */
async function encrypted(jwt: string): Promise<string> {
  const key = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret)))
  return new CompactEncrypt(new TextEncoder().encode(jwt))
    .setProtectedHeader({ alg: 'dir', enc: 'A128CBC-HS256', cty: 'JWT' })
    .encrypt(key)
}

async function authorize(issuer: string, request: string, outside: Record<string, string> = {}): Promise<Response> {
  const query = new URLSearchParams({ client_id: 'app', request, ...outside })
  return fetch(`${idp.issuer(issuer).url}/auth?${query}`, { redirect: 'manual' })
}

async function post(path: string, request: string) {
  const body = new URLSearchParams({ client_id: 'app', request })
  const headers = { authorization: `Basic ${btoa(`app:${secret}`)}` }
  const response = await fetch(`${idp.url}${path}`, { method: 'POST', body, headers })
  return { status: response.status, body: await response.json() }
}

const wrongTypes: [member: string, value: unknown][] = [
  ['state', 5],
  ['state', { a: 1 }],
  ['state', ['one', 'two']],
  ['state', null],
  ['nonce', 7],
  ['redirect_uri', { uri: redirectUri }],
  ['redirect_uri', [redirectUri]],
  ['response_type', ['code']],
  ['response_mode', true],
  ['scope', ['openid', 'email']],
  ['prompt', false],
  ['max_age', 1.5],
  ['max_age', {}],
  ['claims', ['email']],
  ['authorization_details', { type: 'payment' }],
  ['resource', [1]],
  ['code_challenge', 1],
]

const refusal = (member: string) => ({
  error: 'invalid_request_object',
  error_description: `the parameter ${member} of the Request Object has a value of the wrong type`,
})

describe.each(['default', 'partner'])('at %s', (issuer) => {
  test.each(wrongTypes)(
    '%s as %j is no request object, and goes back to where the request stands',
    async (member, value) => {
      const request = await requestObject(issuer, { ...usual, [member]: value })
      const outside = { redirect_uri: redirectUri, response_type: 'code', scope: 'openid', state: 'outside' }

      for (const sent of [request, await encrypted(request)]) {
        const { status, headers } = await authorize(issuer, sent, outside)
        const { searchParams } = new URL(headers.get('location') ?? '')

        expect(status).toBe(303)
        expect(Object.fromEntries(searchParams)).toMatchObject(refusal(member))
        expect(searchParams.get('state')).toBe(member === 'state' ? null : 'inside')
      }
    },
  )
})

test('with nowhere to go back to it is told on a page', async () => {
  const response = await authorize('default', await requestObject('default', { ...usual, nonce: 7 }))

  expect(response.status).toBe(400)
  expect(response.headers.get('location')).toBeNull()
  expect(await response.text()).toContain('invalid_request_object')
})

test.each(wrongTypes)('%s as %j cannot be pushed', async (member, value) => {
  const pushed = await post('/request', await requestObject('default', { ...usual, [member]: value }))

  expect(pushed).toEqual({ status: 400, body: refusal(member) })
})

// CIBA 13 has no name of its own for it.
test.each([
  ['/device/auth', 'invalid_request_object'],
  ['/backchannel', 'invalid_request'],
])('nor sent to %s', async (path, error) => {
  const request = await requestObject('default', { ...usual, login_hint: 'alice', scope: ['openid'] })

  expect(await post(path, request)).toEqual({ status: 400, body: { ...refusal('scope'), error } })
})

test('what may be more than text is taken', async () => {
  const request = await requestObject('default', {
    ...usual,
    max_age: 600,
    claims: { id_token: { email: null } },
    authorization_details: [{ type: 'payment' }],
    resource: ['https://api.example'],
    unknown: { to: 'everybody' },
  })

  for (const sent of [request, await encrypted(request)]) {
    const { headers } = await authorize('default', sent)
    expect(Object.fromEntries(new URL(headers.get('location') ?? '').searchParams)).toHaveProperty('code')
  }
})

test('CIBA takes an expiry as a number', async () => {
  const request = await requestObject('default', { scope: 'openid', login_hint: 'alice', requested_expiry: 60 })

  expect(await post('/backchannel', request)).toMatchObject({ status: 200, body: { expires_in: 60 } })
})
