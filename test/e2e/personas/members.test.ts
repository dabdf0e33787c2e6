import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../../src/index.ts'
import { basic, providerAt, redirectUri } from './provider.ts'

const own = { client_id: 'demo-app', client_secret: 'demo-secret' }

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: {
      persona: {
        extends: 'generic',
        answers: {
          authorization: {
            '*': { auth_code: '$answer.code', state: '$answer.state', app: '$client.client_name', n: 1 },
          },
          pushed_authorization_request: { '*': { handle: '$answer.request_uri' } },
          registration: { '*': { id: '$answer.client_id', kind: 'app' } },
        },
        errors: {
          authorization: { '*': { error: 'no', members: { why: '$answer.error', state: '$answer.state' } } },
          token: { '*': { members: { ok: false, code: '$answer.error' } }, invalid_request: { status: 422 } },
        },
      },
      registration: { enabled: true },
    },
  })
})

afterAll(() => idp.close())

/** The root issuer, whose paths begin with no slash here. */
const asProvider = () => providerAt(idp, '', 'alice')

test('the answer of an authorization has the members of the persona', async () => {
  const told = await asProvider().authorize('auth', { scope: 'openid', state: 's' })

  expect(Object.fromEntries(told)).toEqual({ auth_code: expect.any(String), state: 's', app: 'Demo App', n: '1' })
  const exchanged = await asProvider().form(
    'token',
    { grant_type: 'authorization_code', code: told.get('auth_code') ?? '', redirect_uri: redirectUri },
    { authorization: basic },
  )
  expect(exchanged.status).toBe(200)
})

test('so has its error, whoever makes it', async () => {
  const unknown = await asProvider().authorize('auth', { scope: 'nope', state: 's' })
  await idp.arm({ fault: 'access_denied', when: { endpoint: 'authorization' } })
  const faulted = await asProvider().authorize('auth', { scope: 'openid', state: 's' })

  expect(Object.fromEntries(unknown)).toEqual({ why: 'no', state: 's' })
  expect(Object.fromEntries(faulted)).toEqual({ why: 'no', state: 's' })
})

test('what is made has the members of the persona, as what is told', async () => {
  const pushed = await asProvider().form('request', {
    ...own,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid',
  })
  const registered = await asProvider().ask('reg', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [redirectUri] }),
  })

  expect([pushed.status, pushed.body]).toEqual([201, { handle: expect.stringMatching(/^urn:/) }])
  expect([registered.status, registered.body]).toEqual([201, { id: expect.any(String), kind: 'app' }])
})

test('a method that is not allowed is an error of its endpoint', async () => {
  const { status, headers, body } = await asProvider().ask('token')

  expect([status, headers.get('allow')]).toEqual([422, 'POST'])
  expect(body).toMatchObject({ error: 'invalid_request' })
})

test('members and statuses that nobody would see are mistakes', async () => {
  const persona = {
    extends: 'generic',
    answers: { revocation: { '*': { done: true } } },
  } as never
  const status = { extends: 'generic', errors: { authorization: { access_denied: { status: 403 } } } } as never

  await expect(startUnderstudy({ fixtures: { persona } })).rejects.toThrow(/persona\.answers\.revocation: unknown key/)
  await expect(startUnderstudy({ fixtures: { persona: status } })).rejects.toThrow(
    'persona.errors.authorization.access_denied.status: an authorization is answered by redirect, which has no status. Leave it out',
  )
})

test('a JWT of which narrowing leaves nothing introspects without a scope, and opens nothing', async () => {
  const stream = await idp.createIssuer({ persona: 'dlive' })
  const provider = providerAt(idp, stream.name, 'dora')
  const scopes = 'email:read streamkey:read'
  const code = (await provider.authorize('/o/authorize', { scope: scopes })).get('code') ?? ''
  const ask = (path: string, fields: Record<string, string>) => provider.form(path, fields, { authorization: basic })
  const first = await ask('/o/token', { grant_type: 'authorization_code', code, redirect_uri: redirectUri })
  const refresh = (token: unknown, scope: string) =>
    ask('/o/token', { grant_type: 'refresh_token', refresh_token: String(token), scope })

  const { body: narrow } = await refresh(first.body.refresh_token, 'email:read')
  await refresh(narrow.refresh_token, 'streamkey:read')

  const said = await ask('/o/introspect', { token: String(narrow.access_token) })
  expect(said.body).toMatchObject({ active: true, sub: 'user-1001' })
  expect(said.body).not.toHaveProperty('scope')
  expect((await provider.api('/api/user', narrow.access_token)).status).toBe(403)
})
