import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as jose from 'jose'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../../src/server.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login } from './flows.ts'

const clients = [
  {
    client_id: 'web',
    client_secret: 'secret',
    redirect_uris: ['http://localhost:3000/callback'],
    post_logout_redirect_uris: ['http://localhost:3000/signed-out'],
    grant_types: ['authorization_code' as const, 'refresh_token' as const],
  },
]
const members = { users: [{ username: 'alice', sub: '100101' }], clients }
const inline = { ...members, issuers: { other: members } }

let server: RunningServer
let web: client.Configuration
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-keys-'))
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

const rotate = (keepOld: boolean, alg?: string) => {
  return server.control.rotateKeys('default', { keep_old: keepOld, ...(alg !== undefined && { alg }) })
}

async function served(issuer = server.url): Promise<jose.JWK[]> {
  const { keys } = (await (await fetch(`${issuer}/jwks`)).json()) as { keys: jose.JWK[] }
  return keys
}

/** A cached JWKS, as an API has it: it asks again for a key it does not know, but no sooner than its cooldown. */
function cachedKeys(cooldownDuration = 30_000): ReturnType<typeof jose.createRemoteJWKSet> {
  return jose.createRemoteJWKSet(new URL(`${server.url}/jwks`), { cooldownDuration })
}

test.each([true, false])('the JWKS follows a rotation at once, with keep_old: %s', async (keepOld) => {
  const before = await served()
  await rotate(keepOld)

  const kids = (await served()).map(({ kid }) => kid)
  expect(kids).toEqual((await server.control.keys('default')).map(({ kid }) => kid))
  expect(kids.slice(3)).toEqual(keepOld ? before.map(({ kid }) => kid) : [])
})

