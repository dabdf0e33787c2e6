import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../../src/index.ts'
import { type Answered, type Provider, providerAt, redirectUri } from './provider.ts'

const own = { client_id: 'demo-app', client_secret: 'demo-secret' }
const profile = { id: 'U-Nova', username: 'Nova', iconUrl: 'https://assets.example/nova.webp' }
const patreon = { tier: 'Blade', pledge_cents: 600 }

let idp: Understudy
let worlds: Provider

beforeAll(async () => {
  idp = await startUnderstudy({ fixtures: { issuers: { worlds: { persona: 'resonite' } } } })
  worlds = providerAt(idp, 'worlds', 'Nova')
})

afterAll(() => idp.close())

async function logIn(scope: string): Promise<Answered> {
  const code = (await worlds.authorize('/connect/authorize', { scope, state: 's' })).get('code') ?? ''
  return worlds.form('/connect/token', { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...own })
}

test('the answer has four members, and no refresh token', async () => {
  const { status, body } = await logIn('profile email')

  expect(status).toBe(200)
  expect(Object.keys(body)).toEqual(['access_token', 'token_type', 'expires_in', 'scope'])
  expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'profile email' })
})

test.each([
  ['profile', profile],
  ['profile email', { ...profile, email: 'nova@example.com' }],
  ['profile patreon', { ...profile, patreon }],
  ['profile email patreon', { ...profile, email: 'nova@example.com', patreon }],
])('the scopes %s show their part of the profile', async (scope, shown) => {
  const { body: tokens } = await logIn(scope)

  const { status, headers, body } = await worlds.api('/api/user/profiles', tokens.access_token)

  expect(status).toBe(200)
  expect(headers.get('content-type')).toContain('application/json')
  expect(body).toEqual(shown)
})

test('the profile needs its scope, and a good token', async () => {
  const { body: tokens } = await logIn('email')

  const lacking = await worlds.api('/api/user/profiles', tokens.access_token)
  const bad = await worlds.api('/api/user/profiles', 'nonsense')

  expect([lacking.status, lacking.body.error]).toEqual([403, 'insufficient_scope'])
  expect([bad.status, bad.body.error]).toEqual([401, 'invalid_token'])
  expect(bad.headers.get('www-authenticate')).toContain('error="invalid_token"')
})

test.each(['refresh_token', 'client_credentials', 'password'])('there is no grant %s', async (grantType) => {
  const { status, body } = await worlds.form('/connect/token', { grant_type: grantType, ...own })

  expect([status, body.error]).toEqual([400, 'unsupported_grant_type'])
})

test('what stands in the query of a POST is not read', async () => {
  const { status } = await worlds.query('/connect/token', { grant_type: 'authorization_code', code: 'c', ...own })

  expect(status).toBe(401)
})

test('denial comes back by redirect', async () => {
  const denied = await worlds.authorize('/connect/authorize', { scope: 'profile', state: 's' }, true)

  expect(Object.fromEntries(denied)).toMatchObject({ error: 'access_denied', state: 's' })
})

test('the profile is read alone', async () => {
  const { body: tokens } = await logIn('profile')
  const headers = { authorization: `Bearer ${tokens.access_token}` }

  const { status, headers: told } = await worlds.ask('/api/user/profiles', { method: 'POST', headers })

  expect([status, told.get('allow')]).toEqual([405, 'GET'])
})
