import { createRemoteJWKSet, decodeJwt, exportJWK, generateKeyPair, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FixturesModule, startUnderstudy, type Understudy } from '../../src/index.ts'
import { launchBrowser } from '../browser.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login } from './flows.ts'
import { startAtFreePort } from './free-port.ts'
import { type Spa, serveSpa } from './spa/serve.ts'
import { discoverServer, loginByWebApi } from './web-api-client.ts'

const signedOut = 'http://localhost:3000/signed-out'

const members: FixturesModule = {
  users: [{ username: 'alice', sub: '100101', claims: { name: 'Alice Liddell' } }],
  clients: [
    {
      client_id: 'backend',
      client_secret: 'backend-secret',
      redirect_uris: ['http://localhost:3000/callback'],
      post_logout_redirect_uris: [signedOut],
      grant_types: ['authorization_code', 'refresh_token'],
    },
    {
      client_id: 'spa',
      redirect_uris: ['http://localhost/callback'],
      post_logout_redirect_uris: ['http://localhost/signed-out'],
      grant_types: ['authorization_code', 'refresh_token'],
    },
    {
      client_id: 'told',
      client_secret: 'told-secret',
      redirect_uris: ['http://localhost:3000/callback'],
      frontchannel_logout_uri: 'http://localhost:3000/logout',
    },
    { client_id: 'tv', grant_types: ['device_code'] },
  ],
}

/** A back end that compares every name: login, userinfo, refresh, and logout with its ID token as the hint. */
async function wholeRound(issuer: string, { par = false } = {}) {
  const config = await discover(issuer, 'backend', 'backend-secret')
  client.enableNonRepudiationChecks(config)
  const agent = new UserAgent()
  const { tokens, callback } = await login(config, { agent, scope: 'openid profile', par })
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, '100101')
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token as string)
  const logout = client.buildEndSessionUrl(config, {
    id_token_hint: refreshed.id_token ?? '',
    post_logout_redirect_uri: signedOut,
    state: 'bye',
  })
  const back = await agent.submit(await agent.open(logout), /name="logout"/, { logout: 'yes' })
  return { config, callback, userinfo, tokens, refreshed, back: back.url.href }
}

function originsOf(metadata: object): Record<string, string> {
  const urls = Object.entries(metadata).filter(([name]) => /_endpoint$|_uri$/.test(name))
  return Object.fromEntries(urls.map(([name, url]) => [name, new URL(String(url)).origin]))
}

/** Endpoints that a browser opens. */
const inBrowser = ['authorization_endpoint', 'end_session_endpoint']

