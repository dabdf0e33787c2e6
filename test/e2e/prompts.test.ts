import { decodeJwt } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { type Page, UserAgent } from '../user-agent.ts'
import { discover, passPages } from './flows.ts'

const redirectUri = 'http://localhost/callback'
const usual = { client_secret: 'a-secret', redirect_uris: [redirectUri] }

const issuer = {
  users: [
    {
      username: 'alice',
      password: 'wonderland',
      sub: '100101',
      claims: { name: 'Alice Liddell', email: 'alice@example.com' },
    },
    { username: 'bob', claims: { name: 'Bob Sanders' } },
    { username: 'mallory', state: 'locked' },
  ],
  acr_values: ['bronze', 'silver', 'gold'],
  scopes: { profile: { claims: ['name'] } },
  clients: [
    { client_id: 'app', ...usual },
    { client_id: 'skip', ...usual, consent: 'skip' },
    { client_id: 'robot', ...usual, consent: 'skip', auto_login: 'alice' },
    { client_id: 'tv', client_secret: 'a-secret', grant_types: ['device_code'], consent: 'skip' },
    { client_id: 'hinted', ...usual, consent: 'skip', login_hint: 'login' },
    {
      client_id: 'strict',
      ...usual,
      consent: 'skip',
      default_max_age: 600,
      default_acr_values: ['silver'],
      require_auth_time: true,
    },
  ],
}
const fixtures = {
  ...issuer,
  issuers: { partner: issuer, eager: { ...issuer, login_hint: 'login' } },
}

let server: Understudy

beforeAll(async () => {
  server = await startUnderstudy({ fixtures: fixtures as never, watch: false, env: {} })
})
afterAll(() => server.close())

/** What a page is for; a callback tells its error, or that it has a code. */
function kindOf({ status, url, forms, html }: Page): string {
  if (status === 0) return url.searchParams.get('error') ?? 'code'
  if (forms.some(({ html: form }) => form.includes('name="password"'))) return 'login'
  return html.includes('Allow access?') ? 'consent' : `page ${status}`
}

