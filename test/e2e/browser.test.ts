import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as client from 'openid-client'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { launchBrowser } from '../browser.ts'
import { discover } from './flows.ts'

let idp: Understudy
let browser: Browser
let app: Server
let origin: string
let web: client.Configuration
let tv: client.Configuration

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: {
      scopes: { crate: { description: 'Read and write your crates' } },
      users: [
        {
          username: 'alice',
          password: 'wonderland',
          sub: '100101',
          claims: { name: 'Alice Liddell', email: 'alice@example.com' },
        },
        'bob',
        { username: 'mallory', state: 'locked' },
      ],
      clients: [
        {
          client_id: 'web',
          client_name: 'The web app',
          client_secret: 'web-secret',
          redirect_uris: ['http://localhost/callback'],
          post_logout_redirect_uris: ['http://localhost/signed-out'],
        },
        { client_id: 'tv', client_name: 'The TV app', grant_types: ['device_code'] },
      ],
    },
  })
  app = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<h1>The web app</h1>'))
  app.listen(0, '127.0.0.1')
  await once(app, 'listening')
  origin = `http://localhost:${(app.address() as AddressInfo).port}`
  browser = await launchBrowser()
  web = await discover(idp.url, 'web', 'web-secret')
  tv = await discover(idp.url, 'tv', undefined, client.None())
})

afterAll(async () => {
  await browser?.close()
  app?.close().closeAllConnections()
  await idp?.close()
})

function authorization(extra: Record<string, string> = {}): string {
  const redirect_uri = `${origin}/callback`
  return client.buildAuthorizationUrl(web, { redirect_uri, scope: 'openid profile crate', state: 's', ...extra }).href
}

