import { join } from 'node:path'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../../src/index.ts'
import { basic, providerAt, redirectUri } from './provider.ts'

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({ fixtures: join(import.meta.dirname, 'stream.yaml') })
})

afterAll(() => idp.close())

/** An answer as it stands on the wire, with what is random or a moment blotted out. */
interface Wire {
  status: number
  headers: Record<string, string>
  body: string
}

const momentary = new Set(['date', 'x-request-id'])

async function wireOf(response: Response, issuer: string): Promise<Wire> {
  const headers = [...response.headers].filter(([name]) => !momentary.has(name))
  const blot = (text: string) =>
    text
      .replaceAll(`/${issuer}`, '/ISSUER')
      .replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, (jwt) => {
        const { jti: _jti, iat, exp, iss: _iss, aud: _aud, ...claims } = decodeJwt(jwt)
        return JSON.stringify({ ...decodeProtectedHeader(jwt), ...claims, life: (exp ?? 0) - (iat ?? 0) }).replaceAll(
          '"',
          "'",
        )
      })
      .replace(/[\w-]{43}/g, 'TOKEN')
      .replace(/"(iat|exp)":\d+/g, '"$1":0')
  return {
    status: response.status,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, name === 'content-length' ? '' : blot(value)])),
    body: blot(await response.text()),
  }
}

/** Everything that a client can ask of the provider, in the same order. */
async function everyAnswer(issuer: string): Promise<Wire[]> {
  const provider = providerAt(idp, issuer, 'dora')
  const wires: Wire[] = []
  const send = async (path: string, init: RequestInit = {}): Promise<Record<string, string>> => {
    const response = await fetch(provider.url + path, init)
    const copy = response.clone()
    wires.push(await wireOf(response, issuer))
    return (await copy.json().catch(() => ({}))) as Record<string, string>
  }
  const token = (fields: Record<string, string>, authorization = basic) =>
    send('/o/token', { method: 'POST', headers: { authorization }, body: new URLSearchParams(fields) })
  const introspect = (value = '') =>
    send('/o/introspect', {
      method: 'POST',
      headers: { authorization: basic },
      body: new URLSearchParams({ token: value }),
    })
  const bare = (authorization = '') => send('/api/user', { headers: { authorization } })

  const noScope = await provider.authorize('/o/authorize', { state: 's' })
  const told = await provider.authorize('/o/authorize', { scope: 'email:read streamkey:read', state: 's' })
  for (const params of [noScope, told]) {
    wires.push({ status: 303, headers: {}, body: [...params].filter(([name]) => name !== 'code').join() })
  }
  const code = { grant_type: 'authorization_code', code: told.get('code') ?? '', redirect_uri: redirectUri }
  const tokens = await token(code)
  await token(code, 'Basic bm9ib2R5Om5vdGhpbmc=')
  const next = await token({
    grant_type: 'refresh_token',
    refresh_token: tokens.refresh_token ?? '',
    scope: 'email:read',
  })
  await token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' })
  await token({ grant_type: 'refresh_token', refresh_token: next.refresh_token ?? '', scope: 'other' })
  await token({ grant_type: 'refresh_token', refresh_token: next.refresh_token ?? '' })
  const app = await token({ grant_type: 'client_credentials' })
  await token({ grant_type: 'password', username: 'dora', password: 'x' })
  for (const { access_token: value } of [tokens, next, app]) {
    await bare(value)
    await bare(`Bearer ${value}`)
    await introspect(value)
  }
  await bare('nonsense')
  await bare()
  for (const path of ['/.well-known/openid-configuration', '/me', '/device', '/reg', '/session/end', '/o/token']) {
    await send(path)
  }
  await send('/o/token?grant_type=client_credentials', { method: 'POST', headers: { authorization: basic } })
  return wires
}

test('a persona of the fixtures answers as the one of the catalog does, byte for byte', async () => {
  const named = await everyAnswer('named')
  const own = await everyAnswer('own')

  expect(named.length).toBeGreaterThan(25)
  expect(own).toEqual(named)
})

test('the admin API calls it by its own name', async () => {
  const [, ...issuers] = await idp.issuers()

  expect(issuers.map(({ name, persona }) => [name, persona])).toEqual([
    ['named', 'dlive'],
    ['own', 'my-dlive'],
  ])
})

test('what is wrong with a persona is told where it stands', async () => {
  const persona = { extends: 'dlive', options: { expiri: true }, endpoints: { token: 'no-slash' } } as const
  const starting = startUnderstudy({ fixtures: { persona } })

  await expect(starting).rejects.toMatchObject({
    code: 'ERR_FIXTURES_INVALID',
    message: expect.stringMatching(/persona\.endpoints\.token: expected a path/),
  })
  await expect(
    startUnderstudy({ fixtures: { persona: { extends: 'dlive', options: { expiri: true } } } }),
  ).rejects.toThrow('persona.options.expiri: the persona dlive has no option "expiri". Did you mean "expiry"?')
  await expect(
    startUnderstudy({ fixtures: { persona: { extends: 'dlive', options: { expiry: 'soon' } } } }),
  ).rejects.toThrow('persona.options.expiry: expected one of zero, true; found "soon"')
})

