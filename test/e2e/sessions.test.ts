import * as jose from 'jose'
import * as client from 'openid-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SignedIn } from '../../src/control/sessions.ts'
import { type RunningServer, startServer } from '../../src/server.ts'
import { launchBrowser } from '../browser.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login } from './flows.ts'

const callback = 'http://localhost:3000/callback'
const web = {
  client_id: 'web',
  client_secret: 'secret',
  redirect_uris: [callback],
  grant_types: ['authorization_code' as const, 'refresh_token' as const],
}
const members = {
  users: [
    { username: 'alice', sub: '100101' },
    { username: 'bob', sub: '100102' },
  ],
  clients: [web, { ...web, client_id: 'trusted', consent: 'skip' as const }],
}
const inline = { ...members, issuers: { bound: { ...members, session_bound: true } } }

let server: RunningServer

beforeEach(async () => {
  server = await startServer({ inline, port: 0, logLevel: 'silent', watch: false, env: {} })
})
afterEach(() => server.close())

const cookieHeader = ({ cookies }: SignedIn) => cookies.map(({ name, value }) => `${name}=${value}`).join('; ')

/** An authorization request of the client that asks for no consent. */
async function request(parameters: Record<string, string> = {}, base = server.url): Promise<URL> {
  const config = await discover(base, 'trusted', 'secret')
  return client.buildAuthorizationUrl(config, { redirect_uri: callback, scope: 'openid', ...parameters })
}

/** Where a request leads, in a browser with these cookies. */
async function follow(url: URL, cookie: string): Promise<URL> {
  const headers = { cookie, accept: 'text/html' }
  const response = await fetch(url, { headers, redirect: 'manual' })
  return new URL(response.headers.get('location') ?? '', url)
}

test('cookies of a session sign a browser in, with no page', async () => {
  const made = await server.control.signIn('default', { user: 'alice' })

  const config = await discover(server.url, 'trusted', 'secret')
  const at = await follow(await request(), cookieHeader(made))
  const tokens = await client.authorizationCodeGrant(config, at)
  expect(tokens.claims()).toMatchObject({ sub: '100101' })
  expect(await server.control.sessions('default')).toMatchObject([
    { id: made.id, user: 'alice', clients: [{ client_id: 'trusted', sid: expect.any(String) }] },
  ])
})

test('a login of a while ago is old enough to be asked for again', async () => {
  const made = await server.control.signIn('default', { user: 'alice', age: '10m' })

  const config = await discover(server.url, 'trusted', 'secret')
  const at = await follow(await request({ max_age: '3600' }), cookieHeader(made))
  const { id_token: idToken = '' } = await client.authorizationCodeGrant(config, at, { maxAge: 3600 })
  const { auth_time: authTime = 0 } = jose.decodeJwt<{ auth_time?: number }>(idToken)
  expect(Math.abs(Date.now() / 1000 - authTime - 600)).toBeLessThan(60)
  const stale = await follow(await request({ max_age: '60', prompt: 'none' }), cookieHeader(made))
  expect(stale.searchParams.get('error')).toBe('login_required')
})

test('a cookie of another issuer, or with another signature, signs nobody in', async () => {
  const made = await server.control.signIn('bound', { user: 'alice' })
  const [session, signature] = made.cookies
  const forged = `${session?.name}=${session?.value}; ${signature?.name}=${'A'.repeat(43)}`
  const right = await request({ prompt: 'none' }, `${server.url}/bound`)
  const wrong = await request({ prompt: 'none' })

  expect((await follow(right, cookieHeader(made))).searchParams.get('code')).toEqual(expect.any(String))
  expect((await follow(right, forged)).searchParams.get('error')).toBe('login_required')
  expect((await follow(wrong, cookieHeader(made))).searchParams.get('error')).toBe('login_required')
})

test('the cookies hold at the port by which the admin API was asked, a published one for one', async () => {
  const response = await fetch(`${server.url}/_understudy/api/issuers/default/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-host': 'localhost:5555' },
    body: JSON.stringify({ user: 'alice' }),
  })

  const { cookies } = (await response.json()) as SignedIn
  expect(response.status).toBe(201)
  const { port } = new URL(server.url)
  const names = cookies.map(({ name }) => name).filter((name) => !name.endsWith('.sig'))
  expect(names).toEqual([`us_session_default_${port}`, 'us_session_default_5555'])
})

test('a real browser with the cookies is signed in', async () => {
  const { cookies } = await server.control.signIn('default', { user: 'alice' })
  await using browser = await launchBrowser()
  const context = await browser.newContext()
  const { hostname } = new URL(server.url)
  await context.addCookies(
    cookies.map(({ name, value, path, http_only: httpOnly, same_site: sameSite, expires }) => {
      return { name, value, path, domain: hostname, httpOnly, sameSite, expires: Date.parse(expires) / 1000 }
    }),
  )
  const page = await context.newPage()
  const left = page.waitForRequest((sent) => sent.url().startsWith(callback))
  // Nobody listens where the client would.
  await page.goto((await request()).href).catch(() => {})

  expect(new URL((await left).url()).searchParams.get('code')).toEqual(expect.any(String))
})

test('a session of a login is listed, and ending it ends single sign-on, but not the tokens', async () => {
  const config = await discover(server.url, 'web', 'secret')
  const agent = new UserAgent()
  const { tokens } = await login(config, { agent, scope: 'openid' })
  const [session] = await server.control.sessions('default')
  const silently = () => agent.open(silentUrl(config))
  expect((await silently()).url.searchParams.get('code')).toEqual(expect.any(String))
  await server.control.endSession('default', session?.id ?? '')

  expect(session).toMatchObject({ user: 'alice', clients: [{ client_id: 'web' }] })
  expect((await silently()).url.searchParams.get('error')).toBe('login_required')
  await expect(client.fetchUserInfo(config, tokens.access_token, '100101')).resolves.toBeDefined()
  await expect(client.refreshTokenGrant(config, tokens.refresh_token as string)).resolves.toBeDefined()
  await expect(login(config, { agent, scope: 'openid' })).resolves.toBeDefined()
})

test('where tokens are bound to sessions, they end with it, of that user alone', async () => {
  const config = await discover(`${server.url}/bound`, 'web', 'secret')
  const { tokens } = await login(config, { scope: 'openid' })
  const { tokens: others } = await login(config, { scope: 'openid', user: 'bob' })
  await expect(client.fetchUserInfo(config, tokens.access_token, '100101')).resolves.toBeDefined()
  await server.control.endSessions('bound', { user: 'alice' })

  await expect(client.fetchUserInfo(config, tokens.access_token, '100101')).rejects.toMatchObject({ status: 401 })
  expect((await client.tokenIntrospection(config, tokens.access_token)).active).toBe(false)
  await expect(client.refreshTokenGrant(config, tokens.refresh_token as string)).rejects.toMatchObject({
    error: 'invalid_grant',
  })
  await expect(client.fetchUserInfo(config, others.access_token, '100102')).resolves.toBeDefined()
  expect(await server.control.grants('bound')).toMatchObject([{ user: 'bob' }])
})

function silentUrl(config: client.Configuration): URL {
  return client.buildAuthorizationUrl(config, { redirect_uri: callback, scope: 'openid', prompt: 'none' })
}
