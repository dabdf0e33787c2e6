import * as client from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { discover } from '../e2e/flows.ts'
import { type Page, UserAgent } from '../user-agent.ts'

const attack = `<script>alert(1)</script>"' onmouseover="alert(1)"><img src=x onerror=alert(1)></title></style>&amp;`

let idp: Understudy
let asked: client.Configuration

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: {
      scopes: { marked: { description: attack } },
      users: [{ username: attack, claims: { name: attack, email: attack } }],
      clients: [
        {
          client_id: 'marked-app',
          client_name: attack,
          client_secret: 'secret',
          redirect_uris: ['http://localhost:3000/callback', 'http://localhost:3000/other'],
        },
        {
          client_id: 'tv',
          client_name: attack,
          token_endpoint_auth_method: 'none',
          grant_types: ['device_code'],
        },
      ],
    },
  })
  asked = await discover(idp.url, 'marked-app', 'secret')
})

afterAll(() => idp.close())

const ask = { redirect_uri: 'http://localhost:3000/callback', scope: 'openid marked', login_hint: attack }

/** Nothing of the attack is markup, and the browser is told to run nothing. */
function expectHarmless({ html, headers, status }: Page): void {
  expect(html, `status ${status}`).toMatch(/^<!doctype html>/i)
  expect(html).not.toMatch(/<script|<img|" onmouseover|<\/title>.*<\/title>/is)
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none';/)
  expect(headers.get('x-content-type-options')).toBe('nosniff')
}

test('login and consent show users, clients and scopes as text', async () => {
  const agent = new UserAgent()
  const login = await agent.open(client.buildAuthorizationUrl(asked, ask))
  const wrong = await agent.submit(login, /name="password"/, { username: `${attack}x`, password: attack })
  const consent = await agent.submit(login, /name="pick"/, { pick: attack })
  const end = await agent.submit(consent, /interaction\/[\w-]+"/)

  for (const page of [login, wrong, consent]) {
    expectHarmless(page)
    expect(page.html).toContain('&lt;script&gt;')
  }
  expect(end.url.searchParams.get('code')).toBeTruthy()
})

test('the logout page shows them as text', async () => {
  const agent = new UserAgent()
  const login = await agent.open(client.buildAuthorizationUrl(asked, ask))
  await agent.submit(await agent.submit(login, /name="pick"/, { pick: attack }), /interaction\/[\w-]+"/)

  const logout = await agent.open(`${idp.url}/session/end?client_id=marked-app`)
  const done = await agent.submit(logout, /name="logout"/, { logout: 'yes' })

  expect(logout.html).toContain('&lt;script&gt;')
  for (const page of [logout, done]) expectHarmless(page)
})

test('the device pages show them, and what was typed, as text', async () => {
  const tv = await discover(idp.url, 'tv', undefined, client.None())
  const device = await client.initiateDeviceAuthorization(tv, { scope: 'openid marked' })
  const headers = { 'user-agent': attack }
  const agent = new UserAgent()

  const entry = await agent.open(`${idp.url}/device?user_code=${encodeURIComponent(attack)}`, undefined, { headers })
  const wrong = await agent.submit(entry, /name="user_code"/)
  const confirm = await agent.submit(wrong, /name="user_code"/, { user_code: device.user_code })
  const screen = await agent.open(`${idp.url}/device/screen?user_code=${device.user_code}`)
  const noScreen = await agent.open(`${idp.url}/device/screen?user_code=${encodeURIComponent(attack)}`)
  const done = await agent.submit(
    await agent.submit(await agent.submit(confirm, /name="confirm"/, { confirm: 'yes' }), /name="pick"/, {
      pick: attack,
    }),
    /interaction\/[\w-]+"/,
  )

  for (const page of [entry, wrong, confirm, screen, noScreen, done]) expectHarmless(page)
  for (const page of [entry, confirm, screen, noScreen, done]) expect(page.html).toContain('&lt;script&gt;')
})

const bad = encodeURIComponent(attack)

test.each([
  '/auth?client_id=ATTACK',
  '/auth?client_id=marked-app&redirect_uri=ATTACK',
  '/auth?client_id=marked-app&response_type=ATTACK',
  '/auth?client_id=marked-app&response_type=code&scope=ATTACK&redirect_uri=',
  '/auth?client_id=marked-app&response_type=code&understudy_fault=ATTACK',
  '/auth?client_id=marked-app&response_type=code&request_uri=ATTACK',
  '/auth?ATTACK=ATTACK',
  '/auth/ATTACK',
  '/interaction/ATTACK',
  '/session/end?post_logout_redirect_uri=ATTACK&client_id=marked-app',
  '/session/end?id_token_hint=ATTACK',
  '/session/end?client_id=ATTACK',
  '/session/end/success?client_id=ATTACK',
  '/device/ATTACK',
  '/token?ATTACK',
  '/ATTACK',
  '/<script>alert(1)</script>',
  '/ATTACK/auth?client_id=ATTACK',
  '/.well-known/ATTACK',
])('the answer to %s is harmless', async (path) => {
  const page = await new UserAgent().open(new URL(idp.url + path.replaceAll('ATTACK', bad)))

  expect(page.status).toBeLessThan(500)
  expectHarmless(page)
})

test('a form that goes to the client by itself holds what the client sent as text', async () => {
  const url = `${idp.url}/auth?client_id=marked-app&response_type=code&scope=openid&redirect_uri=http://localhost:3000/callback&prompt=none&response_mode=form_post&state=${bad}`

  const page = await new UserAgent().open(url)

  expect(page.forms).toMatchObject([{ fields: { error: 'login_required', state: attack } }])
  expect(page.html.match(/<script/g)).toHaveLength(1)
  expect(page.html).not.toContain('<img')
  expect(page.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src [^;]+; img-src 'self' data:; base-uri 'none'; script-src 'sha256-[^']+'$/,
  )
})

test('the host by which it is asked is shown as text', async () => {
  const headers = { 'x-forwarded-host': attack, 'x-forwarded-prefix': `/${attack}`, 'x-forwarded-proto': attack }

  for (const path of ['/', '/device', '/nothing']) {
    expectHarmless(await new UserAgent().open(idp.url + path, undefined, { headers }))
  }
})

test('the front page shows names as text', async () => {
  expectHarmless(await new UserAgent().open(`${idp.url}/`))
})
