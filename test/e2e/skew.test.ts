import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as jose from 'jose'
import * as client from 'openid-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../../src/server.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login } from './flows.ts'

const inline = {
  lifetimes: { access_token: '1h', id_token: '1h' },
  users: [{ username: 'alice', sub: '100101' }],
  clients: [
    {
      client_id: 'web',
      client_secret: 'secret',
      redirect_uris: ['http://localhost:3000/callback'],
      post_logout_redirect_uris: ['http://localhost:3000/signed-out'],
      grant_types: ['authorization_code' as const, 'refresh_token' as const],
      userinfo_signed_response_alg: 'RS256',
      // Nobody listens there; the answer has the logout token all the same.
      backchannel_logout_uri: 'http://127.0.0.1:9/logout',
    },
  ],
  token_rules: [{ token: 'id_token' as const, claims: { nbf: 1_000_000_000 } }],
  issuers: { other: { users: ['bob'] } },
}

let server: RunningServer
let web: client.Configuration
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-skew-'))
  await start()
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

async function start(): Promise<void> {
  const store = `json:${join(folder, 'store.json')}`
  server = await startServer({ inline, port: 0, store, logLevel: 'silent', watch: false, env: {} })
  web = await discover(server.url, 'web', 'secret')
}

const skew = (by: string | number) => server.control.setClock('default', { skew: by })
const nowSeconds = () => Math.floor(Date.now() / 1000)

test('a client whose issuer is late finds ID tokens expired, until the clock is right again', async () => {
  await skew('-2h')

  await expect(login(web, { scope: 'openid' })).rejects.toMatchObject({
    code: 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
    cause: { message: expect.stringContaining('unexpected JWT "exp" (expiration time) claim value') },
  })
  await skew(0)
  await expect(login(web, { scope: 'openid' })).resolves.toBeDefined()
})

test('an API whose issuer is late finds access tokens expired, until the clock is right again', async () => {
  const keys = jose.createRemoteJWKSet(new URL(web.serverMetadata().jwks_uri as string))
  const agent = new UserAgent()
  const { tokens } = await login(web, { agent, scope: 'openid' })
  await skew('-2h')
  const late = await refresh(tokens.refresh_token)

  await expect(jose.jwtVerify(late.access_token, keys)).rejects.toMatchObject({
    code: 'ERR_JWT_EXPIRED',
    message: '"exp" claim timestamp check failed',
  })
  await skew(0)
  const right = await login(web, { agent, scope: 'openid' })
  await expect(jose.jwtVerify(right.tokens.access_token, keys)).resolves.toBeDefined()
})

test('an API whose issuer is early finds tokens of the future, until the clock is right again', async () => {
  const keys = jose.createRemoteJWKSet(new URL(web.serverMetadata().jwks_uri as string))
  await skew('5m')
  const early = await login(web, { scope: 'openid' })

  await expect(jose.jwtVerify(early.tokens.access_token, keys, { maxTokenAge: '1h' })).rejects.toMatchObject({
    code: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
    claim: 'iat',
    message: '"iat" claim timestamp check failed (it should be in the past)',
  })
  await skew(0)
  const right = await login(web, { scope: 'openid' })
  await expect(jose.jwtVerify(right.tokens.access_token, keys, { maxTokenAge: '1h' })).resolves.toBeDefined()
})

test('every time that is signed is off by as much', async () => {
  await skew(300)
  const { tokens } = await login(web, { scope: 'openid', parameters: { max_age: '600' } })

  const { iat, exp, nbf, auth_time: authTime = 0 } = jose.decodeJwt(tokens.id_token as string) as client.IDToken
  const access = jose.decodeJwt(tokens.access_token)
  const off = (time = 0) => Math.round((time - nowSeconds()) / 10) * 10
  expect([off(iat), off(exp), off(authTime)]).toEqual([300, 3900, 300])
  expect(nbf).toBe(1_000_000_300)
  expect([off(access.iat), off(access.exp)]).toEqual([300, 3900])
  expect(tokens.expires_in).toBe(3600)
})

test('signed userinfo and logout tokens are off as well', async () => {
  const { tokens } = await login(web, { scope: 'openid' })
  await skew('-2h')
  const headers = { authorization: `Bearer ${tokens.access_token}` }
  const userinfo = await (await fetch(web.serverMetadata().userinfo_endpoint as string, { headers })).text()
  const { deliveries } = await server.control.backchannelLogout('default', { user: 'alice' })

  const signedAt = [userinfo, deliveries[0]?.logout_token ?? ''].map((jwt) => jose.decodeJwt(jwt).iat ?? 0)
  const agoHours = signedAt.map((iat) => Math.round((nowSeconds() - iat) / 3600))
  expect(agoHours).toEqual([2, 2])
})

test.each(['-2h', '2h'])('with a skew of %s the issuer itself goes on as before', async (by) => {
  const agent = new UserAgent()
  const { tokens: first } = await login(web, { agent, scope: 'openid' })
  await skew(by)
  const off = await refresh(first.refresh_token)
  const hint = off.id_token as string

  const bearer = { authorization: `Bearer ${off.access_token}` }
  expect((await fetch(web.serverMetadata().userinfo_endpoint as string, { headers: bearer })).status).toBe(200)
  const { active, exp = 0 } = await client.tokenIntrospection(web, off.access_token)
  expect(active).toBe(true)
  expect(Math.abs(exp - nowSeconds() - 3600)).toBeLessThan(60)
  const again = await refresh(off.refresh_token)
  expect(again.access_token).toBeDefined()
  const silent = await agent.open(authorizationUrl({ prompt: 'none', id_token_hint: hint }))
  expect(silent.url.searchParams.get('code')).toEqual(expect.any(String))
  const out = client.buildEndSessionUrl(web, {
    id_token_hint: hint,
    post_logout_redirect_uri: 'http://localhost:3000/signed-out',
  })
  expect((await agent.open(out)).status).toBe(200)
})

test("another issuer's tokens are not skewed", async () => {
  await skew('-2h')

  expect(await server.control.clock('other')).toMatchObject({ skew_seconds: 0 })
})

test('skew and advance are kept over a restart', async () => {
  await skew('-2h')
  await server.control.advanceClock('default', '31d')
  await server.close()
  await start()

  expect(await server.control.clock('default')).toMatchObject({ advanced_seconds: 2_678_400, skew_seconds: -7200 })
  await expect(login(web, { scope: 'openid' })).rejects.toMatchObject({ code: 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED' })
  await server.control.reset('default')
  await expect(login(web, { scope: 'openid' })).resolves.toBeDefined()
})

function authorizationUrl(parameters: Record<string, string>): URL {
  return client.buildAuthorizationUrl(web, {
    redirect_uri: 'http://localhost:3000/callback',
    scope: 'openid',
    ...parameters,
  })
}

/** Refreshes as a client would that does not look at ID tokens. */
async function refresh(token = ''): Promise<client.TokenEndpointResponse> {
  const response = await fetch(web.serverMetadata().token_endpoint as string, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('web:secret')}` },
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token }),
  })
  expect(response.status).toBe(200)
  return (await response.json()) as client.TokenEndpointResponse
}
