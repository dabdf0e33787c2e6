import * as client from 'openid-client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { type Page, UserAgent } from '../user-agent.ts'
import { discover, login, passPages } from './flows.ts'

const redirectUri = 'http://localhost:3000/callback'

let idp: Understudy
let web: client.Configuration

beforeEach(async () => {
  const grants = { grant_types: ['authorization_code' as const, 'refresh_token' as const] }
  idp = await startUnderstudy({
    fixtures: {
      lifetimes: { authorization_code: '60s', session: '14d', session_idle: '1d' },
      users: [{ username: 'alice', password: 'wonderland', sub: '100101' }, 'bob'],
      clients: [
        { client_id: 'web', client_secret: 'secret', redirect_uris: [redirectUri], ...grants },
        { client_id: 'trusted', client_secret: 'secret', redirect_uris: [redirectUri], consent: 'skip' },
        {
          client_id: 'auto',
          client_secret: 'secret',
          redirect_uris: [redirectUri],
          consent: 'skip',
          auto_login: 'alice',
        },
        { client_id: 'auto-asking', client_secret: 'secret', redirect_uris: [redirectUri], auto_login: 'alice' },
        {
          client_id: 'auto-bob',
          client_secret: 'secret',
          redirect_uris: [redirectUri],
          consent: 'skip',
          auto_login: 'bob',
        },
        { client_id: 'auto-tv', grant_types: ['device_code'], consent: 'skip', auto_login: 'alice' },
        { client_id: 'remote', client_secret: 'secret', redirect_uris: ['https://app.example/callback?tenant=1'] },
        { client_id: 'native', redirect_uris: ['com.example.app:/callback', 'http://127.0.0.1/callback'] },
      ],
    },
  })
  web = await discover(idp.url, 'web', 'secret')
})

afterEach(() => idp?.close())

function authorization(extra: Record<string, string> = {}): URL {
  return client.buildAuthorizationUrl(web, { redirect_uri: redirectUri, scope: 'openid', state: 's', ...extra })
}

/** What the client is told: a code, an error, or nothing, since a person sees this page. */
async function outcome(agent: UserAgent, extra: Record<string, string> = {}): Promise<string> {
  return outcomeOf(await agent.open(authorization(extra)))
}

function outcomeOf({ url, html, status }: Page): string {
  const { searchParams } = url
  if (searchParams.has('code')) return 'code'
  if (html.includes('name="password"')) return 'login page'
  if (html.includes('<h1>Allow access?</h1>')) return 'consent page'
  return searchParams.get('error') ?? `page ${status}`
}