test('nothing private is listed or served', async () => {
  await rotate(true)

  const shown = [...(await served()), ...(await server.control.keys('default'))]
  for (const key of shown) {
    expect(Object.keys(key)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(d|p|q|dp|dq|qi|k)$/)]))
  }
  expect(Object.keys(shown[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
})

test('a client that has cached the JWKS refuses a new key for the length of its cooldown, then recovers', async () => {
  const keys = cachedKeys()
  const { tokens: old } = await login(web, { scope: 'openid' })
  await jose.jwtVerify(old.access_token, keys)
  await rotate(true, 'RS256')
  const { tokens } = await login(web, { scope: 'openid' })

  await expect(jose.jwtVerify(tokens.access_token, keys)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
  await keys.reload()
  await expect(jose.jwtVerify(tokens.access_token, keys)).resolves.toBeDefined()
  await expect(jose.jwtVerify(old.access_token, keys)).resolves.toBeDefined()
})

test('a client without a cooldown meets a rotation unharmed', async () => {
  const keys = cachedKeys(0)
  const { tokens: old } = await login(web, { scope: 'openid' })
  await jose.jwtVerify(old.access_token, keys)
  await rotate(true)
  const { tokens } = await login(web, { scope: 'openid' })

  await expect(jose.jwtVerify(tokens.access_token, keys)).resolves.toBeDefined()
})

test('a token of a dropped key passes where it is cached, and fails once the JWKS is fetched anew', async () => {
  const keys = cachedKeys()
  const { tokens: old } = await login(web, { scope: 'openid' })
  await jose.jwtVerify(old.access_token, keys)
  await rotate(false)

  await expect(jose.jwtVerify(old.access_token, keys)).resolves.toBeDefined()
  await keys.reload()
  await expect(jose.jwtVerify(old.access_token, keys)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
  const { tokens } = await login(web, { scope: 'openid' })
  await expect(jose.jwtVerify(tokens.access_token, keys)).resolves.toBeDefined()
})

test('oauth4webapi keeps a JWKS for a minute, refuses what it does not know, and recovers with a new one', async () => {
  await server.close()
  const typed = { ...inline, access_token: { typ: 'at+jwt' } }
  server = await startServer({ inline: typed, port: 0, logLevel: 'silent', watch: false, env: {} })
  web = await discover(server.url, 'web', 'secret')
  // What is known of an issuer is cached by its metadata.
  const metadata = (): oauth.AuthorizationServer => ({ issuer: server.url, jwks_uri: `${server.url}/jwks` })
  const check = (as: oauth.AuthorizationServer, token: string) => {
    const request = new Request('http://api', { headers: { authorization: `Bearer ${token}` } })
    return oauth.validateJwtAccessToken(as, request, server.url, { [oauth.allowInsecureRequests]: true })
  }
  const { tokens: old } = await login(web, { scope: 'openid' })
  const known = metadata()
  await check(known, old.access_token)
  await rotate(false)
  const { tokens } = await login(web, { scope: 'openid' })

  await expect(check(known, old.access_token)).resolves.toBeDefined()
  await expect(check(known, tokens.access_token)).rejects.toMatchObject({ code: 'OAUTH_KEY_SELECTION_FAILED' })
  await expect(check(metadata(), old.access_token)).rejects.toMatchObject({ code: 'OAUTH_KEY_SELECTION_FAILED' })
  await expect(check(metadata(), tokens.access_token)).resolves.toBeDefined()
})

test('what a kept key has signed is still good for the issuer', async () => {
  const agent = new UserAgent()
  const { tokens } = await login(web, { agent, scope: 'openid' })
  await rotate(true)

  await expect(client.fetchUserInfo(web, tokens.access_token, '100101')).resolves.toBeDefined()
  expect((await client.tokenIntrospection(web, tokens.access_token)).active).toBe(true)
  expect((await silently(agent, tokens.id_token)).searchParams.get('code')).toEqual(expect.any(String))
})

test('what a dropped key has signed is not, but sessions and refresh tokens live on', async () => {
  const agent = new UserAgent()
  const { tokens } = await login(web, { agent, scope: 'openid' })
  await rotate(false)

  await expect(client.fetchUserInfo(web, tokens.access_token, '100101')).rejects.toMatchObject({ status: 401 })
  expect((await client.tokenIntrospection(web, tokens.access_token)).active).toBe(false)
  expect((await silently(agent, tokens.id_token)).searchParams.get('error')).toBe('invalid_request')
  const refreshed = await client.refreshTokenGrant(web, tokens.refresh_token as string)
  await expect(client.fetchUserInfo(web, refreshed.access_token, '100101')).resolves.toBeDefined()
  expect((await silently(agent, refreshed.id_token)).searchParams.get('code')).toEqual(expect.any(String))
})

test('an issuer that shared the keys goes on with them', async () => {
  const other = await discover(`${server.url}/other`, 'web', 'secret')
  const before = await served(`${server.url}/other`)
  const { tokens } = await login(other, { scope: 'openid' })
  await rotate(false)

  expect(await served(`${server.url}/other`)).toEqual(before)
  await expect(client.fetchUserInfo(other, tokens.access_token, '100101')).resolves.toBeDefined()
})

test('a rotation is kept over a restart, and a dropped key stays dropped', async () => {
  const { tokens: old } = await login(web, { scope: 'openid' })
  const before = await rotate(false, 'RS256')
  const { tokens } = await login(web, { scope: 'openid' })
  await server.close()
  await start()

  expect(await server.control.keys('default')).toEqual(before)
  await expect(client.fetchUserInfo(web, tokens.access_token, '100101')).resolves.toBeDefined()
  await expect(client.fetchUserInfo(web, old.access_token, '100101')).rejects.toMatchObject({ status: 401 })
})

async function silently(agent: UserAgent, hint = ''): Promise<URL> {
  const url = client.buildAuthorizationUrl(web, {
    redirect_uri: 'http://localhost:3000/callback',
    scope: 'openid',
    prompt: 'none',
    id_token_hint: hint,
  })
  return (await agent.open(url)).url
}
