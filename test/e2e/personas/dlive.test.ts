import { createHmac } from 'node:crypto'
import { decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../../src/index.ts'
import { type Answered, basic, type Provider, providerAt, redirectUri } from './provider.ts'

const both = 'email:read streamkey:read'

let idp: Understudy
let stream: Provider

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: {
      issuers: {
        stream: { persona: 'dlive' },
        timed: { persona: { extends: 'dlive', options: { expiry: true } } },
        own: { persona: 'dlive', clients: [{ client_id: 'mine', client_secret: 's', redirect_uris: [redirectUri] }] },
      },
    },
  })
  stream = providerAt(idp, 'stream', 'dora')
})

afterAll(() => idp.close())

async function logIn(scope = both, provider = stream): Promise<Answered> {
  const code = (await provider.authorize('/o/authorize', { scope, state: 'abc' })).get('code') ?? ''
  const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
  return provider.form('/o/token', fields, { authorization: basic })
}

async function refresh(token: unknown, scope?: string): Promise<Answered> {
  const fields = { grant_type: 'refresh_token', refresh_token: String(token), ...(scope !== undefined && { scope }) }
  return stream.form('/o/token', fields, { authorization: basic })
}

async function introspect(token: unknown): Promise<Record<string, unknown>> {
  return (await stream.form('/o/introspect', { token: String(token) }, { authorization: basic })).body
}

test('a code gives the documented members, with the zero time', async () => {
  const { status, body } = await logIn()

  expect(status).toBe(200)
  expect(Object.keys(body)).toEqual(['access_token', 'token_type', 'expiry', 'refresh_token'])
  expect(body).toMatchObject({ token_type: 'Bearer', expiry: '0001-01-01T00:00:00Z' })
})

test('expiry is a switch', async () => {
  const before = Math.floor(Date.now() / 1000) * 1000

  const { body } = await logIn(both, providerAt(idp, 'timed', 'dora'))

  expect(body.expiry).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  const days = (Date.parse(String(body.expiry)) - before) / 86_400_000
  expect(days).toBeGreaterThanOrEqual(30)
  expect(days).toBeLessThan(30.01)
})

test('a refresh gives a JWT that is signed with the secret of the client', async () => {
  const { body: tokens } = await logIn()

  const { body } = await refresh(tokens.refresh_token)

  expect(Object.keys(body)).toEqual(['access_token', 'expires_in', 'refresh_token', 'scope', 'token_type'])
  expect(body).toMatchObject({ expires_in: 2_592_000, scope: both, token_type: 'Bearer' })
  const [header, payload, signature] = String(body.access_token).split('.')
  expect(decodeProtectedHeader(String(body.access_token))).toEqual({ alg: 'HS256', typ: 'JWT' })
  expect(signature).toBe(createHmac('sha256', 'demo-secret').update(`${header}.${payload}`).digest('base64url'))
  expect((await stream.api('/api/user', body.access_token)).status).toBe(200)
  expect(await introspect(body.access_token)).toMatchObject({ active: true, scope: both })
})

test('a refresh token works once, and its successor goes on', async () => {
  const { body: tokens } = await logIn()
  const { body: next } = await refresh(tokens.refresh_token)

  const reused = await refresh(tokens.refresh_token)
  const further = await refresh(next.refresh_token)

  expect([reused.status, reused.body.error]).toEqual([400, 'invalid_grant'])
  expect(further.status).toBe(200)
})

test('a refresh for fewer scopes narrows what was issued before, and one for none widens again', async () => {
  const { body: tokens } = await logIn()
  expect((await stream.api('/api/user', tokens.access_token)).body).toMatchObject({
    email: 'dora@example.com',
    streamkey: 'live-key-1001',
  })

  const { body: narrow } = await refresh(tokens.refresh_token, 'email:read')
  const shown = await stream.api('/api/user', tokens.access_token)
  const introspected = await introspect(tokens.access_token)
  const { body: wide } = await refresh(narrow.refresh_token)

  expect(narrow.scope).toBe('email:read')
  expect(shown.body).toEqual({
    id: 'user-1001',
    username: 'dora',
    displayname: 'Dora Live',
    email: 'dora@example.com',
  })
  expect(introspected).toMatchObject({ active: true, scope: 'email:read' })
  expect(wide.scope).toBe(both)
  expect((await stream.api('/api/user', wide.access_token)).body).toHaveProperty('streamkey')
})