describe('one server by two names', () => {
  let idp: Understudy
  let internal: string
  let external: string
  let browser: Browser
  let keys: Awaited<ReturnType<typeof generateKeyPair>>

  beforeAll(async () => {
    const { users, clients } = members
    keys = await generateKeyPair('ES256')
    const signing: NonNullable<FixturesModule['clients']>[number] = {
      client_id: 'signing',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [(await exportJWK(keys.publicKey)) as never] },
      grant_types: ['client_credentials'],
    }
    idp = await startAtFreePort((port) => ({
      fixtures: {
        users,
        clients: [...(clients ?? []), signing],
        issuer: `http://127.0.0.1:${port}`,
        browser_url: `http://localhost:${port}`,
        issuers: {
          partner: {
            users,
            clients: [
              ...(clients ?? []),
              {
                client_id: 'knows-public',
                client_secret: 'secret',
                redirect_uris: ['http://localhost:3000/callback'],
                issuer: `http://localhost:${port}/partner`,
              },
            ],
          },
        },
      },
    }))
    internal = idp.url
    external = internal.replace('127.0.0.1', 'localhost')
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await idp?.close()
  })

  test.each(['', '/partner'])('a back end knows the internal name at "%s", browsers the public one', async (mount) => {
    const { config, callback, userinfo, back } = await wholeRound(internal + mount)
    const { issuer, ...metadata } = config.serverMetadata()
    expect(issuer).toBe(internal + mount)
    for (const [name, origin] of Object.entries(originsOf(metadata))) {
      expect(origin, name).toBe(inBrowser.includes(name) ? external : internal)
    }
    expect(callback.searchParams.get('iss')).toBe(internal + mount)
    expect(userinfo).toMatchObject({ name: 'Alice Liddell' })
    expect(back).toBe(`${signedOut}?state=bye`)
  })

  test('a back end pushes its request by the internal name', async () => {
    const { back } = await wholeRound(internal, { par: true })
    expect(back).toBe(`${signedOut}?state=bye`)
  })

  test.each(['', '/partner'])('a frame tells a client of a logout in the name that it knows at "%s"', async (mount) => {
    const config = await discover(internal + mount, 'told', 'told-secret')
    const agent = new UserAgent()
    const { tokens } = await login(config, { agent, scope: 'openid' })
    const logout = client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token ?? '' })
    const { html } = await agent.submit(await agent.open(logout), /name="logout"/, { logout: 'yes' })
    const frame = new URL((/<iframe src="([^"]+)"/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&'))

    expect(logout.origin).toBe(external)
    expect(Object.fromEntries(frame.searchParams)).toEqual({ iss: internal + mount, sid: tokens.claims()?.sid })
  })

  test('a device shows a person the public name', async () => {
    const tv = await discover(internal, 'tv', undefined, client.None())
    const device = await client.initiateDeviceAuthorization(tv, { scope: 'openid' })
    expect(new URL(device.verification_uri).origin).toBe(external)
    expect(new URL(device.verification_uri_complete as string).origin).toBe(external)
  })

  test.each(['', '/partner'])('the public name knows itself alone at "%s"', async (mount) => {
    const metadata = await discoverServer(external + mount)
    expect(metadata.issuer).toBe(external + mount)
    expect(new Set(Object.values(originsOf(metadata)))).toEqual(new Set([external]))
    const spa = { server: metadata, client: { client_id: 'spa' }, authentication: oauth.None() }
    const { claims } = await loginByWebApi(spa, { redirectUri: 'http://localhost:8080/callback' })
    expect(claims?.iss).toBe(external + mount)
  })

  test('an API that knows one name checks the tokens of clients that know it', async () => {
    const { tokens } = await wholeRound(internal)
    const { jwks_uri } = await discoverServer(internal)
    const keys = createRemoteJWKSet(new URL(jwks_uri as string))
    await jwtVerify(tokens.access_token, keys, { issuer: internal, audience: internal })
  })

  test("a client's own choice of name comes first", async () => {
    const config = await discover(`${external}/partner`, 'knows-public', 'secret')
    const { tokens } = await login(config, { scope: 'openid' })
    expect(tokens.claims()?.iss).toBe(`${external}/partner`)
    expect(decodeJwt(tokens.access_token).iss).toBe(`${external}/partner`)
  })

  test('a client assertion is for the name that the client knows', async () => {
    const config = await discover(internal, 'signing', undefined, client.PrivateKeyJwt(keys.privateKey))
    await expect(client.clientCredentialsGrant(config)).resolves.toMatchObject({ token_type: 'bearer' })
    const elsewhere = await discover(external, 'signing', undefined, client.PrivateKeyJwt(keys.privateKey))
    await expect(client.clientCredentialsGrant(elsewhere)).rejects.toMatchObject({ error: 'invalid_client' })
  })

  describe.each(['', '/partner'])('a single-page app in a real browser, at "%s"', (mount) => {
    let app: Spa

    beforeAll(async () => {
      app = await serveSpa({ issuer: external + mount, clientId: 'spa' })
    })

    afterAll(() => app.close())

    test.each([
      ['the request in its address', 'Sign in', /[?&]redirect_uri=/],
      ['the request pushed before', 'Push and sign in', /[?&]request_uri=urn/],
    ])('logs in with %s, asks who it is, refreshes and logs out by the public name', async (_, start, asked) => {
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.goto(app.origin)
      const authorization = page.waitForRequest((request) => asked.test(decodeURIComponent(request.url())))
      await page.getByRole('button', { name: start, exact: true }).click()
      expect(new URL((await authorization).url()).origin).toBe(external)
      await page.getByRole('button', { name: 'Alice Liddell' }).click()
      await page.getByRole('button', { name: 'Allow' }).click()
      await page.locator('#result:not(:empty)').waitFor()
      const result = JSON.parse((await page.locator('#result').textContent()) as string)
      expect(result).toMatchObject({
        iss: external + mount,
        userinfo: { sub: '100101', name: 'Alice Liddell' },
        refreshed: true,
      })
      expect(decodeJwt(result.accessToken).iss).toBe(external + mount)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('heading', { name: 'Sign out?' }).waitFor()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForURL(`${app.origin}/signed-out`)
      await context.close()
    })
  })
})

describe('issuer: auto', () => {
  test.each(['localhost', '127.0.0.1'])('is whichever name it is asked by: %s', async (host) => {
    await using idp = await startUnderstudy({ fixtures: { ...members, issuers: { partner: members as never } } })
    const origin = idp.url.replace('localhost', host)
    for (const issuer of [origin, `${origin}/partner`]) {
      const { config, callback, back, tokens } = await wholeRound(issuer)
      const { issuer: name, ...metadata } = config.serverMetadata()
      expect(name).toBe(issuer)
      expect(new Set(Object.values(originsOf(metadata)))).toEqual(new Set([origin]))
      expect(callback.searchParams.get('iss')).toBe(issuer)
      expect(decodeJwt(tokens.access_token).iss).toBe(issuer)
      expect(back).toBe(`${signedOut}?state=bye`)
    }
  })
})

test('browser_url without a fixed issuer is a mistake that says so', async () => {
  const started = startUnderstudy({ fixtures: { browser_url: 'http://localhost:9400' } })
  await expect(started).rejects.toMatchObject({
    code: 'ERR_FIXTURES_INVALID',
    message: expect.stringContaining('browser_url'),
  })
})