describe.each([true, false])('with JavaScript %s', (javaScriptEnabled) => {
  let page: Page

  beforeEach(async () => {
    const context = await browser.newContext({ javaScriptEnabled })
    context.setDefaultTimeout(10_000)
    page = await context.newPage()
  })

  afterEach(() => page.context().close())

  const click = (name: string) => page.getByRole('button', { name }).click()
  const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor()
  const returned = () => page.waitForURL(`${origin}/**`).then(() => new URL(page.url()).searchParams)

  async function typeLogin(username: string, password: string): Promise<void> {
    await page.getByLabel('Username').fill(username)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }

  /** Who the code that came back belongs to. */
  async function whoIs(): Promise<string | undefined> {
    await page.waitForURL(`${origin}/**`)
    const tokens = await client.authorizationCodeGrant(web, new URL(page.url()), { expectedState: 's' })
    return tokens.claims()?.sub
  }

  test('a person signs in by password and allows access', async () => {
    await page.goto(authorization())
    await heading('Sign in')
    await typeLogin('alice', 'wonderland')
    await heading('Allow access?')
    expect(await page.locator('main').textContent()).toMatch(/The web app.*Alice Liddell.*Read and write your crates/s)
    await click('Allow')
    expect(await whoIs()).toBe('100101')
  })

  test('a wrong password, an unknown name and a locked user are told, and a right one goes on', async () => {
    await page.goto(authorization())
    await typeLogin('alice', 'looking-glass')
    await page.getByText('That is not the password of alice.').waitFor()
    expect(await page.getByLabel('Username').inputValue()).toBe('alice')
    expect(await page.getByLabel('Password').inputValue()).toBe('')
    await typeLogin('cheshire', 'x')
    await page.getByText('There is no user "cheshire" here.').waitFor()
    await page.getByRole('button', { name: 'mallory' }).click()
    await page.getByText('This account is locked.').waitFor()
    await typeLogin('alice', 'wonderland')
    await heading('Allow access?')
  })

  test('a person picks a user, and is not asked again', async () => {
    await page.goto(authorization())
    await click('Alice Liddell')
    await click('Allow')
    await returned()
    await page.goto(authorization())
    expect((await returned()).get('code')).toBeTruthy()
  })

  test('denying, and going back at the login page, tell the app so', async () => {
    await page.goto(authorization())
    await click('Cancel and go back')
    expect(Object.fromEntries(await returned())).toMatchObject({ error: 'access_denied', state: 's' })
    await page.goto(authorization())
    await click('Bob')
    await click('Deny')
    expect(Object.fromEntries(await returned())).toMatchObject({ error: 'access_denied', state: 's' })
  })

  test('"Not alice?" leads to the login page, and another user goes on', async () => {
    await page.goto(authorization())
    await click('Alice Liddell')
    await click('Not alice? Use another account')
    await heading('Sign in')
    await click('Bob')
    await heading('Allow access?')
    expect(await page.locator('main').textContent()).toContain('bob@example.com')
    await click('Allow')
    expect(await whoIs()).toBe('bob')
  })

  test('a person with a session can come back as another user', async () => {
    await page.goto(authorization())
    await click('Alice Liddell')
    await click('Allow')
    await returned()
    await page.goto(authorization({ prompt: 'login' }))
    await click('Bob')
    await click('Allow')
    expect(await whoIs()).toBe('bob')
  })

  test('the name that the app suggests is filled in', async () => {
    await page.goto(authorization({ login_hint: 'alice' }))
    expect(await page.getByLabel('Username').inputValue()).toBe('alice')
  })

  test('a person types the code of a device, confirms it and signs in', async () => {
    const device = await client.initiateDeviceAuthorization(tv, { scope: 'openid profile' })
    await page.goto(device.verification_uri)
    await page.getByLabel('Code').fill('AAAA-AAAA')
    await click('Continue')
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Code').fill(device.user_code.toLowerCase().replace('-', ''))
    await click('Continue')
    await heading('Is this the code on your device?')
    await page.getByText(device.user_code, { exact: true }).waitFor()
    await click('Connect')
    await click('Alice Liddell')
    await click('Allow')
    await heading('Your device is connected')
    const grant = 'urn:ietf:params:oauth:grant-type:device_code'
    const tokens = await client.genericGrantRequest(tv, grant, { device_code: device.device_code })
    expect(tokens.claims()?.sub).toBe('100101')
  })

  test.each([
    ['at the code', ['Deny']],
    ['at the login page', ['Connect', 'Cancel and go back']],
    ['at the consent page', ['Connect', 'Alice Liddell', 'Deny']],
  ])('a person refuses a device %s', async (_, clicks) => {
    const device = await client.initiateDeviceAuthorization(tv, { scope: 'openid' })
    await page.goto(device.verification_uri_complete as string)
    await click('Continue')
    for (const button of clicks) await click(button)
    await heading('You refused the device')
    await page.getByText('The TV app gets no access').waitFor()
    const grant = 'urn:ietf:params:oauth:grant-type:device_code'
    const polled = client.genericGrantRequest(tv, grant, { device_code: device.device_code })
    await expect(polled).rejects.toMatchObject({ error: 'access_denied' })
  })

  test('the screen of a device leads to its code, and turns when it is approved', async () => {
    const device = await client.initiateDeviceAuthorization(tv, { scope: 'openid' })
    await page.goto(`${device.verification_uri}/screen?user_code=${device.user_code}`)
    await heading('Connect this device')
    await page.getByText(device.user_code).waitFor()
    await idp.device.approve(device.user_code, 'alice')
    await heading('Connected')
  })

  test('a person stays signed in, or signs out and comes back to the app', async () => {
    await page.goto(authorization())
    await click('Alice Liddell')
    await click('Allow')
    await returned()
    const logout = client.buildEndSessionUrl(web, { post_logout_redirect_uri: `${origin}/signed-out`, state: 'bye' })
    await page.goto(logout.href)
    await heading('Sign out?')
    await click('Stay signed in')
    await page.waitForURL(`${origin}/signed-out?state=bye`)
    await page.goto(authorization())
    await heading('Allow access?')
    await page.goto(logout.href)
    await click('Sign out')
    await page.waitForURL(`${origin}/signed-out?state=bye`)
    await page.goto(authorization())
    await heading('Sign in')
  })

  test('a logout without a place to go back to says that it is done', async () => {
    await page.goto(authorization())
    await click('Alice Liddell')
    await page.goto(client.buildEndSessionUrl(web, {}).href)
    await click('Sign out')
    await heading('You are signed out')
  })

  test('what cannot be told to the app is told on a page', async () => {
    const answer = await page.goto(authorization({ redirect_uri: 'http://localhost/elsewhere' }))
    expect(answer?.status()).toBe(400)
    await page.getByText('invalid_redirect_uri').waitFor()
    await page.goto(authorization({ client_id: 'nobody' }))
    await page.getByText('invalid_client').waitFor()
  })

  test('a login that is over says so', async () => {
    await page.goto(authorization())
    const over = page.url()
    await click('Alice Liddell')
    await click('Allow')
    await returned()
    const answer = await page.goto(over)
    expect(answer?.status()).toBe(400)
    await heading('This page is too old, or your browser’s cookies are missing')
  })
})
