import { createHash } from 'node:crypto'
import { decodeProtectedHeader, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { land, passByNames, RelyingParty, redirectUri } from './relying-party.ts'

/** The modules of the OpenID Foundation's basic plan, as they see the default fixtures. */
let idp: Understudy
let rp: RelyingParty

beforeAll(async () => {
  idp = await startUnderstudy()
  rp = await RelyingParty.register(idp)
})
afterAll(() => idp.close())

const standardClaims: Record<string, string[]> = {
  profile: [
    ...['name', 'family_name', 'given_name', 'middle_name', 'nickname', 'preferred_username', 'profile', 'picture'],
    ...['website', 'gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at'],
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
}

test('oidcc-server: a code gets an ID token, signed by a key of the JWKS that its kid names', async () => {
  const before = Math.floor(Date.now() / 1000)
  const { tokens, claims } = await rp.login()
  const header = decodeProtectedHeader(tokens.id_token as string)
  const { keys } = (await (await fetch(rp.metadata.jwks_uri as string)).json()) as { keys: { kid: string }[] }

  expect(header).toMatchObject({ alg: 'RS256', kid: expect.any(String) })
  expect(keys.map(({ kid }) => kid)).toContain(header.kid)
  expect(claims).toMatchObject({
    nonce: 'the-nonce',
    aud: rp.client.client_id,
    sub: expect.stringMatching(/^[\x21-\x7e]{1,255}$/),
  })
  expect(claims.iat).toBeGreaterThanOrEqual(before)
  expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: expect.any(Number) })
})

test('oidcc-server: the answer of the token endpoint is not to be cached', async () => {
  const { headers } = await rp.exchange((await rp.authorize()).answer.code)

  expect(headers.get('cache-control')).toContain('no-store')
})

test('oidcc-server: at_hash is that of the access token', async () => {
  const { tokens, claims } = await rp.login()
  const half = createHash('sha256')
    .update(tokens.access_token as string)
    .digest()
    .subarray(0, 16)

  expect(claims.at_hash ?? half.toString('base64url')).toBe(half.toString('base64url'))
})

test('oidcc-response-type-missing: it is invalid_request, at the client or on a page', async () => {
  const { answer, html } = await rp.authorize({ response_type: undefined })

  expect(answer.error ?? html).toMatch(/invalid_request|unsupported_response_type/)
})

test('oidcc-userinfo-get, -post-header and -post-body: all three tell of the same person', async () => {
  const { tokens, claims } = await rp.login()
  const body = new URLSearchParams({ access_token: tokens.access_token as string })

  for (const answer of [
    await rp.userinfo(tokens.access_token),
    await rp.userinfo(tokens.access_token, { method: 'POST' }),
    await rp.userinfo('', { method: 'POST', headers: {}, body }),
  ]) {
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(answer.body.sub).toBe(claims.sub)
  }
})

test('oidcc-userinfo: without a token, or with one that is none, it is 401 with a challenge', async () => {
  const none = await rp.userinfo('', { headers: {} })
  const wrong = await rp.userinfo('nonsense')

  expect([none.status === 401 || none.status === 400, wrong.status]).toEqual([true, 401])
  expect(wrong.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/)
})

test('oidcc-ensure-request-without-nonce-succeeds-for-code-flow', async () => {
  expect((await rp.login({ nonce: undefined })).claims).not.toHaveProperty('nonce')
})

test.each(Object.entries(standardClaims))('oidcc-scope-%s: userinfo has all of its claims', async (scope, names) => {
  const { tokens } = await rp.login({ scope: `openid ${scope}` })

  expect(Object.keys((await rp.userinfo(tokens.access_token)).body)).toEqual(expect.arrayContaining(names))
})

test('oidcc-scope-all: userinfo has the claims of every scope, each of its type', async () => {
  const { tokens } = await rp.login({ scope: 'openid profile email address phone' })
  const { body } = await rp.userinfo(tokens.access_token)

  expect(Object.keys(body)).toEqual(expect.arrayContaining(Object.values(standardClaims).flat()))
  expect(body).toMatchObject({ email_verified: expect.any(Boolean), phone_number_verified: expect.any(Boolean) })
  expect(body).toMatchObject({ address: expect.any(Object), updated_at: expect.any(Number), birthdate: '1852-05-04' })
})

test('oidcc-scope: a claim whose scope was not asked for is not told', async () => {
  const { tokens } = await rp.login({ scope: 'openid' })

  for (const name of Object.values(standardClaims).flat()) {
    expect((await rp.userinfo(tokens.access_token)).body).not.toHaveProperty(name)
  }
})

test('oidcc-ensure-other-scope-order-succeeds', async () => {
  await expect(rp.login({ scope: 'email openid' })).resolves.toBeDefined()
})

