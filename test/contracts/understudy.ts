import { createPrivateKey, X509Certificate } from 'node:crypto'
import * as client from 'openid-client'
import { beforeEach, expect, test } from 'vitest'
import { UnderstudyError } from '../../src/errors.ts'
import type { IssuerInput } from '../../src/fixtures/schema.ts'
import type { Understudy } from '../../src/sdk/understudy.ts'
import { discover } from '../e2e/flows.ts'

const callback = 'http://localhost:3000/callback'

/** Fixtures that the Understudy under test runs. */
export const understudyFixtures = {
  users: ['alice', { username: 'bob', password: 'builder' }, { username: 'mallory', state: 'locked' }],
  clients: [
    {
      client_id: 'web',
      client_secret: 's',
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token'],
    },
    { client_id: 'alices', client_secret: 's', redirect_uris: [callback], consent: 'skip', auto_login: 'alice' },
    { client_id: 'tv', grant_types: ['device_code'] },
    { client_id: 'worker', client_secret: 's', grant_types: ['client_credentials'] },
  ],
  scenarios: { outage: { faults: [{ fault: 'temporarily_unavailable', times: 'always' }] } },
  issuers: { partner: { users: ['carol'] } },
} as const

/** Logs a user in at `web` with the app's own state, nonce and PKCE, and gives the app's tokens. */
export async function logIn(idp: { url: string; login: Understudy['login'] }, user: string, password?: string) {
  const config = await discover(idp.url, 'web', 's')
  const verifier = client.randomPKCECodeVerifier()
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()]
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: 'openid profile',
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const answer = await idp.login(user, { url, password })
  const tokens = await client.authorizationCodeGrant(config, answer, {
    pkceCodeVerifier: verifier,
    expectedState,
    expectedNonce,
  })
  return { config, tokens }
}

async function tokenStatus(url: string): Promise<number> {
  const body = new URLSearchParams({ grant_type: 'client_credentials' })
  const headers = { authorization: `Basic ${btoa('worker:s')}` }
  return (await fetch(`${url}/token`, { method: 'POST', body, headers })).status
}

