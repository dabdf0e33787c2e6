import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../../src/index.ts'
import { UserAgent } from '../../user-agent.ts'
import { passPages } from '../flows.ts'
import { basic, providerAt, redirectUri } from './provider.ts'

const own = { client_id: 'demo-app', client_secret: 'demo-secret' }

const desk = ['password', 'refresh_token'] as const
const members = {
  scopes: { read: {} },
  users: [{ username: 'dj-dana', password: 'turntable' }],
  clients: [{ client_id: 'demo-app', client_secret: 'demo-secret', grant_types: [...desk] }],
}

const app = await generateKeyPair('ES256')
const coded = {
  client_id: 'app',
  response_type: 'code',
  redirect_uri: redirectUri,
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
}
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

let idp: Understudy

beforeAll(async () => {
  const jwks = { keys: [{ ...(await exportJWK(app.publicKey)), alg: 'ES256' }] }
  idp = await startUnderstudy({
    fixtures: {
      issuers: {
        objects: {
          persona: { default_scope: ['read'] },
          scopes: { read: {}, write: {} },
          users: ['alice'],
          clients: [
            {
              client_id: 'app',
              token_endpoint_auth_method: 'none',
              redirect_uris: [redirectUri],
              jwks,
              auto_login: 'alice',
              consent: 'skip',
            },
          ],
        },
        cloud: { persona: 'digitalocean' },
        stream: { persona: 'dlive' },
        pool: { persona: 'digital-dj-pool' },
        usual: { persona: { extends: 'digital-dj-pool', default_scope: ['crate'] } },
        pushing: { persona: { default_scope: ['openid'] } },
        desk: { persona: { name: 'desk', openid: false, grant_types: [...desk], default_scope: ['read'] }, ...members },
        office: { persona: { name: 'office', grant_types: [...desk], default_scope: ['openid', 'read'] }, ...members },
      },
    },
  })
})

afterAll(() => idp.close())

test.each(['/o/token/', '/O/Token'])('a persona is the same at %s', async (path) => {
  const stream = providerAt(idp, 'stream', 'dora')

  const posted = await stream.form(path, { grant_type: 'client_credentials', ...own })
  const authenticated = await stream.form(path, { grant_type: 'client_credentials' }, { authorization: basic })

  expect([posted.status, posted.body.error]).toEqual([401, 'invalid_client'])
  expect(authenticated.status).toBe(200)
})

test.each(['/v1/oauth/token/', '/V1/OAuth/Token'])('parameters in the query are read at %s', async (path) => {
  const cloud = providerAt(idp, 'cloud', 'mark')
  const code = (await cloud.authorize('/v1/oauth/authorize/', {})).get('code') ?? ''

  const tokens = await cloud.query(path, { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...own })

  expect([tokens.status, tokens.body.scope]).toEqual([200, 'read'])
})

test('a pushed authorization request that names no scope asks for the usual one', async () => {
  const pushing = idp.issuer('pushing')
  const { client_id, redirect_uri } = { client_id: 'web-app', redirect_uri: redirectUri }
  await pushing.clients.put(client_id, { token_endpoint_auth_method: 'none', redirect_uris: [redirect_uri] })
  const asked = { ...coded, client_id, redirect_uri }

  const pushed = await fetch(`${pushing.url}/request`, { method: 'POST', body: new URLSearchParams(asked) })

  expect([pushed.status, await pushed.json()]).toMatchObject([201, { request_uri: expect.any(String) }])
})

test.each([
  ['none, nor does what stands beside it', {}, {}, 'read'],
  ['one', { scope: 'write' }, {}, 'write'],
  ['none, and asks for what stands beside it in vain', {}, { scope: 'write' }, 'read'],
])('a request object that names %s is one for a scope', async (_, inside, beside, scope) => {
  const objects = idp.issuer('objects')
  const request = await new SignJWT({ ...coded, ...inside, iss: 'app', aud: objects.url })
    .setProtectedHeader({ alg: 'ES256' })
    .setExpirationTime('1m')
    .sign(app.privateKey)
  const pushing = new URLSearchParams({ client_id: 'app', request, ...beside })
  const pushed = await fetch(`${objects.url}/request`, { method: 'POST', body: pushing })
  const { request_uri: uri = '' } = (await pushed.json()) as { request_uri?: string }

  for (const asked of [{ request, ...beside }, { request_uri: uri }]) {
    const query = new URLSearchParams({ client_id: 'app', ...asked } as Record<string, string>)
    const { url } = await new UserAgent().open(`${objects.url}/auth?${query}`)
    const form = {
      grant_type: 'authorization_code',
      client_id: 'app',
      redirect_uri: redirectUri,
      code: url.searchParams.get('code') ?? '',
      code_verifier: verifier,
    }
    const answer = await fetch(`${objects.url}/token`, { method: 'POST', body: new URLSearchParams(form) })
    expect(await answer.json()).toMatchObject({ scope })
  }
})