test.each(['page', 'popup', 'touch', 'wap'])('oidcc-display-%s: the login is as good', async (display) => {
  await expect(rp.login({ display })).resolves.toBeDefined()
})

test('oidcc-prompt-login: who is signed in logs in again, and auth_time is that of the second login', async () => {
  const agent = new UserAgent()
  await rp.login({}, agent)
  const page = await agent.open(rp.request({ prompt: 'login', max_age: '10000' }))

  expect(page.forms.some(({ html }) => html.includes('name="password"'))).toBe(true)
  const { answer } = land(await passByNames(agent, page))
  const claims = await rp.verify((await rp.exchange(answer.code)).body.id_token as string)
  expect(claims.auth_time).toBeTypeOf('number')
})

test('oidcc-prompt-none-not-logged-in: it is login_required, and no page is shown', async () => {
  expect((await rp.authorize({ prompt: 'none' })).answer).toMatchObject({ error: 'login_required', state: 'the-state' })
})

test('oidcc-prompt-none-logged-in: the same person, with the same auth_time and no page', async () => {
  const agent = new UserAgent()
  const first = await rp.login({ max_age: '10000' }, agent)
  const landed = land(await agent.open(rp.request({ prompt: 'none', max_age: '10000' })))
  const claims = await rp.verify((await rp.exchange(landed.answer.code)).body.id_token as string)

  expect([claims.sub, claims.auth_time]).toEqual([first.claims.sub, first.claims.auth_time])
})

test('oidcc-max-age-1: a login that is too old is asked for anew', async () => {
  const agent = new UserAgent()
  await rp.login({}, agent)
  await idp.clock.advance('2s')
  const page = await agent.open(rp.request({ max_age: '1' }))

  expect(page.forms.some(({ html }) => html.includes('name="password"'))).toBe(true)
})

test('oidcc-max-age-10000: a fresh login goes on, and auth_time is told', async () => {
  const agent = new UserAgent()
  const first = await rp.login({ max_age: '10000' }, agent)
  const second = await rp.login({ max_age: '10000' }, agent)

  expect(first.claims.auth_time).toBeTypeOf('number')
  expect(second.claims.auth_time).toBe(first.claims.auth_time)
})

test('oidcc-ensure-request-with-unknown-parameter-succeeds', async () => {
  await expect(rp.login({ extra: 'foobar' })).resolves.toBeDefined()
})

test('oidcc-id-token-hint: with prompt=none it gets the person of the hint', async () => {
  const agent = new UserAgent()
  const { tokens, claims } = await rp.login({}, agent)
  const again = await rp.login({ prompt: 'none', id_token_hint: tokens.id_token }, agent)

  expect(again.claims.sub).toBe(claims.sub)
})

test('oidcc-login-hint: it stands on the login page', async () => {
  const page = await new UserAgent().open(rp.request({ login_hint: 'somebody@example.com' }))

  expect(page.html).toContain('value="somebody@example.com"')
})

test.each(['ui_locales', 'claims_locales'])('oidcc-%s: a wish, whether or not it can be met', async (name) => {
  await expect(rp.login({ [name]: 'se fr-CA en' })).resolves.toBeDefined()
})

test('oidcc-ensure-request-with-acr-values-succeeds', async () => {
  await expect(rp.login({ acr_values: '1 2' })).resolves.toBeDefined()
})

test('oidcc-codereuse: a code is good for once, and its second use ends what the first gave', async () => {
  const { answer } = await rp.authorize()
  const first = await rp.exchange(answer.code)
  const second = await rp.exchange(answer.code)

  expect({ status: second.status, error: second.body.error }).toEqual({ status: 400, error: 'invalid_grant' })
  expect((await rp.userinfo(first.body.access_token as string)).status).toBe(401)
})

test('oidcc-codereuse-30seconds: nor is it half a minute later', async () => {
  const { answer } = await rp.authorize()
  const first = await rp.exchange(answer.code)
  await idp.clock.advance('30s')

  expect((await rp.exchange(answer.code)).body.error).toBe('invalid_grant')
  expect((await rp.userinfo(first.body.access_token as string)).status).toBe(401)
})

test('oidcc-ensure-registered-redirect-uri: no browser is sent to another', async () => {
  const { status, url, html } = await rp.authorize({ redirect_uri: 'http://localhost:3000/other/callback' })

  expect(status).toBe(400)
  expect(url.origin).toBe(idp.url)
  expect(html).toMatch(/redirect/)
})

test('oidcc-ensure-post-request-succeeds: the authorization request may be a form', async () => {
  const agent = new UserAgent()
  const { origin, pathname, searchParams } = rp.request()
  const page = await agent.open(origin + pathname, undefined, { method: 'POST', body: searchParams })

  expect(land(await passByNames(agent, page)).answer).toMatchObject({ code: expect.any(String), state: 'the-state' })
})