describe('auto_login', () => {
  test('takes one hop, and signs the browser in', async () => {
    const agent = new UserAgent()
    const hop = await agent.fetch(authorization({ client_id: 'auto' }))
    expect(hop.status).toBe(303)
    const callback = new URL(hop.headers.get('location') as string)
    expect(callback.href).toContain(redirectUri)
    const auto = await discover(idp.url, 'auto', 'secret')
    const tokens = await client.authorizationCodeGrant(auto, callback, { expectedState: 's' })
    expect(tokens.claims()?.sub).toBe('100101')
    expect(await outcome(agent, { client_id: 'trusted', prompt: 'none' })).toBe('code')
  })

  test.each([
    ['none', 'code'],
    ['login', 'login page'],
    ['select_account', 'login page'],
    ['consent', 'consent page'],
  ])('with prompt=%s leads to: %s', async (prompt, expected) => {
    expect(await outcome(new UserAgent(), { client_id: 'auto', prompt })).toBe(expected)
  })

  test('signs nobody in where the login page was asked for', async () => {
    const agent = new UserAgent()
    await outcome(agent, { client_id: 'auto', prompt: 'login' })
    expect(await outcome(agent, { client_id: 'trusted', prompt: 'none' })).toBe('login_required')
  })

  test('gives each client its own user in one browser, without a page, whoever was there before', async () => {
    const agent = new UserAgent()
    const [alices, bobs, asked] = await Promise.all(
      ['auto', 'auto-bob', 'trusted'].map((id) => discover(idp.url, id, 'secret')),
    )
    const sub = async (config = web) => (await login(config, { agent, scope: 'openid' })).tokens.claims()?.sub

    expect(await sub(alices)).toBe('100101')
    expect(await sub(bobs)).toBe('bob')
    expect(await sub(alices)).toBe('100101')
    expect(await sub(bobs)).toBe('bob')
    // A client that asks takes whoever is signed in.
    expect(await sub(asked)).toBe('bob')
  })

  test('a session of the same user goes on, with its time of login', async () => {
    const agent = new UserAgent()
    const auto = await discover(idp.url, 'auto', 'secret')
    const first = await login(auto, { agent, scope: 'openid' })
    await idp.clock.advance('1h')

    const second = await login(auto, { agent, scope: 'openid', parameters: { max_age: '7200' } })

    const [before, now] = [first, second].map(({ tokens }) => tokens.claims())
    expect(now?.auth_time).toBe((before?.iat as number) - 3600)
  })

  test('meets a fault of its own user, not of whoever was there before', async () => {
    const agent = new UserAgent()
    const [alices, bobs] = await Promise.all([
      discover(idp.url, 'auto', 'secret'),
      discover(idp.url, 'auto-bob', 'secret'),
    ])
    await login(alices, { agent, scope: 'openid' })
    await idp.arm({ fault: 'access_denied', when: { endpoint: 'authorization', user: 'alice' } })

    expect((await login(bobs, { agent, scope: 'openid' })).tokens.claims()?.sub).toBe('bob')
    await expect(login(alices, { agent, scope: 'openid' })).rejects.toMatchObject({ error: 'access_denied' })
  })

  test('leaves consent to the person where it is not skipped', async () => {
    expect(await outcome(new UserAgent(), { client_id: 'auto-asking' })).toBe('consent page')
    expect(await outcome(new UserAgent(), { client_id: 'auto-asking', prompt: 'none' })).toBe('consent_required')
  })

  test('never confirms a device', async () => {
    const tv = await discover(idp.url, 'auto-tv', undefined, client.None())
    const device = await client.initiateDeviceAuthorization(tv, { scope: 'openid' })
    const agent = new UserAgent()
    const confirm = await agent.submit(await agent.open(device.verification_uri_complete as string), /name="user_code"/)
    expect(confirm.html).toContain('name="confirm"')
    expect(outcomeOf(await agent.submit(confirm, /name="confirm"/, { confirm: 'yes' }))).toBe('login page')
  })
})

describe('prompts', () => {
  test('consent: skip shows no consent page, unless it is asked for', async () => {
    const agent = new UserAgent()
    const page = await agent.open(authorization({ client_id: 'trusted' }))
    expect(outcomeOf(await agent.submit(page, /name="pick"/, { pick: 'alice' }))).toBe('code')
    expect(await outcome(agent, { client_id: 'trusted', prompt: 'consent' })).toBe('consent page')
  })

  test('prompt=none says what is missing: a login, then consent, then nothing', async () => {
    const agent = new UserAgent()
    expect(await outcome(agent, { prompt: 'none' })).toBe('login_required')
    const page = await agent.open(authorization({ client_id: 'trusted' }))
    await agent.submit(page, /name="pick"/, { pick: 'alice' })
    expect(await outcome(agent, { prompt: 'none' })).toBe('consent_required')
    await login(web, { agent, scope: 'openid' })
    expect(await outcome(agent, { prompt: 'none' })).toBe('code')
    expect(await outcome(agent, { prompt: 'none', scope: 'openid email' })).toBe('consent_required')
  })

  test('prompt=login and prompt=consent ask a person who has answered before', async () => {
    const agent = new UserAgent()
    await login(web, { agent, scope: 'openid' })
    expect(await outcome(agent)).toBe('code')
    expect(await outcome(agent, { prompt: 'login' })).toBe('login page')
    expect(await outcome(agent, { prompt: 'consent' })).toBe('consent page')
  })

  test('prompt=select_account lets a person with a session choose who goes on', async () => {
    const agent = new UserAgent()
    await login(web, { agent, scope: 'openid' })
    expect(await outcome(agent, { prompt: 'select_account none' })).toBe('invalid_request')
    for (const user of ['alice', 'bob']) {
      const { tokens } = await login(web, { agent, user, scope: 'openid', parameters: { prompt: 'select_account' } })
      expect(tokens.claims()?.sub).toBe(user === 'alice' ? '100101' : 'bob')
    }
  })

  test('max_age asks again when the login is too old, and auth_time tells', async () => {
    const agent = new UserAgent()
    const { tokens } = await login(web, { agent, scope: 'openid', parameters: { max_age: '3600' } })
    expect(tokens.claims()?.auth_time).toBeTypeOf('number')
    await idp.clock.advance('59m')
    expect(await outcome(agent, { max_age: '3600' })).toBe('code')
    await idp.clock.advance('2m')
    expect(await outcome(agent, { max_age: '3600', prompt: 'none' })).toBe('login_required')
    expect(await outcome(agent, { max_age: '3600' })).toBe('login page')
    expect(await outcome(agent, { max_age: '7200' })).toBe('code')
  })

  test('login_hint fills the name in, and is text', async () => {
    const page = await new UserAgent().open(authorization({ login_hint: '"><b>alice' }))
    const form = page.forms.find(({ html }) => html.includes('name="password"'))
    expect(form?.fields.username).toBe('"><b>alice')
    expect(page.html).not.toContain('<b>alice')
  })
})