/** What every Understudy does, in this process or elsewhere. */
export function understudyContract(open: () => Promise<Understudy>): void {
  let idp: Understudy

  beforeEach(async () => {
    idp = await open()
    return () => idp.close()
  })

  test('it knows its issuers', async () => {
    const issuers = await idp.issuers()

    expect(issuers.map(({ name }) => name)).toEqual(['default', 'partner'])
    expect(idp).toMatchObject({ name: 'default', url: idp.origin })
    expect(idp.issuer('partner')).toMatchObject({ name: 'partner', url: `${idp.origin}/partner` })
    expect(() => idp.issuer('partnr')).toThrow(
      expect.objectContaining({ code: 'ERR_ISSUER_UNKNOWN', message: expect.stringContaining('"partner"') }),
    )
  })

  test('an issuer is created, and gone once it is disposed of, as often as one likes', async () => {
    const { clients } = understudyFixtures
    const issuer = await idp.createIssuer({ clients: [{ ...clients[3], grant_types: ['client_credentials'] }] })
    const found = idp.issuer(issuer.name)
    const status = await tokenStatus(issuer.url)

    await issuer[Symbol.asyncDispose]()
    await issuer[Symbol.asyncDispose]()

    expect(found.url).toBe(issuer.url)
    expect(status).toBe(200)
    expect(await tokenStatus(issuer.url)).toBe(404)
    expect(() => idp.issuer(issuer.name)).toThrow(UnderstudyError)
  })

  test('an armed fault tells when it has fired, and is disarmed by its handle', async () => {
    const armed = await idp.arm({ fault: 'invalid_client', when: { client: 'worker' }, times: 2 })

    const waiting = armed.fired(2)
    const statuses = [await tokenStatus(idp.url), await tokenStatus(idp.url), await tokenStatus(idp.url)]

    expect(statuses).toEqual([401, 401, 200])
    expect(await waiting).toMatchObject({ id: armed.id, fires: 2, spent: true })
    expect(await idp.armed()).toMatchObject([{ id: armed.id, fault: 'invalid_client' }])
    await armed.disarm()
    expect(await idp.armed()).toEqual([])
  })

  test('a fault that does not fire in time is told of', async () => {
    const armed = await idp.arm({ fault: 'invalid_client', when: { client: 'tv' } })

    await tokenStatus(idp.url)

    await expect(armed.fired(1, { waitMs: 20 })).rejects.toMatchObject({
      code: 'ERR_FAULT_UNFIRED',
      message: expect.stringMatching(/^Failed to see invalid_client .*0 requests matched it/),
    })
  })

  test('a spent fault is not waited for', async () => {
    const armed = await idp.arm('invalid_client')
    await tokenStatus(idp.url)

    await expect(armed.fired(2, { waitMs: 600_000 })).rejects.toMatchObject({ code: 'ERR_FAULT_UNFIRED' })
  })

  test('a held request goes on once it is released', async () => {
    const hold = await idp.arm('hold')
    const held = tokenStatus(idp.url)

    const fired = await hold.fired()
    const other = await tokenStatus(idp.url)
    const released = await hold.release()

    expect(fired).toMatchObject({ fires: 1, waiting: 1 })
    expect(released).toEqual({ released: 1, waiting: 0 })
    expect([other, await held]).toEqual([200, 200])
  })

  test('requests that are held at their answers are waited for, and told of where there are none', async () => {
    const hold = await idp.arm({ fault: 'hold', with: { at: 'answer' }, when: { client: 'worker' }, times: 2 })
    await expect(hold.holding(1, { waitMs: 20 })).rejects.toMatchObject({
      code: 'ERR_NOT_HELD',
      message: expect.stringContaining('0 requests matched it'),
    })
    const statuses = [tokenStatus(idp.url), tokenStatus(idp.url)]

    const holding = await hold.holding(2)
    await hold.release()

    expect(holding).toMatchObject({ fires: 2, waiting: 2 })
    expect(await Promise.all(statuses)).toEqual([200, 200])
  })

  test('what was asked is waited for, found, followed and forgotten', async () => {
    const waiting = idp.requests({ endpoint: 'token', client: 'worker', count: 2, wait: '5s' })
    await tokenStatus(idp.url)
    await tokenStatus(idp.url)

    const entries = await waiting
    const followed = idp.requests.follow({ since: 0 })[Symbol.asyncIterator]()
    const first = await followed.next()
    await followed.return?.()
    const one = await idp.requests.get(entries[1]?.id ?? '')
    await idp.requests.clear()

    expect(entries).toMatchObject([{ client: 'worker', answer: { status: 200 } }, { client: 'worker' }])
    expect(first).toMatchObject({ done: false, value: { id: entries[0]?.id } })
    expect(one).toEqual(entries[1])
    expect(await idp.requests()).toEqual([])
  })

  test('what a test expects is verified, by a list or in whole, and explained where it is not so', async () => {
    await tokenStatus(idp.url)
    const once = { when: { endpoint: 'token', client: 'worker' }, times: 1 } as const

    await expect(idp.verify([once])).resolves.toMatchObject({ expectations: [{ met: true }] })
    await expect(idp.verify({ expect: [{ ...once, times: 2 }] })).rejects.toMatchObject({ code: 'ERR_VERIFY_FAILED' })
    await idp.arm('slow_down')
    await expect(idp.verify()).rejects.toMatchObject({ message: expect.stringContaining('slow_down') })
    await expect(idp.verify({ unfired: false })).resolves.toBeDefined()
  })

  test('tokens are minted for whom one likes', async () => {
    const { access_token: token, token_type: type } = await idp.tokens({
      client: 'web',
      user: 'alice',
      scope: 'openid',
    })

    const answer = await fetch(`${idp.url}/me`, { headers: { authorization: `${type} ${token}` } })
    expect(await answer.json()).toMatchObject({ sub: 'alice' })
  })

  test('a scenario is toggled', async () => {
    await idp.scenario('outage', true)
    const whileOn = await tokenStatus(idp.url)
    await idp.scenario('outage', false)

    expect([whileOn, await tokenStatus(idp.url)]).toEqual([503, 200])
  })

  test('time is told, moved and skewed', async () => {
    const before = await idp.clock.now()

    const advanced = await idp.clock.advance('31d')
    const skewed = await idp.clock.skew('-90s')

    expect(advanced).toMatchObject({ advanced_seconds: 31 * 86_400 })
    expect(skewed).toMatchObject({ skew_seconds: -90 })
    expect((await idp.clock.now()).getTime() - before.getTime()).toBeGreaterThanOrEqual(31 * 86_400_000)
  })

  test('users, clients and scopes are listed, put, found and deleted', async () => {
    await idp.users.put('dave', { claims: { groups: ['admin'] } })
    await idp.clients.put('worker-2', { client_secret: 's', grant_types: ['client_credentials'] })
    await idp.scopes.put('crate', { description: 'Read your crates' })

    expect(await idp.users.get('dave')).toMatchObject({ username: 'dave', claims: { groups: ['admin'] } })
    expect((await idp.clients.list()).map(({ client_id: id }) => id)).toContain('worker-2')
    expect(await idp.scopes.list()).toEqual([{ name: 'crate', description: 'Read your crates' }])
    await idp.users.delete('dave')
    await expect(idp.users.get('dave')).rejects.toMatchObject({ code: 'ERR_USER_UNKNOWN' })
  })

  test('fixtures are patched, exported and come back by a reset', async () => {
    const before = await idp.fixtures()

    const counts = await idp.patch({ users: ['dave', 'erin'] })
    const after = await idp.fixtures()
    await idp.reset()

    expect(counts).toMatchObject({ users: 2, clients: 0 })
    expect(after.users).toHaveLength(5)
    expect(await idp.fixtures()).toEqual(before)
  })

  test('keys are rotated', async () => {
    const before = await idp.keys.list()

    const after = await idp.keys.rotate({ keep_old: false })

    const kids = new Set(before.map(({ kid }) => kid))
    expect(after.some(({ kid }) => kids.has(kid))).toBe(false)
  })

  test('a login by the URL of an app ends at its callback, and its code is good', async () => {
    const { config, tokens } = await logIn(idp, 'alice')

    expect(tokens.claims()).toMatchObject({ sub: 'alice', name: 'Alice' })
    await expect(client.refreshTokenGrant(config, tokens.refresh_token as string)).resolves.toBeDefined()
  })

  test('a login makes its own request, at the first redirect URI of the client', async () => {
    const url = await idp.login('alice', { client: 'web', state: 'xyz', scope: 'openid email' })

    expect(url.href).toMatch(/^http:\/\/localhost:3000\/callback\?/)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      code: expect.any(String),
      state: 'xyz',
      iss: idp.url,
    })
  })

  test('a login needs no more than the user, where there is a client to be called back', async () => {
    const url = await idp.login('alice')
    const tagged = await idp.tagged('mine').login('alice', { state: 'xyz' })

    expect(url.origin + url.pathname).toBe(callback)
    expect(url.searchParams.has('code')).toBe(true)
    expect(tagged.searchParams.get('state')).toBe('xyz')
    expect(await idp.requests({ endpoint: 'authorization', client: 'web', tag: 'mine' })).not.toEqual([])
  })

  test('a login where no client can be called back says which clients there are', async () => {
    await using issuer = await idp.createIssuer({
      users: ['alice'],
      clients: [{ client_id: 'tv', grant_types: ['device_code'] }],
    })

    await expect(issuer.login('alice')).rejects.toMatchObject({
      code: 'ERR_LOGIN_FAILED',
      message: expect.stringContaining('There are tv'),
    })
  })

  test('an issuer created of the fixtures of another is as that one, whatever they say', async () => {
    await idp.users.put('bob', { password: 'a${b' })
    const { users, clients } = (await idp.fixtures()) as IssuerInput

    await using issuer = await idp.createIssuer({ users, clients })

    expect(await issuer.users.list()).toEqual(await idp.users.list())
    expect(await issuer.login('bob', { client: 'web', password: 'a${b' })).toMatchObject({ pathname: '/callback' })
  })

  test.each([
    ['list', { usr: 'alice' }],
    ['end', { usr: 'alice' }],
    ['end', { user: undefined }],
  ] as const)('sessions: %s %j is refused, and nobody is logged out', async (verb, which) => {
    await idp.sessionCookies('alice')

    const refused = idp.sessions[verb](which as never)

    await expect(refused).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID' })
    expect(await idp.sessions.list()).toHaveLength(1)
  })

  test('a login takes a password, and tells what the page says of a wrong one', async () => {
    await expect(logIn(idp, 'bob', 'builder')).resolves.toBeDefined()
    await expect(logIn(idp, 'bob', 'wrecker')).rejects.toMatchObject({
      code: 'ERR_LOGIN_FAILED',
      message: expect.stringMatching(/^Failed to log "bob" in: \S+ answered 400: .*password/),
    })
  })

  test.each([
    ['nobody', { client: 'web' }, /nobody/],
    ['mallory', { client: 'web' }, /locked/],
    ['alice', { client: 'web', redirectUri: 'http://localhost:3000/elsewhere' }, /redirect_uri/],
    ['alice', { client: 'stranger', redirectUri: callback }, /client/],
    ['alice', { client: 'worker' }, /redirect URI/],
  ])('a login of %s by %o tells why it cannot be', async (user, options, why) => {
    const refused = expect.objectContaining({ code: 'ERR_LOGIN_FAILED', message: expect.stringMatching(why) })

    await expect(idp.login(user, options)).rejects.toEqual(refused)
  })

  test('a login that is denied is called back with the error', async () => {
    const url = await idp.login('alice', { client: 'web', consent: 'deny', parameters: { prompt: 'consent' } })

    expect(url.searchParams.get('error')).toBe('access_denied')
  })

  test('a login answers by POST as by redirect', async () => {
    const url = await idp.login('alice', { client: 'web', parameters: { response_mode: 'form_post' } })

    expect(url.href).toMatch(/^http:\/\/localhost:3000\/callback\?.*code=/)
  })

  test('a client that logs somebody in by itself logs in somebody else only where it is asked to', async () => {
    await expect(idp.login('bob', { client: 'alices' })).rejects.toMatchObject({
      message:
        'Failed to log "bob" in: the client "alices" logs "alice" in by itself. Use another client, or ask with prompt=login.',
    })
    await idp.login('bob', { client: 'alices', parameters: { prompt: 'login' } })
    await idp.login('alice', { client: 'alices' })

    const users = (await idp.sessions.list()).map(({ user }) => user)
    expect(users.toSorted()).toEqual(['alice', 'bob'])
  })

  test('a login that a hint would make that of somebody else is refused, by username, sub and address', async () => {
    const users = ['alice', { username: 'bob', sub: '2', claims: { email: 'bob@example.com' } }] as const
    const own = { client_secret: 's', redirect_uris: [callback], consent: 'skip' } as const
    const clients = [
      { client_id: 'app', ...own },
      { client_id: 'alices', ...own, auto_login: 'alice' },
      { client_id: 'shy', ...own, login_hint: 'suggest' },
    ] as const
    const issuer = await idp.createIssuer({ users, clients, login_hint: 'login' } as unknown as IssuerInput)
    const login = (user: string, client: string, parameters: Record<string, string>) =>
      issuer.login(user, { client, parameters })

    for (const [who, hint] of [
      ['app', 'bob'],
      ['app', '2'],
      ['alices', 'BOB@example.com'],
    ] as const) {
      await expect(login('alice', who, { login_hint: hint })).rejects.toMatchObject({
        code: 'ERR_LOGIN_FAILED',
        status: 409,
        message: `Failed to log "alice" in: the login_hint "${hint}" of the request logs "bob" in without a page. Leave it out, or ask with prompt=login.`,
      })
      await login('bob', who, { login_hint: hint })
    }
    expect((await issuer.sessions.list()).map(({ user }) => user)).toEqual(['bob', 'bob', 'bob'])
    await login('alice', 'shy', { login_hint: 'bob' })
    await login('alice', 'app', { login_hint: 'nobody' })
    await login('alice', 'app', { login_hint: 'bob', prompt: 'login' })
    expect(await issuer.sessions.list({ user: 'alice' })).toHaveLength(3)
  })

  test('so is one that is pushed with the hint', async () => {
    const app = { client_id: 'app', client_secret: 's', redirect_uris: [callback], consent: 'skip' }
    const users = ['alice', 'bob']
    const issuer = await idp.createIssuer({ users, clients: [app], login_hint: 'login' } as IssuerInput)
    const config = await discover(issuer.url, 'app', 's')
    const push = () =>
      client.buildAuthorizationUrlWithPAR(config, { redirect_uri: callback, scope: 'openid', login_hint: 'bob' })

    await expect(issuer.login('alice', { url: await push() })).rejects.toMatchObject({
      code: 'ERR_LOGIN_FAILED',
      message: expect.stringContaining('the login_hint "bob" of the request logs "bob" in without a page'),
    })

    expect(await issuer.sessions.list()).toEqual([])
    await issuer.login('bob', { url: await push() })
    expect(await issuer.sessions.list()).toMatchObject([{ user: 'bob' }])
  })

  test('cookies of a session open the consent page, and the session is listed and ended', async () => {
    const cookies = await idp.sessionCookies('bob')
    const query = new URLSearchParams({
      client_id: 'web',
      response_type: 'code',
      scope: 'openid',
      redirect_uri: callback,
    })
    const first = await fetch(`${idp.url}/auth?${query}`, { headers: { cookie: cookies.header }, redirect: 'manual' })
    const jar = [cookies.header, ...first.headers.getSetCookie().map((each) => each.split(';', 1)[0])].join('; ')
    const page = await fetch(new URL(first.headers.get('location') ?? '', idp.url), { headers: { cookie: jar } })

    expect(await page.text()).toContain('Allow access?')
    expect(cookies[0]).toMatchObject({ domain: 'localhost', path: expect.any(String), httpOnly: true, sameSite: 'Lax' })
    expect(await idp.sessions.list({ user: 'bob' })).toMatchObject([{ id: cookies.id, user: 'bob' }])
    await idp.sessions.end(cookies.id)
    expect(await idp.sessions.list()).toEqual([])
  })

  test('grants are listed and revoked', async () => {
    const { config, tokens } = await logIn(idp, 'alice')
    const grants = await idp.grants.list({ user: 'alice' })

    await idp.grants.revoke(grants[0]?.id)

    expect(grants).toMatchObject([{ user: 'alice', client: 'web' }])
    await expect(client.refreshTokenGrant(config, tokens.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })

  test('sessions and grants of one user end, and those of others stay', async () => {
    await idp.login('alice', { client: 'web' })
    await idp.login('bob', { client: 'web' })

    await idp.sessions.end({ user: 'alice' })
    await idp.grants.revoke({ user: 'alice' })

    expect((await idp.sessions.list()).map(({ user }) => user)).toEqual(['bob'])
    expect((await idp.grants.list({ client: 'web' })).map(({ user }) => user)).toEqual(['bob'])
  })

  test('cookies of a session are also for other origins that a browser asks', async () => {
    const cookies = await idp.sessionCookies('alice', { origins: ['http://idp.test:8080'], age: '10m' })

    const [session] = await idp.sessions.list({ user: 'alice' })
    expect(new Set(cookies.map(({ domain }) => domain))).toEqual(new Set(['localhost', 'idp.test']))
    expect(session?.id).toBe(cookies.id)
    await expect(idp.sessionCookies('nobody')).rejects.toMatchObject({ code: 'ERR_USER_UNKNOWN' })
    await expect(idp.sessionCookies('mallory')).rejects.toMatchObject({ code: 'ERR_USER_STATE' })
  })

  test('clients hear of a logout by the back channel, and what each answered is told', async () => {
    const uri = 'http://127.0.0.1:9/backchannel'
    await idp.clients.put('hears', { client_secret: 's', redirect_uris: [callback], backchannel_logout_uri: uri })

    const deliveries = await idp.logout({ user: 'alice', client: 'hears' })

    expect(deliveries).toMatchObject([{ client_id: 'hears', uri, logout_token: expect.any(String) }])
    await expect(idp.logout({ user: 'nobody' })).rejects.toMatchObject({ code: 'ERR_USER_UNKNOWN' })
  })

  test('who has a tag sees and fails what has that tag, and nothing else', async () => {
    const [mine, yours] = [idp.tagged('mine'), idp.tagged('yours')]
    await mine.arm({ fault: 'access_denied', when: { client: 'web' } })
    await yours.arm('slow_down')

    const [refused, passed] = [
      await mine.login('alice', { client: 'web' }),
      await yours.login('bob', { client: 'web' }),
    ]

    expect([refused.searchParams.get('error'), passed.searchParams.get('error')]).toEqual(['access_denied', null])
    expect((await mine.requests({ endpoint: 'authorization' })).every(({ tag }) => tag === 'mine')).toBe(true)
    await expect(mine.verify([{ when: { endpoint: 'authorization' } }])).resolves.toBeDefined()
    await expect(yours.verify()).rejects.toMatchObject({ message: expect.stringContaining('slow_down') })
    await mine.disarm()
    expect(await mine.armed()).toEqual([])
    expect(await yours.armed()).toMatchObject([{ fault: 'slow_down' }])
    expect(yours.cookies).toMatchObject([{ name: 'understudy_tag', value: 'yours', domain: 'localhost', path: '/' }])
  })

  test('who has a tag clears, resets and looks up what has that tag, and nothing else', async () => {
    const [mine, yours] = [idp.tagged('mine'), idp.tagged('yours')]
    await mine.login('alice', { client: 'web' })
    await yours.login('bob', { client: 'web', tag: 'mine' })
    const [own] = await mine.requests()
    const [foreign] = await yours.requests({ endpoint: 'authorization' })
    const fault = await yours.arm('slow_down')
    await mine.arm('access_denied')

    expect(own && (await mine.requests.get(own.id)).tag).toBe('mine')
    for (const id of [foreign?.id, '0', 'first', '999']) {
      await expect(mine.requests.get(String(id))).rejects.toMatchObject({ code: 'ERR_REQUEST_UNKNOWN', status: 404 })
    }
    await expect(mine.disarm(fault.id)).rejects.toMatchObject({ code: 'ERR_ARMED_UNKNOWN' })
    await expect(mine.scenario('outage', true)).rejects.toMatchObject({ code: 'ERR_TAG_SCOPE' })
    await mine.reset({ keep: ['requests'] })
    expect([(await mine.armed()).length, (await mine.requests()).length > 0]).toEqual([0, true])
    await mine.requests.clear()
    await mine.reset()
    expect(await mine.requests()).toEqual([])
    expect((await yours.requests()).map(({ id }) => id)).toContain(foreign?.id)
    expect(await yours.armed()).toHaveLength(1)
    expect((await idp.requests({ endpoint: 'authorization' })).map(({ tag }) => tag)).toEqual(['yours'])
  })

  test.each(['a;b', 'a,b', 'é;,"x', 'a b', '100%', 'a%20b', '日本'])('a tag %j finds its requests', async (tag) => {
    const tagged = idp.tagged(tag)
    await tagged.arm('access_denied')

    const refused = await tagged.login('alice', { client: 'web' })

    expect(refused.searchParams.get('error')).toBe('access_denied')
    expect((await tagged.requests()).map((entry) => entry.tag)).toEqual(expect.arrayContaining([tag]))
    expect((await idp.requests({ endpoint: 'authorization' })).map((entry) => entry.tag)).toEqual([tag])
    expect(tagged.cookies[0]?.value).toMatch(/^[\w%!'()*.~-]+$/)
  })

  test.each(['', ' ', ' a', 'a ', 'a b\n', '/a/', '\ud800', undefined, 7])('%j is no tag', async (tag) => {
    expect(() => idp.tagged(tag as string)).toThrow(expect.objectContaining({ code: 'ERR_TAG_INVALID', status: 400 }))
    if (tag === undefined) return
    await expect(idp.login('alice', { client: 'web', tag: tag as string })).rejects.toMatchObject({
      code: 'ERR_TAG_INVALID',
    })
  })

  test('what has a tag is followed as it comes', async () => {
    const tagged = idp.tagged('followed')
    const following = new AbortController()
    const entries = tagged.requests.follow({ since: 0 }, { signal: following.signal })[Symbol.asyncIterator]()
    const next = entries.next()

    await idp.login('bob', { client: 'web' })
    await tagged.login('alice', { client: 'web' })

    expect((await next).value).toMatchObject({ tag: 'followed' })
    following.abort()
    await entries.next().catch(() => undefined)
  })

  test('all faults are disarmed at once', async () => {
    await idp.arm('invalid_client')
    await idp.arm('hold')

    await idp.disarm()

    expect(await idp.armed()).toEqual([])
    expect(await tokenStatus(idp.url)).toBe(200)
  })

  test('a reset keeps what it is told to', async () => {
    await idp.arm('invalid_client')
    await idp.clock.advance('1d')
    await idp.sessionCookies('alice')

    await idp.reset({ keep: ['clock', 'sessions'] })

    expect(await idp.armed()).toEqual([])
    expect((await idp.clock.now()).getTime()).toBeGreaterThan(Date.now() + 86_000_000)
    expect(await idp.sessions.list()).toHaveLength(1)
  })

  test('clients and scopes are found and deleted by their keys', async () => {
    await idp.scopes.put('crate', { description: 'Read your crates' })
    const put = await idp.clients.put('worker', { client_secret: 'new', grant_types: ['client_credentials'] })

    expect(put).toMatchObject({ made: false, entry: { client_id: 'worker' } })
    expect(await tokenStatus(idp.url)).toBe(401)
    expect(await idp.clients.get('worker')).toMatchObject({ client_id: 'worker' })
    expect(await idp.scopes.get('crate')).toMatchObject({ description: 'Read your crates' })
    await idp.clients.delete('worker')
    await idp.scopes.delete('crate')
    await expect(idp.clients.get('worker')).rejects.toMatchObject({ code: 'ERR_CLIENT_UNKNOWN' })
    await expect(idp.scopes.get('crate')).rejects.toMatchObject({ code: 'ERR_SCOPE_UNKNOWN' })
    expect((await idp.users.list()).map(({ username }) => username)).toEqual(['alice', 'bob', 'mallory'])
  })

  test('every verb of the root issuer is one of every other issuer', async () => {
    const partner = idp.issuer('partner')
    await partner.arm('invalid_client')
    await partner.clock.skew(30)

    expect(Object.keys(idp)).toEqual(expect.arrayContaining(Object.keys(partner)))
    expect(Object.keys(partner)).toEqual(expect.arrayContaining(['arm', 'verify', 'tagged', 'reset']))
    expect(idp.adminUrl).toBe(idp.origin)
    expect((await partner.users.list()).map(({ username }) => username)).toEqual(['carol'])
    expect(await idp.armed()).toEqual([])
  })

  test('it is closed where it goes out of scope, more than once as well', async () => {
    const idp = await open()

    await idp[Symbol.asyncDispose]()

    await expect(idp.close()).resolves.toBeUndefined()
  })

  test.each([
    ['approve', { access_token: expect.any(String) }],
    ['deny', { error: 'access_denied' }],
    ['expire', { error: 'expired_token' }],
  ] as const)('%s decides a backchannel request', async (action, answered) => {
    await idp.clients.put('till', { client_secret: 's', grant_types: ['ciba'] })
    const ask = async (path: string, form: Record<string, string>) => {
      const body = new URLSearchParams({ client_id: 'till', client_secret: 's', ...form })
      return (await fetch(idp.url + path, { method: 'POST', body })).json() as Promise<{ auth_req_id: string }>
    }
    const { auth_req_id: id } = await ask('/backchannel', { scope: 'openid', login_hint: 'alice' })
    const pending = await idp.ciba.pending()

    await idp.ciba[action](id)

    expect(pending).toMatchObject([{ auth_req_id: id, client_id: 'till', user: 'alice' }])
    expect(await idp.ciba.pending()).toEqual([])
    const polled = await ask('/token', { grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id: id })
    expect(polled).toMatchObject(answered)
  })

  test('a login is begun elsewhere than at the client, by the link that the client has for it', async () => {
    const uri = 'http://localhost:3000/begin?from=idp'
    await idp.clients.put('begins', { client_secret: 's', redirect_uris: [callback], initiate_login_uri: uri })

    const bare = await idp.initiateLogin('begins')
    const told = await idp.initiateLogin('begins', {
      login_hint: 'alice',
      target_link_uri: 'http://localhost:3000/cart',
    })

    expect(Object.fromEntries(bare.searchParams)).toEqual({ from: 'idp', iss: idp.url })
    expect(`${told.origin}${told.pathname}`).toBe('http://localhost:3000/begin')
    expect(Object.fromEntries(told.searchParams)).toEqual({
      from: 'idp',
      iss: idp.url,
      login_hint: 'alice',
      target_link_uri: 'http://localhost:3000/cart',
    })
    await expect(idp.initiateLogin('web')).rejects.toMatchObject({ code: 'ERR_NO_INITIATE_LOGIN' })
    await expect(idp.initiateLogin('stranger')).rejects.toMatchObject({ code: 'ERR_CLIENT_UNKNOWN' })
  })

  test('certificates are issued by an authority that stays the same', async () => {
    const authority = new X509Certificate(await idp.certificates.authority())

    const usual = await idp.certificates.issue()
    const own = await idp.certificates.issue({ subject: 'CN=web', self_signed: true })

    const [signed, bySelf] = [usual, own].map(({ certificate }) => new X509Certificate(certificate))
    expect(await idp.certificates.authority()).toBe(authority.toString())
    expect(signed?.verify(authority.publicKey)).toBe(true)
    expect(bySelf?.verify(bySelf.publicKey)).toBe(true)
    expect(signed?.checkPrivateKey(createPrivateKey(usual.private_key))).toBe(true)
    expect(own).toMatchObject({ subject: 'CN=web' })
    await expect(idp.certificates.issue({ subject: 'nobody' })).rejects.toBeInstanceOf(UnderstudyError)
  })

  test('there is no plain HTTP beside HTTP', () => {
    expect(idp.httpUrl).toBeUndefined()
  })

  test.each(['approve', 'deny', 'expire'] as const)('%s decides a device request', async (action) => {
    const answer = await fetch(`${idp.url}/device/auth`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'tv' }),
    })
    const { user_code: code } = (await answer.json()) as { user_code: string }
    const pending = await idp.device.pending()

    expect(await idp.device.get(code)).toMatchObject({ user_code: code, client_id: 'tv' })
    await idp.device[action](code, 'alice')
    await expect(idp.device.get(code)).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_DEVICE_/) })

    expect(pending).toMatchObject([{ user_code: code }])
    expect(await idp.device.pending()).toEqual([])
  })
}
