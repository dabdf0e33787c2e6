import * as client from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { discover, login, passPages } from '../e2e/flows.ts'
import { type Page, UserAgent } from '../user-agent.ts'

let idp: Understudy
let web: client.Configuration

beforeAll(async () => {
  idp = await startUnderstudy()
  web = await discover(idp.url, 'web-app', 'web-secret')
})

afterAll(() => idp.close())

const ask = { redirect_uri: 'http://localhost:3000/callback', scope: 'openid profile' }

function begin(agent: UserAgent, more: Record<string, string> = {}): Promise<Page> {
  return agent.open(client.buildAuthorizationUrl(web, { ...ask, ...more }))
}

/** A browser that has nothing but these cookies. */
async function withCookies(
  url: URL | string,
  cookies: Record<string, string>,
  init: RequestInit = {},
): Promise<Response> {
  const cookie = Object.entries(cookies)
    .map((pair) => pair.join('='))
    .join('; ')
  return fetch(url, { ...init, headers: { cookie, accept: 'text/html' }, redirect: 'manual' })
}

function cookieNamed(cookies: Record<string, string>, pattern: RegExp): string {
  const found = Object.keys(cookies).find((name) => pattern.test(name) && !name.endsWith('.sig'))
  if (found === undefined) throw new Error(`No cookie matches ${pattern} among ${Object.keys(cookies)}`)
  return found
}

test('cookies are kept from scripts and other sites, over https from plain http, too', async () => {
  const url = client.buildAuthorizationUrl(web, ask)

  const plain = await fetch(url, { redirect: 'manual' })
  const secure = await fetch(url, { redirect: 'manual', headers: { 'x-forwarded-proto': 'https' } })

  for (const answer of [plain, secure]) expect(answer.headers.getSetCookie().length).toBeGreaterThan(1)
  for (const cookie of plain.headers.getSetCookie()) {
    expect(cookie).toMatch(/; samesite=lax/i)
    expect(cookie).toMatch(/; httponly/i)
    expect(cookie).not.toMatch(/; secure/i)
  }
  for (const cookie of secure.headers.getSetCookie()) expect(cookie).toMatch(/; secure/i)
})

test('another browser cannot take a login over, even with a login of its own', async () => {
  const [victim, thief] = [new UserAgent(), new UserAgent()]
  const page = await begin(victim)
  await begin(thief)
  const resume = new URL(page.url.pathname.replace('/interaction/', '/auth/'), idp.url)

  for (const browser of [new UserAgent(), thief]) {
    const seen = await browser.open(page.url)
    const taken = await browser.fetch(page.url, { method: 'POST', body: new URLSearchParams({ pick: 'alice' }) })
    const refused = await browser.fetch(new URL(`${page.url}/abort`), { method: 'POST' })
    const resumed = await browser.fetch(resume)

    expect([seen.status, taken.status, refused.status, resumed.status]).toEqual([400, 400, 400, 400])
    expect(resumed.headers.get('location')).toBeNull()
  }
  const { url } = await passPages(victim, page, 'alice')
  expect(url.searchParams.get('code')).toBeTruthy()
})

test('cookies that are right but for their signature are none', async () => {
  const agent = new UserAgent()
  const page = await begin(agent)
  const name = cookieNamed(agent.cookies, /_interaction_/)
  const { [name]: value = '', [`${name}.sig`]: signature = '' } = agent.cookies
  const swapped = `${signature.slice(0, -2)}${signature.slice(-2) === 'AA' ? 'BB' : 'AA'}`

  const forged = [
    { [name]: value },
    { [name]: value, [`${name}.sig`]: '' },
    { [name]: value, [`${name}.sig`]: swapped },
    { [name]: value, [`${name}.sig`]: signature.slice(0, -1) },
    { [name]: value, [`${name}.sig`]: `${signature}A` },
    { [name]: `${value}x`, [`${name}.sig`]: signature },
  ]

  for (const cookies of forged) expect((await withCookies(page.url, cookies)).status, JSON.stringify(cookies)).toBe(400)
  expect((await withCookies(page.url, { [name]: value, [`${name}.sig`]: signature })).status).toBe(200)
})