test('a narrowed token loses what it may not see any more', async () => {
  const { body: tokens } = await logIn()
  const { body: first } = await refresh(tokens.refresh_token)

  await refresh(first.refresh_token, 'streamkey:read')
  const statuses = await Promise.all(
    [tokens, first].map(async (each) => (await stream.api('/api/user', each.access_token)).status),
  )

  expect(statuses).toEqual([403, 403])
  expect(await introspect(first.access_token)).toMatchObject({ active: true, scope: 'streamkey:read' })
})

test('a refresh for more is refused, and spends nothing', async () => {
  const { body: tokens } = await logIn('email:read')

  const more = await refresh(tokens.refresh_token, both)

  expect([more.status, more.body.error]).toEqual([400, 'invalid_scope'])
  expect((await introspect(tokens.access_token)).scope).toBe('email:read')
  expect((await refresh(tokens.refresh_token)).status).toBe(200)
})

test('an app gets a token without a scope, which sees general data', async () => {
  const { status, body } = await stream.form('/o/token', { grant_type: 'client_credentials' }, { authorization: basic })

  expect(status).toBe(200)
  expect(Object.keys(body)).toEqual(['access_token', 'expires_in', 'token_type'])
  expect(body).toMatchObject({ expires_in: 2_592_000, token_type: 'Bearer' })
  expect((await stream.api('/api/user', body.access_token)).body).toEqual({ livestreams: [] })
})

test('an access token is taken with and without the word Bearer', async () => {
  const { body: tokens } = await logIn()

  const bare = await stream.ask('/api/user', { headers: { authorization: String(tokens.access_token) } })

  expect(bare.status).toBe(200)
  expect(bare.body.username).toBe('dora')
})

test('at least one scope is asked for', async () => {
  const refused = await stream.authorize('/o/authorize', { state: 'abc' })

  expect(Object.fromEntries(refused)).toMatchObject({ error: 'invalid_scope', state: 'abc' })
})

test('denial comes back by redirect', async () => {
  const denied = await stream.authorize('/o/authorize', { scope: both, state: 'abc' }, true)

  expect(Object.fromEntries(denied)).toMatchObject({ error: 'access_denied', state: 'abc' })
})

test('clients authenticate by Basic alone, and tokens are not had by GET', async () => {
  const own = { client_id: 'demo-app', client_secret: 'demo-secret' }

  const posted = await stream.form('/o/token', { grant_type: 'client_credentials', ...own })
  const got = await stream.ask('/o/token?grant_type=client_credentials', { headers: { authorization: basic } })
  const queried = await stream.query('/o/token', { grant_type: 'client_credentials', ...own })

  expect([posted.status, posted.body.error]).toEqual([401, 'invalid_client'])
  expect(got.status).toBe(405)
  expect(queried.status).toBeGreaterThanOrEqual(400)
})

test('access tokens live for 30 days, refresh tokens for a year', async () => {
  const aged = await idp.createIssuer({ persona: 'dlive' })
  const provider = providerAt(idp, aged.name, 'dora')
  const { body: tokens } = await logIn(both, provider)
  const again = (token: unknown) =>
    provider.form('/o/token', { grant_type: 'refresh_token', refresh_token: String(token) }, { authorization: basic })

  await aged.clock.advance('29d')
  const fresh = await provider.api('/api/user', tokens.access_token)
  await aged.clock.advance('2d')
  const stale = await provider.api('/api/user', tokens.access_token)
  await aged.clock.advance('333d')
  const { status, body: late } = await again(tokens.refresh_token)
  await aged.clock.advance('366d')
  const tooLate = await again(late.refresh_token)

  expect([fresh.status, stale.status, status]).toEqual([200, 401, 200])
  expect([tooLate.status, tooLate.body.error]).toEqual([400, 'invalid_grant'])
})

test('a client that says nothing of its grants has those of the persona', async () => {
  const authorization = `Basic ${Buffer.from('mine:s').toString('base64')}`

  const { status } = await providerAt(idp, 'own', 'dora').form(
    '/o/token',
    { grant_type: 'client_credentials' },
    { authorization },
  )

  expect(status).toBe(200)
})

test('so has one that is put there while the issuer runs', async () => {
  const issuer = idp.issuer('own')

  await issuer.clients.put('late', { client_secret: 's', redirect_uris: [redirectUri] })

  const late = await issuer.clients.get('late')
  expect(late).toMatchObject({
    grant_types: ['authorization_code', 'client_credentials', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_basic',
  })
})
