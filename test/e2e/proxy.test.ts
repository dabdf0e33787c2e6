import { get, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import * as client from 'openid-client'
import { afterEach, describe, expect, test } from 'vitest'
import { type FixturesModule, startUnderstudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { login } from './flows.ts'
import { startAtFreePort } from './free-port.ts'
import { type ReverseProxy, startProxy } from './proxy.ts'

const redirectUri = 'http://localhost:3000/callback'
const signedOut = 'http://localhost:3000/signed-out'

const members: FixturesModule = {
  users: [{ username: 'alice', sub: '100101' }],
  clients: [
    {
      client_id: 'web',
      client_secret: 'web-secret',
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [signedOut],
      grant_types: ['authorization_code', 'refresh_token'],
    },
  ],
}

const fixtures: FixturesModule = { ...members, issuers: { partner: members as never } }

let proxy: ReverseProxy | undefined

afterEach(async () => {
  await proxy?.close()
  proxy = undefined
})

/** Reaches the proxy by whatever name it is said to have. */
function reach(name: string): typeof fetch {
  return (input, init) => {
    const url = String(input)
    return fetch(url.startsWith(name) && proxy ? url.replace(name, proxy.origin) : url, init)
  }
}

/** A complete login by strict names; then refresh, userinfo, and logout with the ID token as the hint. */
async function wholeRound(issuer: string, send: typeof fetch = fetch, algorithm: 'oidc' | 'oauth2' = 'oidc') {
  const config = await client.discovery(new URL(issuer), 'web', 'web-secret', undefined, {
    execute: [client.allowInsecureRequests],
    algorithm,
    [client.customFetch]: send as client.CustomFetch,
  })
  client.enableNonRepudiationChecks(config)
  const agent = new UserAgent(send)
  const { tokens, callback } = await login(config, { agent, scope: 'openid', par: true })
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token as string)
  await client.fetchUserInfo(config, refreshed.access_token, '100101')
  const logout = client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token as string,
    post_logout_redirect_uri: signedOut,
  })
  const back = await agent.submit(await agent.open(logout), /name="logout"/, { logout: 'yes' })
  expect(back.url.href).toBe(signedOut)
  expect(callback.searchParams.get('iss')).toBe(issuer)
  const { issuer: _, ...metadata } = config.serverMetadata()
  const urls = Object.values(metadata).filter((value) => typeof value === 'string' && value.startsWith('http'))
  expect(urls.length).toBeGreaterThan(6)
  for (const url of urls) expect(url).toContain(`${issuer}/`)
}

const forwarded: [name: string, strip: string, headers: Record<string, string>][] = [
  ['https://id.example', '', { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'id.example' }],
  [
    'https://id.example:8443',
    '',
    { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'id.example', 'x-forwarded-port': '8443' },
  ],
  [
    'https://id.example',
    '',
    { 'x-forwarded-proto': 'https,http', 'x-forwarded-host': 'id.example, inner', 'x-forwarded-port': '443' },
  ],
  ['http://id.example', '', { 'x-forwarded-host': 'id.example' }],
]

describe.each(['', '/partner'])('behind a proxy that tells its name, at "%s"', (mount) => {
  test.each(forwarded)('%s', async (name, strip, headers) => {
    await using idp = await startUnderstudy({ fixtures })
    proxy = await startProxy({ target: () => idp.url, strip, headers })
    await wholeRound(name + mount, reach(name))
  })

  test('and takes a prefix off', async () => {
    await using idp = await startUnderstudy({ fixtures })
    const headers = { 'x-forwarded-host': 'id.example', 'x-forwarded-proto': 'https', 'x-forwarded-prefix': '/sso' }
    proxy = await startProxy({ target: () => idp.url, strip: '/sso', headers })
    await wholeRound(`https://id.example/sso${mount}`, reach('https://id.example'))
  })
})

test.each([
  ['id.example', '8443', 'http://id.example:8443'],
  ['id.example:9000', '8443', 'http://id.example:9000'],
  ['id.example', '80', 'http://id.example'],
  ['id.example', '0', 'http://id.example'],
  ['id.example', '99999', 'http://id.example'],
])('a proxy that leaves the host %s and tells the port %s', async (host, port, name) => {
  await using idp = await startUnderstudy({ fixtures })
  const { body } = await ask(`${idp.url}/.well-known/openid-configuration`, { host, 'x-forwarded-port': port })
  expect(JSON.parse(body).issuer).toBe(name)
})