describe.each(['default', 'partner'])('prompts at %s', (name) => {
  let idp: ReturnType<Understudy['issuer']>
  let agent: UserAgent

  beforeEach(async () => {
    idp = server.issuer(name)
    agent = new UserAgent()
    await idp.reset()
  })

  /** An authorization request of a client, and how its answer is taken. */
  async function asking(id: string, parameters: Record<string, string> = {}) {
    const config = await discover(idp.url, id, 'a-secret')
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const nonce = client.randomNonce()
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid profile',
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      ...parameters,
    })
    const { max_age: maxAge } = parameters
    const checks = {
      pkceCodeVerifier,
      expectedNonce: nonce,
      ...(maxAge && Number(maxAge) > 0 && { maxAge: Number(maxAge) }),
    }
    return { config, url, take: (callback: URL) => client.authorizationCodeGrant(config, callback, checks) }
  }

  /** Asks, and stops at the first page or at the client. */
  async function ask(id: string, parameters: Record<string, string> = {}): Promise<Page> {
    return agent.open((await asking(id, parameters)).url)
  }

  /** Asks, goes through all pages as a person, and gets the claims of the ID token. */
  async function logIn(id: string, parameters: Record<string, string> = {}, user = 'alice') {
    const { url, take } = await asking(id, parameters)
    const { url: callback } = await passPages(agent, await agent.open(url), user)
    const tokens = await take(callback)
    return { claims: tokens.claims() as client.IDToken, idToken: String(tokens.id_token) }
  }

  const ofAcr = (acr: Record<string, unknown>) => JSON.stringify({ id_token: { acr } })

  test('prompt=none is login_required, then consent_required, then a code', async () => {
    expect(kindOf(await ask('app', { prompt: 'none' }))).toBe('login_required')
    await agent.submit(await ask('app'), /name="pick"/, { pick: 'alice' })
    expect(kindOf(await ask('app', { prompt: 'none' }))).toBe('consent_required')
    await logIn('app')
    const { url, take } = await asking('app', { prompt: 'none' })
    expect((await take((await agent.open(url)).url)).claims()?.sub).toBe('100101')
    expect(kindOf(await ask('app', { prompt: 'none login' }))).toBe('invalid_request')
    expect(kindOf(await ask('app', { prompt: 'create' }))).toBe('invalid_request')
  })

  test('prompt=none tells the library the error by its code', async () => {
    const { url, take } = await asking('app', { prompt: 'none', state: 's' })
    const { url: callback } = await agent.open(url)
    callback.searchParams.delete('state')
    await expect(take(callback)).rejects.toMatchObject({ error: 'login_required' })
  })

  test('prompt=login shows the page to who is signed in, and auth_time is that of the new login', async () => {
    const first = await logIn('skip', { max_age: '3600' })
    await idp.clock.advance(60)
    expect(kindOf(await ask('skip'))).toBe('code')
    expect(kindOf(await ask('skip', { prompt: 'login' }))).toBe('login')
    const again = await logIn('skip', { prompt: 'login' })
    expect(again.claims.sub).toBe(first.claims.sub)
    expect(again.claims.auth_time).toBeGreaterThanOrEqual(first.claims.auth_time as number)
    expect(kindOf(await ask('robot', { prompt: 'login' }))).toBe('login')
  })

  test('prompt=consent asks again for what was allowed, also where consent is skipped', async () => {
    await logIn('app')
    expect(kindOf(await ask('app'))).toBe('code')
    expect(kindOf(await ask('app', { prompt: 'consent' }))).toBe('consent')
    expect(kindOf(await ask('skip', { prompt: 'consent' }))).toBe('consent')
    expect((await logIn('app', { prompt: 'consent' })).claims.sub).toBe('100101')
  })

  test('prompt=select_account offers the accounts, and another may be taken', async () => {
    await logIn('skip')
    expect(kindOf(await ask('skip', { prompt: 'select_account' }))).toBe('login')
    expect((await logIn('skip', { prompt: 'select_account' }, 'bob')).claims.sub).toBe('bob')
    expect((await logIn('skip')).claims.sub).toBe('bob')
  })

  test('prompt=login consent shows both', async () => {
    await logIn('app')
    const page = await ask('app', { prompt: 'login consent' })
    expect(kindOf(page)).toBe('login')
    const next = await agent.submit(page, /name="pick"/, { pick: 'alice' })
    expect(kindOf(next)).toBe('consent')
  })

  test('max_age has the user log in again only once the login is too old', async () => {
    const first = await logIn('skip', { max_age: '300' })
    expect(first.claims.auth_time).toBeTypeOf('number')
    expect(kindOf(await ask('skip', { max_age: '300' }))).toBe('code')
    await idp.clock.advance(301)
    expect(kindOf(await ask('skip', { max_age: '300', prompt: 'none' }))).toBe('login_required')
    expect(kindOf(await ask('skip', { max_age: '300' }))).toBe('login')
    expect((await logIn('skip', { max_age: '300' })).claims.sub).toBe('100101')
    expect(kindOf(await ask('skip', { max_age: '0' }))).toBe('login')
    expect(kindOf(await ask('skip', { max_age: '-1' }))).toBe('invalid_request')
  })

  test('a client that logs in by itself does so again once its login is too old', async () => {
    await logIn('robot')
    await idp.clock.advance(301)
    const { claims } = await logIn('robot', { max_age: '300' })
    expect(Math.abs((claims.auth_time as number) - Date.now() / 1000)).toBeLessThan(60)
  })

  test('what the client has registered stands in for what it does not say', async () => {
    const { claims } = await logIn('strict')
    expect(claims).toMatchObject({ acr: 'silver', auth_time: expect.any(Number) })
    await idp.clock.advance(601)
    expect(kindOf(await ask('strict'))).toBe('login')
  })

  test.each(['alice', '100101', 'alice@example.com'])('the login page knows whom the hint %s means', async (hint) => {
    const page = await ask('app', { login_hint: hint })
    expect(kindOf(page)).toBe('login')
    expect(page.html).toMatch(/id="username"[^>]*value="alice"/)
    expect(/name="pick" value="(\w+)"/.exec(page.html)?.[1]).toBe('alice')
  })

  test('a hint that means nobody stands on the page as it is', async () => {
    expect((await ask('app', { login_hint: 'zoe <z@x>' })).html).toMatch(/id="username"[^>]*value="zoe &lt;z@x&gt;"/)
  })

  test('a client may have the hint log in without a page', async () => {
    expect((await logIn('hinted', { login_hint: 'alice@example.com' })).claims.sub).toBe('100101')
    expect(kindOf(await ask('hinted', { login_hint: 'bob' }))).toBe('code')
    expect((await logIn('hinted', { login_hint: 'bob', prompt: 'none' })).claims.sub).toBe('bob')
    expect(kindOf(await ask('hinted', { login_hint: 'alice', prompt: 'login' }))).toBe('login')
    expect(kindOf(await ask('hinted', { login_hint: 'mallory' }))).toBe('access_denied')
    agent = new UserAgent()
    expect(kindOf(await ask('hinted', { login_hint: 'nobody' }))).toBe('login')
    expect(kindOf(await ask('hinted'))).toBe('login')
    expect(kindOf(await ask('skip', { login_hint: 'alice' }))).toBe('login')
  })

  test('faults for a user meet the one whom a hint logs in', async () => {
    await idp.arm({ fault: 'access_denied', when: { endpoint: 'authorization', user: 'bob' } })
    expect(kindOf(await ask('hinted', { login_hint: 'alice' }))).toBe('code')
    expect(kindOf(await ask('hinted', { login_hint: 'bob' }))).toBe('access_denied')
  })

  test('id_token_hint keeps its user, and asks anybody else to log in', async () => {
    const { idToken } = await logIn('skip')
    expect(kindOf(await ask('skip', { id_token_hint: idToken, prompt: 'none' }))).toBe('code')
    await idp.clock.advance('2h')
    expect(kindOf(await ask('skip', { id_token_hint: idToken, prompt: 'none' }))).toBe('code')
    await logIn('skip', { prompt: 'select_account' }, 'bob')
    expect(kindOf(await ask('skip', { id_token_hint: idToken, prompt: 'none' }))).toBe('login_required')
    const page = await ask('skip', { id_token_hint: idToken })
    expect(page.html).toMatch(/id="username"[^>]*value="alice"/)
    expect((await logIn('skip', { id_token_hint: idToken })).claims.sub).toBe('100101')
    expect(kindOf(await ask('skip', { id_token_hint: `${idToken}x` }))).toBe('invalid_request')
  })

  test('acr_values are a wish: the first that is known is had, else the usual one', async () => {
    expect((await logIn('skip', { acr_values: 'platinum gold silver' })).claims.acr).toBe('gold')
    agent = new UserAgent()
    expect((await logIn('skip', { acr_values: 'platinum' })).claims.acr).toBe('bronze')
    agent = new UserAgent()
    expect((await logIn('skip')).claims.acr).toBeUndefined()
    expect((await logIn('robot', { acr_values: 'silver' })).claims.acr).toBe('silver')
  })

  test('a session of another acr is stepped up by a login, and never without a page', async () => {
    expect((await logIn('skip', { acr_values: 'bronze' })).claims.acr).toBe('bronze')
    expect(kindOf(await ask('skip', { acr_values: 'gold', prompt: 'none' }))).toBe('code')
    expect(kindOf(await ask('skip', { claims: ofAcr({ essential: true, value: 'gold' }), prompt: 'none' }))).toBe(
      'login_required',
    )
    expect(kindOf(await ask('skip', { acr_values: 'gold' }))).toBe('login')
    expect((await logIn('skip', { acr_values: 'gold' })).claims.acr).toBe('gold')
    expect(kindOf(await ask('skip', { acr_values: 'gold' }))).toBe('code')
    expect(kindOf(await ask('skip', { acr_values: 'bronze gold' }))).toBe('code')
    expect(kindOf(await ask('skip', { acr_values: 'platinum' }))).toBe('code')
    expect((await logIn('robot', { acr_values: 'silver' })).claims.acr).toBe('silver')
  })

  test('an essential acr is had, or the request is refused', async () => {
    const essential = { essential: true, values: ['platinum', 'gold'] }
    expect((await logIn('skip', { claims: ofAcr(essential) })).claims.acr).toBe('gold')
    expect((await logIn('robot', { claims: ofAcr({ essential: true, value: 'silver' }) })).claims.acr).toBe('silver')
    for (const id of ['skip', 'robot']) {
      const { url } = await ask(id, { claims: ofAcr({ essential: true, values: ['platinum'] }), state: 'x' })
      expect(Object.fromEntries(url.searchParams)).toMatchObject({
        error: 'unmet_authentication_requirements',
        error_description: expect.stringContaining('bronze, silver, gold'),
        state: 'x',
        iss: idp.url,
      })
    }
    expect((await logIn('skip', { claims: ofAcr({ values: ['platinum'] }) })).claims.acr).toBe('silver')
    expect(kindOf(await ask('skip', { claims: ofAcr({ essential: true, values: 'gold' }) }))).toBe('invalid_request')
  })

  test.each([
    [
      { essential: true, values: [] },
      'the acr is essential, and none would do, and logins here have bronze, silver, gold',
    ],
    [{ essential: true, values: [1] }, 'none would do'],
    [{ essential: true, value: 'gold', values: ['silver'] }, 'none would do'],
    [{ essential: true, value: 'platinum' }, 'the acr must be platinum'],
  ])('an essential acr that nothing meets is refused at once: %j', async (acr, said) => {
    for (const id of ['skip', 'robot']) {
      const { searchParams: answer } = (await ask(id, { claims: ofAcr(acr) })).url
      expect(answer.get('error')).toBe('unmet_authentication_requirements')
      expect(answer.get('error_description')).toContain(said)
    }
    const config = await discover(idp.url, 'tv', 'a-secret')
    await expect(
      client.initiateDeviceAuthorization(config, { scope: 'openid', claims: ofAcr(acr) }),
    ).rejects.toMatchObject({
      status: 400,
      error: 'unmet_authentication_requirements',
      error_description: expect.stringContaining(said),
    })
  })

  test('a device may ask for an essential acr that there is, and gets it', async () => {
    const config = await discover(idp.url, 'tv', 'a-secret')
    const claims = ofAcr({ essential: true, values: ['platinum', 'gold'] })
    const device = await client.initiateDeviceAuthorization(config, { scope: 'openid', claims })
    const typed = await agent.submit(await agent.open(String(device.verification_uri_complete)), /name="user_code"/)
    const done = await passPages(agent, await agent.submit(typed, /name="confirm"/, { confirm: 'yes' }), 'alice')
    const tokens = await client.pollDeviceAuthorizationGrant(config, { ...device, interval: 0 })

    expect(done.forms).toEqual([])
    expect(tokens.claims()?.acr).toBe('gold')
    await expect(
      client.initiateDeviceAuthorization(config, {
        scope: 'openid',
        claims: ofAcr({ essential: true, values: 'gold' }),
      }),
    ).rejects.toMatchObject({ error: 'invalid_request' })
  })

  test('amr is told where it is asked for, and both wherever a scope names them', async () => {
    expect((await logIn('skip', { claims: JSON.stringify({ id_token: { amr: null } }) })).claims.amr).toEqual(['pwd'])
    expect((await logIn('skip')).claims.amr).toBeUndefined()
    await idp.patch({ scopes: { profile: { claims: ['name', 'acr', 'amr'] } } })
    expect((await logIn('skip')).claims).toMatchObject({ acr: 'bronze', amr: ['pwd'], name: 'Alice Liddell' })
  })

  test('a refreshed or introspected login keeps its acr', async () => {
    await idp.clients.put('longer', { ...usual, consent: 'skip', grant_types: ['authorization_code', 'refresh_token'] })
    const { config, url, take } = await asking('longer', { acr_values: 'gold' })
    const { url: callback } = await passPages(agent, await agent.open(url), 'alice')
    const refreshed = await client.refreshTokenGrant(config, String((await take(callback)).refresh_token))
    expect(decodeJwt(String(refreshed.id_token)).acr).toBe('gold')
  })

  test('ui_locales is taken, and what is told of languages and prompts is true', async () => {
    const { html } = await ask('app', { ui_locales: 'de fr-CA en', claims_locales: 'de' })
    expect(html).toMatch(/<html lang="en"/)
    expect((await discover(idp.url, 'app', 'a-secret')).serverMetadata()).toMatchObject({
      ui_locales_supported: ['en'],
      prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
      acr_values_supported: ['bronze', 'silver', 'gold'],
      claims_parameter_supported: true,
    })
  })
})

test('an issuer may have every hint log in without a page', async () => {
  const { url } = server.issuer('eager')
  const config = await discover(url, 'skip', 'a-secret')
  const asked = { redirect_uri: redirectUri, scope: 'openid', login_hint: 'bob', response_type: 'code' }
  const page = await new UserAgent().open(client.buildAuthorizationUrl(config, asked))
  expect(kindOf(page)).toBe('code')
})