test('oidcc-server-client-secret-post', async () => {
  const posting = await RelyingParty.register(idp, { token_endpoint_auth_method: 'client_secret_post' })

  await expect(posting.login()).resolves.toBeDefined()
})

test('oidcc-unsigned-request-object: it is refused, as no "none" is advertised', async () => {
  const claims = { client_id: rp.client.client_id, response_type: 'code', scope: 'openid', redirect_uri: redirectUri }
  const encoded = [{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  const { answer } = await rp.authorize({ request: `${encoded.join('.')}.` })

  expect(rp.metadata.request_object_signing_alg_values_supported).not.toContain('none')
  expect(answer.error).toMatch(/^invalid_request_object|request_not_supported$/)
})

test('oidcc-ensure-request-object-with-redirect-uri: what is inside a request object is what counts', async () => {
  const claims = { client_id: rp.client.client_id, response_type: 'code', scope: 'openid', redirect_uri: redirectUri }
  const secret = new TextEncoder().encode(rp.client.client_secret as string)
  const request = await new SignJWT({ ...claims, state: 'inside' })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(rp.client.client_id as string)
    .setAudience(idp.url)
    .setExpirationTime('1m')
    .sign(secret)
  const { answer } = await rp.authorize({ request, state: 'inside', redirect_uri: undefined })

  expect(answer).toMatchObject({ code: expect.any(String), state: 'inside' })
})

test('oidcc-claims-essential: an essential claim is told by userinfo', async () => {
  const claims = JSON.stringify({ userinfo: { name: { essential: true } } })
  const { tokens } = await rp.login({ claims })

  expect((await rp.userinfo(tokens.access_token)).body.name).toBe('Alice Liddell')
})

test('oidcc-refresh-token: tokens are refreshed, for the same person and client', async () => {
  const { tokens, claims } = await rp.login({ scope: 'openid offline_access', prompt: 'consent' })
  const refreshed = await rp.token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token as string })

  expect(refreshed.status).toBe(200)
  expect(refreshed.body.access_token).not.toBe(tokens.access_token)
  const again = await rp.verify(refreshed.body.id_token as string)
  expect([again.sub, again.iss, again.aud]).toEqual([claims.sub, claims.iss, claims.aud])
})

test('oidcc-refresh-token: the new ID token has the auth_time of the login, however long ago it was', async () => {
  const agent = new UserAgent()
  await rp.login({}, agent)
  await idp.clock.advance('1h')
  const asked = { scope: 'openid offline_access', prompt: 'consent', max_age: '10000' }
  const { tokens, claims } = await rp.login(asked, agent)
  const refreshed = await rp.token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token as string })
  const again = await rp.verify(refreshed.body.id_token as string)

  expect(Date.now() / 1000 - (claims.auth_time as number)).toBeGreaterThanOrEqual(3600)
  expect(again.auth_time).toBe(claims.auth_time)
})

test('oidcc-refresh-token: one of another client is of no use', async () => {
  const { tokens } = await rp.login({ scope: 'openid offline_access', prompt: 'consent' })
  const other = await RelyingParty.register(idp)
  const stolen = await other.token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token as string })

  expect({ status: stolen.status, error: stolen.body.error }).toEqual({ status: 400, error: 'invalid_grant' })
})

test('oidcc-ensure-request-with-valid-pkce-succeeds: and one with another verifier does not', async () => {
  const verifier = 'a-verifier-that-is-long-enough-for-everybody-who-reads-it'
  const code_challenge = createHash('sha256').update(verifier).digest('base64url')
  const asked = { code_challenge, code_challenge_method: 'S256' }

  const [good, bad] = [await rp.authorize(asked), await rp.authorize(asked)]

  expect((await rp.exchange(good.answer.code, { code_verifier: verifier })).status).toBe(200)
  expect((await rp.exchange(bad.answer.code, { code_verifier: `${verifier}s` })).body.error).toBe('invalid_grant')
})

test('a code is of no use to another client, nor with another redirect URI', async () => {
  const other = await RelyingParty.register(idp)

  expect((await other.exchange((await rp.authorize()).answer.code)).body.error).toBe('invalid_grant')
  const elsewhere = { redirect_uri: 'http://localhost:3000/other/callback' }
  expect((await rp.exchange((await rp.authorize()).answer.code, elsewhere)).body.error).toBe('invalid_grant')
})

test('a wrong secret is invalid_client, with 401 and a challenge', async () => {
  const liar = new RelyingParty(rp.metadata, { ...rp.client, client_secret: 'wrong' })
  const { status, body, headers } = await liar.exchange('whatever')

  expect({ status, error: body.error }).toEqual({ status: 401, error: 'invalid_client' })
  expect(headers.get('www-authenticate')).toMatch(/^Basic /)
})