test('cookies are secure over https, and not over http', async () => {
  await using idp = await startUnderstudy({ fixtures })
  const ask = async (headers: Record<string, string>) => {
    const params = new URLSearchParams({
      client_id: 'web',
      response_type: 'code',
      scope: 'openid',
      redirect_uri: redirectUri,
    })
    const { headers: answered } = await fetch(`${idp.url}/auth?${params}`, { headers, redirect: 'manual' })
    return answered.getSetCookie().map((cookie) => /; secure/i.test(cookie))
  }
  const secure = await ask({ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'id.example' })
  expect(secure.length).toBeGreaterThan(1)
  expect(new Set(secure)).toEqual(new Set([true]))
  expect(new Set(await ask({}))).toEqual(new Set([false]))
})

describe.each(['', '/partner'])('a fixed issuer with a base path, at "%s"', (mount) => {
  test.each(['oidc', 'oauth2'] as const)('is served at that path: %s', async (algorithm) => {
    await using idp = await startAtFreePort((port) => ({
      fixtures: { ...fixtures, issuer: `http://localhost:${port}/base` },
    }))
    await wholeRound(`${idp.url}${mount}`, fetch, algorithm)
  })

  test('is served behind a proxy that takes the path off', async () => {
    let target = ''
    const outer = await startProxy({ target: () => target, strip: '/base' })
    proxy = outer
    await using idp = await startAtFreePort((port) => {
      target = `http://localhost:${port}`
      return { fixtures: { ...fixtures, issuer: `${outer.origin}/base` } }
    })
    expect(idp.url).toBe(`${outer.origin}/base`)
    await wholeRound(`${outer.origin}/base${mount}`)
  })
})

describe('the discovery form of RFC 8414', () => {
  test.each(['oauth-authorization-server', 'openid-configuration'])('%s', async (document) => {
    await using idp = await startUnderstudy({ fixtures })
    const named = await fetch(`${idp.url}/.well-known/${document}/partner`)
    await expect(named.json()).resolves.toMatchObject({ issuer: `${idp.url}/partner` })
    expect((await fetch(`${idp.url}/.well-known/${document}/nobody`)).status).toBe(404)
  })
})

/** One request with headers that fetch would not send. */
async function ask(url: string, headers: OutgoingHttpHeaders): Promise<{ status: number; body: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers }, resolve).on('error', reject)
  })
  return { status: response.statusCode ?? 0, body: await text(response) }
}

const hostile = [
  'evil.example/path',
  'evil.example?query',
  'user@evil.example',
  'evil.example:port',
  'evil.example:99999',
  '"><script>alert(1)</script>',
  'a b',
  '[::1',
  '..',
  '%00',
  'x'.repeat(5000),
]

describe('hostile hosts', () => {
  test.each(hostile)('%s is no name for an issuer', async (host) => {
    await using idp = await startUnderstudy({ fixtures })
    const discovery = `${idp.url}/.well-known/openid-configuration`
    for (const headers of [{ host }, { 'x-forwarded-host': host }]) {
      const { status, body } = await ask(discovery, headers)
      expect(status).toBeLessThan(500)
      expect(body).not.toContain(host)
      if (status === 200) expect(JSON.parse(body).issuer).toBe(idp.url)
    }
    await expect((await fetch(discovery)).json()).resolves.toMatchObject({ issuer: idp.url })
  })

  test('a prefix that is no path, and a protocol that is none, are left aside', async () => {
    await using idp = await startUnderstudy({ fixtures })
    const headers = {
      'x-forwarded-prefix': '//evil.example',
      'x-forwarded-proto': 'javascript',
      'x-forwarded-port': '0x1',
    }
    const { body } = await ask(`${idp.url}/.well-known/openid-configuration`, headers)
    expect(JSON.parse(body).issuer).toBe(idp.url)
  })

  test('a fixed issuer hears no other name', async () => {
    await using idp = await startAtFreePort((port) => ({
      fixtures: { ...fixtures, issuer: `http://localhost:${port}` },
    }))
    for (const headers of [{ host: 'evil.example' }, { 'x-forwarded-host': 'evil.example' }]) {
      const { body } = await ask(`${idp.url}/.well-known/openid-configuration`, headers)
      expect(body).not.toContain('evil.example')
      const params = `client_id=web&response_type=code&scope=openid&redirect_uri=${encodeURIComponent(redirectUri)}`
      const page = await ask(`${idp.url}/auth?${params}`, headers)
      expect(page.body).not.toContain('evil.example')
    }
  })
})