describe('sessions', () => {
  test('end after the idle time, counted from the last use', async () => {
    const agent = new UserAgent()
    await login(web, { agent, scope: 'openid' })
    for (let day = 0; day < 3; day += 1) {
      await idp.clock.advance('23h')
      expect(await outcome(agent)).toBe('code')
    }
    await idp.clock.advance('25h')
    expect(await outcome(agent)).toBe('login page')
  })

  test('end after their lifetime, however often they are used', async () => {
    const agent = new UserAgent()
    await login(web, { agent, scope: 'openid' })
    for (let halfDay = 0; halfDay < 27; halfDay += 1) {
      await idp.clock.advance('12h')
      expect(await outcome(agent), `after ${halfDay + 1} half days`).toBe('code')
    }
    await idp.clock.advance('12h')
    expect(await outcome(agent)).toBe('login page')
  })
})

describe('codes', () => {
  async function codeFor(parameters: Record<string, string> = {}): Promise<URL> {
    const agent = new UserAgent()
    return (await passPages(agent, await agent.open(authorization(parameters)), 'alice')).url
  }

  const redeem = (url: URL, checks: client.AuthorizationCodeGrantChecks = {}, parameters?: Record<string, string>) =>
    client.authorizationCodeGrant(web, url, { expectedState: 's', ...checks }, parameters)

  const invalidGrant = { error: 'invalid_grant' }

  test('live as long as the fixtures say', async () => {
    const [early, late] = [await codeFor(), await codeFor()]
    await idp.clock.advance('58s')
    await expect(redeem(early)).resolves.toBeDefined()
    await idp.clock.advance('3s')
    await expect(redeem(late)).rejects.toMatchObject(invalidGrant)
  })

  test('are good for one use; a second revokes what the first gave', async () => {
    const url = await codeFor()
    const tokens = await redeem(url)
    await client.fetchUserInfo(web, tokens.access_token, '100101')
    await expect(redeem(url)).rejects.toMatchObject(invalidGrant)
    await expect(client.fetchUserInfo(web, tokens.access_token, '100101')).rejects.toMatchObject({ status: 401 })
    await expect(client.refreshTokenGrant(web, tokens.refresh_token as string)).rejects.toMatchObject(invalidGrant)
  })

  test('need the verifier of their challenge', async () => {
    const challenge = {
      code_challenge: await client.calculatePKCECodeChallenge('a'.repeat(43)),
      code_challenge_method: 'S256',
    }
    await expect(redeem(await codeFor(challenge), { pkceCodeVerifier: 'b'.repeat(43) })).rejects.toMatchObject(
      invalidGrant,
    )
    await expect(redeem(await codeFor(challenge))).rejects.toMatchObject(invalidGrant)
    await expect(redeem(await codeFor(challenge), { pkceCodeVerifier: 'a'.repeat(43) })).resolves.toBeDefined()
    await expect(redeem(await codeFor(), { pkceCodeVerifier: 'a'.repeat(43) })).rejects.toMatchObject(invalidGrant)
  })

  test('are not given for a code_verifier that no challenge has announced, and it is said so', async () => {
    const agent = new UserAgent()
    const { url } = await passPages(agent, await agent.open(authorization()), 'alice')
    const exchanged = client.authorizationCodeGrant(web, url, { expectedState: 's', pkceCodeVerifier: 'v'.repeat(43) })

    await expect(exchanged).rejects.toMatchObject({
      error: 'invalid_grant',
      error_description:
        'grant request is invalid: a code_verifier was sent, and the authorization request had no code_challenge',
    })
    const [entry] = await idp.requests({ endpoint: 'token' })
    expect(entry?.refusal?.why).toMatch(/^The request has a code_verifier, and .* had no code_challenge/)
  })

  test('are not given for a plain challenge, named or not', async () => {
    const code_challenge = 'a'.repeat(43)
    expect(await outcome(new UserAgent(), { code_challenge, code_challenge_method: 'plain' })).toBe('invalid_request')
    expect(await outcome(new UserAgent(), { code_challenge })).toBe('invalid_request')
  })

  test('belong to the redirect URI that they were sent to', async () => {
    const url = await codeFor()
    const response = await fetch(web.serverMetadata().token_endpoint as string, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: url.searchParams.get('code') as string,
        redirect_uri: 'http://localhost:3001/callback',
        client_id: 'web',
        client_secret: 'secret',
      }),
    })
    expect(await response.json()).toMatchObject(invalidGrant)
  })
})