test('a session is found by its signed cookie alone, and one issuer does not take that of another', async () => {
  const agent = new UserAgent()
  await login(web, { agent })
  const name = cookieNamed(agent.cookies, /_session_/)
  const { [name]: value = '', [`${name}.sig`]: signature = '' } = agent.cookies
  const silent = client.buildAuthorizationUrl(web, { ...ask, prompt: 'none' })
  const asked = { client_id: 'partner-app', response_type: 'code', scope: 'openid', prompt: 'none' }
  const redirect_uri = 'http://localhost:3000/partner/callback'
  const partner = new URL(`${idp.url}/partner/auth?${new URLSearchParams({ ...asked, redirect_uri })}`)
  const there = name.replace('_default_', '_partner_')

  const right = await withCookies(silent, { [name]: value, [`${name}.sig`]: signature })
  const forged = await withCookies(silent, { [name]: value })
  const elsewhere = await withCookies(partner, { [there]: value, [`${there}.sig`]: signature })

  expect(right.headers.get('location')).toContain('?code=')
  expect(forged.headers.get('location')).toContain('error=login_required')
  expect(elsewhere.headers.get('location')).toContain('error=login_required')
})

test('a logout is confirmed with the secret of the form that the person has seen', async () => {
  const agent = new UserAgent()
  await login(web, { agent })
  const form = await agent.open(`${idp.url}/session/end?client_id=web-app`)
  const confirm = new URL(`${idp.url}/session/end/confirm`)
  const post = (fields: Record<string, string>) =>
    agent.fetch(confirm, { method: 'POST', body: new URLSearchParams(fields) })

  const without = await post({ logout: 'yes' })
  const wrong = await post({ logout: 'yes', xsrf: 'x'.repeat(48) })

  expect([without.status, wrong.status]).toEqual([400, 400])
  expect((await begin(agent)).url.searchParams.get('code')).toBeTruthy()
  const right = await agent.submit(form, /name="logout"/, { logout: 'yes' })
  expect(right.status).toBe(200)
  expect((await begin(agent)).html).toContain('name="pick"')
})

test('a device is confirmed with the secret of the form that the person has seen', async () => {
  const tv = await discover(idp.url, 'tv-app', undefined, client.None())
  const device = await client.initiateDeviceAuthorization(tv, { scope: 'openid' })
  const agent = new UserAgent()
  const entry = await agent.open(`${idp.url}/device`)
  const url = new URL(`${idp.url}/device`)
  const fields = { user_code: device.user_code, confirm: 'yes' }

  const stranger = await new UserAgent().fetch(url, { method: 'POST', body: new URLSearchParams(fields) })
  const body = new URLSearchParams({ ...fields, xsrf: 'x'.repeat(48) })
  const wrong = await agent.fetch(url, { method: 'POST', body })
  const stale = await agent.submit(entry, /name="user_code"/, fields)

  expect([stranger.status, wrong.status, stale.status]).toEqual([400, 400, 400])
  expect(stale.html).toContain('Xsrf token invalid.')
  expect((await agent.submit(stale, /name="user_code"/, { user_code: device.user_code })).html).toContain(
    'name="confirm"',
  )
})

test('a form that an error page shows works, though nothing came before it', async () => {
  const tv = await discover(idp.url, 'tv-app', undefined, client.None())
  const device = await client.initiateDeviceAuthorization(tv, { scope: 'openid' })
  const agent = new UserAgent()

  const expired = await agent.open(`${idp.url}/device/of-long-ago`)
  const confirm = await agent.submit(expired, /name="user_code"/, { user_code: device.user_code })

  expect(expired.status).toBe(400)
  expect(confirm.html).toContain('name="confirm"')
})

test('an authorization and a logout may be posted', async () => {
  const url = client.buildAuthorizationUrl(web, { ...ask, state: 's' })
  const agent = new UserAgent()

  const posted = await agent.open(url.origin + url.pathname, undefined, { method: 'POST', body: url.searchParams })
  const { url: callback } = await passPages(agent, posted, 'alice')
  const body = new URLSearchParams({ client_id: 'web-app' })
  const logout = await agent.open(`${idp.url}/session/end`, undefined, { method: 'POST', body })

  expect(callback.searchParams.get('state')).toBe('s')
  expect(logout.html).toContain('name="logout"')
})

test('the device endpoint is not asked for by a query', async () => {
  const answer = await fetch(`${idp.url}/device/auth`, { headers: { accept: 'application/json' } })

  expect(answer.status).toBe(405)
  expect(answer.headers.get('allow')).toBe('POST')
})

test('a fault that names a page of help reaches the client by form, too', async () => {
  await idp.arm({
    fault: 'access_denied',
    with: { uri: 'http://localhost:3000/help' },
    when: { endpoint: 'authorization' },
  })

  const page = await begin(new UserAgent(), { response_mode: 'form_post' })

  expect(page.forms).toMatchObject([
    {
      action: 'http://localhost:3000/callback',
      fields: { error: 'access_denied', error_uri: 'http://localhost:3000/help' },
    },
  ])
  expect(page.html).toContain('<button class="primary" autofocus>Continue</button>')
})