test('what an issuer says itself wins over its persona, member by member', async () => {
  const issuer = await idp.createIssuer({
    persona: 'dlive',
    lifetimes: { access_token: '1h' },
    scopes: { 'chat:write': { description: 'Write in the chat' } },
    users: ['bob'],
  })

  const { lifetimes, scopes, users, clients } = await issuer.fixtures()

  expect(lifetimes).toEqual({ access_token: 3600, refresh_token: 31_536_000 })
  expect(Object.keys(scopes ?? {})).toEqual(['email:read', 'streamkey:read', 'chat:write'])
  expect(users).toHaveLength(1)
  expect(clients).toMatchObject([{ client_id: 'demo-app' }])
})

test('a scope of the persona that is deleted stays away when the issuer is patched', async () => {
  const issuer = await idp.createIssuer({ persona: 'resonite' })

  const resource = { path: '/api/user/profiles', scopes: ['profile'], claims: { profile: ['sub'] } }
  await issuer.patch({ resources: { profiles: resource } })
  await issuer.scopes.delete('email')
  await issuer.patch({ users: ['bob'] })

  const { scopes } = await issuer.fixtures()
  expect(Object.keys(scopes ?? {})).toEqual(['profile', 'patreon'])
})

test('a library that demands token_type refuses an answer of two members', async () => {
  const pool = await idp.createIssuer({ persona: 'digital-dj-pool' })
  const url = `${idp.origin}/${pool.name}`
  const server: oauth.AuthorizationServer = { issuer: url, token_endpoint: `${url}/token` }
  const client: oauth.Client = { client_id: 'demo-app' }
  const asked = new URLSearchParams({ username: 'dj-dana', password: 'turntable', scope: 'user' })

  const response = await oauth.genericTokenEndpointRequest(
    server,
    client,
    oauth.ClientSecretPost('demo-secret'),
    'password',
    asked,
    { [oauth.allowInsecureRequests]: true },
  )

  await expect(oauth.processGenericTokenEndpointResponse(server, client, response)).rejects.toThrow('token_type')
})

test('errors take the form that a persona gives them, whoever makes them', async () => {
  const errors = {
    token: {
      '*': { members: { ok: false, reason: '$answer.error', words: '$answer.error_description' } },
      invalid_grant: { error: 'bad_code', status: 422 },
    },
  }
  const issuer = await idp.createIssuer({ persona: { extends: 'resonite', errors } })
  const provider = providerAt(idp, issuer.name, 'Nova')
  const asked = { grant_type: 'authorization_code', code: 'none', redirect_uri: redirectUri }
  const own = { client_id: 'demo-app', client_secret: 'demo-secret' }

  const badCode = await provider.form('/connect/token', { ...asked, ...own })
  const badClient = await provider.form('/connect/token', { ...asked, ...own, client_secret: 'wrong' })
  await issuer.arm({ fault: 'server_error', when: { endpoint: 'token' }, with: { description: 'Out of order' } })
  const faulted = await provider.form('/connect/token', { ...asked, ...own })

  expect([badCode.status, badCode.body.error]).toEqual([422, 'bad_code'])
  expect(badClient.status).toBe(401)
  expect(badClient.body).toMatchObject({ ok: false, reason: 'invalid_client' })
  expect(faulted.body).toEqual({ ok: false, reason: 'server_error', words: 'Out of order' })
  await issuer.arm({ fault: 'invalid_grant', when: { endpoint: 'token' }, with: { status: 503 } })
  const chosen = await provider.form('/connect/token', { ...asked, ...own })
  expect([chosen.status, chosen.body.error]).toEqual([503, 'bad_code'])
})

test('a plain OAuth 2.0 provider has no scope of OpenID Connect', async () => {
  const cloud = await idp.createIssuer({ persona: 'digitalocean' })

  const told = await providerAt(idp, cloud.name, 'mark').authorize('/v1/oauth/authorize', { scope: 'openid' })

  expect(told.get('error')).toBe('invalid_scope')
})

test('PKCE can be required', async () => {
  const strict = await idp.createIssuer({ persona: { extends: 'resonite', pkce: 'required' } })

  const told = await providerAt(idp, strict.name, 'Nova').authorize('/connect/authorize', { scope: 'profile' })

  expect(told.get('error')).toBe('invalid_request')
  expect(told.get('error_description')).toMatch(/PKCE/)
})