test('an authorization request by POST that names no scope asks for the usual one', async () => {
  const cloud = providerAt(idp, 'cloud', 'mark')
  const body = new URLSearchParams({ response_type: 'code', client_id: 'demo-app', redirect_uri: redirectUri })
  const agent = new UserAgent()

  const page = await agent.open(`${cloud.url}/v1/oauth/authorize`, undefined, { method: 'POST', body })
  const code = (await passPages(agent, page, 'mark')).url.searchParams.get('code') ?? ''
  const tokens = await cloud.query('/v1/oauth/token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    ...own,
  })

  expect(tokens.body.scope).toBe('read')
})

test('a password request names its scopes, or gets the usual ones', async () => {
  const asked = { grant_type: 'password', username: 'dj-dana', password: 'turntable', ...own }
  const pool = providerAt(idp, 'pool', 'dj-dana')
  const usual = providerAt(idp, 'usual', 'dj-dana')

  const refused = await pool.form('/token', asked)
  const named = await pool.form('/token', { ...asked, scope: 'user' })
  const { body } = await usual.form('/token', asked)

  expect(refused.status).toBe(400)
  expect(refused.body).toEqual({ error: 'invalid_scope', error_description: 'at least one scope must be asked for' })
  expect((await pool.api('/api/user', named.body.access_token)).status).toBe(200)
  expect((await usual.api('/api/crates', body.access_token)).status).toBe(200)
})

test.each([
  ['desk', 'read'],
  ['office', 'openid read'],
])('%s has password requests alone, and usual scopes for them', async (issuer, scope) => {
  const asked = { grant_type: 'password', username: 'dj-dana', password: 'turntable', ...own }

  const { status, body } = await providerAt(idp, issuer, '').form('/token', asked)

  expect([status, body.scope]).toEqual([200, scope])
})

test('the journal shows the headers with which a request came', async () => {
  const cloud = providerAt(idp, 'cloud', 'mark')
  const stream = providerAt(idp, 'stream', 'dora')
  const asked = { grant_type: 'refresh_token', refresh_token: 'none' }
  const last = async (issuer: string) => (await idp.issuer(issuer).requests()).at(-1)

  await cloud.query('/v1/oauth/token', { ...asked, ...own })
  const inQuery = await last('cloud')
  await cloud.ask(`/v1/oauth/token?${new URLSearchParams(asked)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: new URLSearchParams(own).toString(),
  })
  const inBoth = await last('cloud')
  await cloud.form('/v1/oauth/token', asked, { authorization: basic })
  const byBasic = await last('cloud')
  await stream.ask('/api/user', { headers: { authorization: 'a-token' } })
  const bare = await last('stream')

  expect(inQuery?.headers).toMatchObject({ 'content-length': '0' })
  expect(inQuery?.headers).not.toHaveProperty('content-type')
  expect(inQuery?.params).toMatchObject({ grant_type: 'refresh_token', client_id: 'demo-app' })
  expect(inBoth?.headers).toMatchObject({
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    'content-length': String(new URLSearchParams(own).toString().length),
  })
  expect(byBasic?.headers?.authorization).toMatch(/^Basic demo-app:\[redacted/)
  expect(bare?.headers?.authorization).toMatch(/^\[redacted/)
})

test('a user is known by a token that stands alone', async () => {
  const stream = providerAt(idp, 'stream', 'dora')
  const code = (await stream.authorize('/o/authorize', { scope: 'email:read' })).get('code') ?? ''
  const asked = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
  const { body } = await stream.form('/o/token', asked, { authorization: basic })

  await stream.ask('/api/user', { headers: { authorization: String(body.access_token) } })

  const [request] = (await idp.issuer('stream').requests({ user: 'dora', endpoint: 'resource' })).slice(-1)
  expect(request).toMatchObject({ client: 'demo-app', user: 'dora', answer: { status: 200 } })
})