describe('redirect URIs', () => {
  const isAnyCallback = (url: URL) => url.pathname.endsWith('/callback')

  test.each([
    ['web', 'http://localhost:3000/callback'],
    ['web', 'http://localhost:49152/callback'],
    ['remote', 'https://app.example/callback?tenant=1'],
    ['native', 'com.example.app:/callback'],
    ['native', 'http://127.0.0.1:51004/callback'],
  ])('%s gets its answer at %s', async (client_id, redirect_uri) => {
    const { url } = await new UserAgent().open(
      authorization({
        client_id,
        redirect_uri,
        prompt: 'none',
        code_challenge_method: 'S256',
        code_challenge: 'a'.repeat(43),
      }),
      isAnyCallback,
    )
    const answered = new URL(url)
    expect(Object.fromEntries(answered.searchParams)).toMatchObject({
      error: 'login_required',
      state: 's',
      iss: idp.url,
    })
    for (const name of ['error', 'error_description', 'state', 'iss']) answered.searchParams.delete(name)
    expect(answered.href).toBe(redirect_uri)
  })

  test.each([
    ['web', 'http://localhost:3000/callback/'],
    ['web', 'http://localhost:3000/Callback'],
    ['web', 'http://localhost:3000/callback?x=1'],
    ['web', 'https://localhost:3000/callback'],
    ['web', 'http://127.0.0.1:3000/callback'],
    ['web', 'http://localhost.evil.example:3000/callback'],
    ['web', 'http://localhost:3000@evil.example/callback'],
    ['web', 'http://evil.example/callback'],
    ['web', '//localhost:3000/callback'],
    ['web', 'http://localhost:3000/callback#fragment'],
    ['remote', 'https://app.example:8443/callback?tenant=1'],
    ['remote', 'https://app.example/callback?tenant=2'],
    ['remote', 'https://app.example/callback'],
    ['native', 'com.example.other:/callback'],
    ['native', 'http://localhost:51004/callback'],
  ])('%s cannot have it sent to %s, and is told on a page', async (client_id, redirect_uri) => {
    const page = await new UserAgent().open(authorization({ client_id, redirect_uri }), () => false)
    expect(page.status).toBe(400)
    expect(page.url.pathname).toBe('/auth')
    expect(page.html).toContain('invalid_redirect_uri')
  })
})
