import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover } from './flows.ts'
import { serveJson } from './serve-json.ts'

const grant = 'urn:openid:params:grant-type:ciba'
const keys = await generateKeyPair('ES256')
const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }

/** Where the keys of a client are, as a pairwise one has to have it. */
const jwks = await serveJson({ keys: [jwk] })

const clients = [
  {
    client_id: 'till',
    client_name: 'The till',
    client_secret: 'till-secret',
    redirect_uris: ['http://localhost/callback'],
    grant_types: ['ciba', 'refresh_token', 'authorization_code'],
    consent: 'skip',
  },
  { client_id: 'kiosk', client_secret: 'kiosk-secret', grant_types: ['ciba'], backchannel_user_code_parameter: true },
  {
    client_id: 'bank',
    grant_types: ['ciba'],
    token_endpoint_auth_method: 'private_key_jwt',
    backchannel_authentication_request_signing_alg: 'ES256',
    jwks: { keys: [jwk] },
  },
  {
    client_id: 'pair',
    grant_types: ['ciba'],
    subject_type: 'pairwise',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: jwks.url,
  },
  { client_id: 'plain', client_secret: 'plain-secret', grant_types: ['client_credentials'] },
]
const issuer = {
  users: [
    {
      username: 'alice',
      password: 'wonderland',
      sub: '100101',
      claims: { name: 'Alice Liddell', email: 'Alice@example.com' },
    },
    { username: 'bob', user_code: '7351', claims: { name: 'Bob Sanders' } },
    { username: 'mallory', state: 'locked' },
    { username: 'olga', state: 'password_expired' },
  ],
  acr_values: ['bronze', 'gold'],
  clients,
}
const fixtures = {
  ...issuer,
  issuers: { partner: issuer, quick: { ...issuer, ciba: { interval: 1, expires_in: '2m', approve: 'automatically' } } },
}

let server: Understudy

beforeAll(async () => {
  server = await startUnderstudy({ fixtures: fixtures as never, watch: false, env: {} })
})
afterAll(async () => {
  jwks.close()
  await server.close()
})

describe.each(['default', 'partner'])('backchannel authentication at %s', (name) => {
  let idp: ReturnType<Understudy['issuer']>
  let till: client.Configuration

  beforeEach(async () => {
    idp = server.issuer(name)
    await idp.reset()
    till = await discover(idp.url, 'till', 'till-secret')
  })

  const ask = (parameters: Record<string, string> = {}, config = till) =>
    client.initiateBackchannelAuthentication(config, { scope: 'openid profile', login_hint: 'alice', ...parameters })

  /** One poll: the tokens, or the error with its status. */
  async function poll(id: string, config = till): Promise<Partial<client.TokenEndpointResponse> | { error: string }> {
    return client
      .genericGrantRequest(config, grant, { auth_req_id: id })
      .catch(({ error, status }) => ({ error, status }))
  }

  /** A request as it comes, and all of its answer. */
  async function post(parameters: Record<string, string>, authorization?: string) {
    const response = await fetch(String(till.serverMetadata().backchannel_authentication_endpoint), {
      method: 'POST',
      headers: authorization === undefined ? {} : { authorization },
      body: new URLSearchParams(parameters),
    })
    const body = (await response.json()) as Record<string, unknown>
    return { status: response.status, error: body.error, headers: response.headers, body }
  }
  const basic = (id: string) => `Basic ${btoa(`${id}:${id}-secret`)}`

  test('the library polls until the user has approved, and gets tokens of this user', async () => {
    const asked = await ask({ binding_message: 'W4SCT' })
    const tokens = client.pollBackchannelAuthenticationGrant(till, { ...asked, interval: 0.05 })
    expect(await idp.ciba.pending()).toEqual([
      {
        auth_req_id: asked.auth_req_id,
        client_id: 'till',
        user: 'alice',
        scope: 'openid profile',
        binding_message: 'W4SCT',
        expires_in: 600,
      },
    ])
    await idp.ciba.approve(asked.auth_req_id)
    const got = await tokens
    expect(await idp.grants.list({ user: 'alice', client: 'till' })).toMatchObject([{ scopes: ['openid', 'profile'] }])
    expect(asked).toMatchObject({ expires_in: 600, interval: 5 })
    expect(got.claims()).toMatchObject({ iss: idp.url, sub: '100101', aud: 'till', name: 'Alice Liddell' })
    expect(got.claims()?.auth_time).toBeUndefined()
    expect(await client.fetchUserInfo(till, got.access_token, '100101')).toMatchObject({ name: 'Alice Liddell' })
    const refreshed = await client.refreshTokenGrant(till, String(got.refresh_token))
    expect(refreshed.claims()?.sub).toBe('100101')
  }, 20_000)

  test('oauth4webapi does the same', async () => {
    const as = till.serverMetadata() as oauth.AuthorizationServer
    const me = { client_id: 'till' }
    const auth = oauth.ClientSecretBasic('till-secret')
    const options = { [oauth.allowInsecureRequests]: true }
    const asked = await oauth.backchannelAuthenticationRequest(
      as,
      me,
      auth,
      { scope: 'openid', login_hint: 'alice' },
      options,
    )
    const { auth_req_id: id } = await oauth.processBackchannelAuthenticationResponse(as, me, asked)
    await idp.ciba.approve(id)
    const answer = await oauth.backchannelAuthenticationGrantRequest(as, me, auth, id, options)
    const tokens = await oauth.processBackchannelAuthenticationGrantResponse(as, me, answer)
    expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({ sub: '100101' })
  })

  test('what is denied, has expired, is spent or is of another client says so', async () => {
    const [denied, expired, spent] = await Promise.all([ask(), ask(), ask()])
    await idp.ciba.deny(denied.auth_req_id)
    await idp.ciba.expire(expired.auth_req_id)
    await idp.ciba.approve(spent.auth_req_id)
    const other = await discover(idp.url, 'kiosk', 'kiosk-secret')
    expect(await poll(denied.auth_req_id)).toEqual({ error: 'access_denied', status: 400 })
    expect(await poll(expired.auth_req_id)).toEqual({ error: 'expired_token', status: 400 })
    expect(await poll(spent.auth_req_id, other)).toEqual({ error: 'invalid_grant', status: 400 })
    expect(await poll(spent.auth_req_id)).toMatchObject({ token_type: 'bearer' })
    expect(await poll(spent.auth_req_id)).toEqual({ error: 'invalid_grant', status: 400 })
    expect(await poll('nope')).toEqual({ error: 'invalid_grant', status: 400 })
  })

  test('polls are paced: slow_down when too fast, and the interval grows by five seconds', async () => {
    const { auth_req_id: id } = await ask()
    expect(await poll(id)).toMatchObject({ error: 'authorization_pending' })
    expect(await poll(id)).toEqual({ error: 'slow_down', status: 400 })
    await idp.clock.advance(6)
    expect(await poll(id)).toMatchObject({ error: 'slow_down' })
    await idp.clock.advance(16)
    expect(await poll(id)).toMatchObject({ error: 'authorization_pending' })
    const polls = await idp.requests({ endpoint: 'token', grant_type: 'ciba' })
    expect(
      polls.map(({ user, since_previous_ms: since, required_ms: required }) => [
        user,
        since && since >= 6000,
        required,
      ]),
    ).toEqual([
      ['alice', undefined, undefined],
      ['alice', false, 5000],
      ['alice', true, 10_000],
      ['alice', true, 15_000],
    ])
    await idp.clock.advance('10m')
    expect(await poll(id)).toMatchObject({ error: 'expired_token' })
  })

  test('a client may have its request wait for less than the issuer would, and never for longer', async () => {
    expect(await ask({ requested_expiry: '30' })).toMatchObject({ expires_in: 30 })
    expect(await ask({ requested_expiry: '9999' })).toMatchObject({ expires_in: 600 })
    const { auth_req_id: id } = await ask({ requested_expiry: '30' })
    await idp.clock.advance(31)
    expect(await poll(id)).toMatchObject({ error: 'expired_token' })
  })

  test.each([['100101'], ['alice'], ['alice@EXAMPLE.com']])('the hint %s means alice', async (hint) => {
    await ask({ login_hint: hint })
    expect(await idp.ciba.pending()).toMatchObject([{ user: 'alice' }])
  })

  const hintToken = (claims: Record<string, unknown>, expires = '5m', iss = 'bank') =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setIssuer(iss)
      .setAudience(idp.url)
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(keys.privateKey)

  /** A signed request of the bank, as CIBA 7.1.1 has it. */
  const signedRequest = async (claims: Record<string, unknown>, key: CryptoKey = keys.privateKey) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setIssuer('bank')
      .setAudience(idp.url)
      .setIssuedAt()
      .setNotBefore('0s')
      .setExpirationTime('5m')
      .setJti(crypto.randomUUID())
      .sign(key)

  const byKey = (id: string) =>
    discover(idp.url, id, undefined, client.PrivateKeyJwt({ key: keys.privateKey, kid: 'k1' }))
  const asBank = () => byKey('bank')

  test('a signed request with a login_hint_token of the client asks whom the token means', async () => {
    const bank = await asBank()
    const request = await signedRequest({
      scope: 'openid',
      login_hint_token: await hintToken({ sub: '100101' }),
      binding_message: 'Überweisung 12 €',
    })
    const { auth_req_id: id } = await client.initiateBackchannelAuthentication(bank, { request })
    expect(await idp.ciba.pending()).toMatchObject([{ user: 'alice', binding_message: 'Überweisung 12 €' }])
    await idp.ciba.approve(id)
    expect(await poll(id, bank)).toMatchObject({ id_token: expect.any(String) })
    expect((await idp.requests({ endpoint: 'backchannel_authentication' })).at(-1)).toMatchObject({
      client: 'bank',
      user: 'alice',
    })
  })

  test('a request that must be signed and is not, or by another key, is refused', async () => {
    const bank = await asBank()
    const forged = await signedRequest(
      { scope: 'openid', login_hint: 'alice' },
      (await generateKeyPair('ES256')).privateKey,
    )
    for (const parameters of [{ scope: 'openid', login_hint: 'alice' }, { request: forged }] as Record<
      string,
      string
    >[]) {
      await expect(client.initiateBackchannelAuthentication(bank, parameters)).rejects.toMatchObject({
        error: 'invalid_request',
        status: 400,
      })
    }
  })

  const idToken = async (id: string): Promise<string> =>
    (await idp.tokens({ type: 'id_token', client: id, user: 'alice' })).id_token ?? ''

  test.each([
    ['that has expired', (): Promise<string> => hintToken({ sub: '100101' }, '-1m'), 'expired_login_hint_token'],
    ['of a stranger', () => hintToken({ sub: '100101' }, '5m', 'https://elsewhere.example'), 'invalid_request'],
    ['that means nobody', () => hintToken({ sub: 'nobody' }), 'unknown_user_id'],
    ['that is no JWT', async () => 'nonsense', 'invalid_request'],
    ['that another client has got', () => idToken('till'), 'invalid_request'],
  ])('a login_hint_token %s is refused', async (_what, token, error) => {
    const bank = await asBank()
    const request = await signedRequest({ scope: 'openid', login_hint_token: await token() })
    await expect(client.initiateBackchannelAuthentication(bank, { request })).rejects.toMatchObject({
      error,
      status: 400,
    })
  })

  test.each(['till', 'pair'])('the ID token that %s has got before is a hint', async (id) => {
    const config = id === 'pair' ? await byKey(id) : till
    const { id_token: hint = '' } = await idp.tokens({ type: 'id_token', client: id, user: 'alice' })
    const asked = await client.initiateBackchannelAuthentication(config, { scope: 'openid', id_token_hint: hint })
    await idp.ciba.approve(asked.auth_req_id)
    const got = (await poll(asked.auth_req_id, config)) as unknown as client.TokenEndpointResponseHelpers
    expect(got.claims()?.sub).toBe(decodeJwt(hint).sub)
    expect(got.claims()?.sub === '100101').toBe(id === 'till')
  })

  test('a request may be signed by every algorithm that metadata names', async () => {
    const { backchannel_authentication_request_signing_alg_values_supported: algorithms } = till.serverMetadata()
    for (const alg of algorithms as string[]) {
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
      const key = { ...(await exportJWK(publicKey)), alg, kid: alg }
      await idp.clients.put('signer', {
        grant_types: ['ciba'],
        client_secret: 'signer-secret',
        backchannel_authentication_request_signing_alg: alg,
        jwks: { keys: [key] } as never,
      })
      const request = await new SignJWT({ scope: 'openid', login_hint: 'alice', binding_message: alg })
        .setProtectedHeader({ alg, kid: alg })
        .setIssuer('signer')
        .setAudience(idp.url)
        .setIssuedAt()
        .setNotBefore('0s')
        .setExpirationTime('5m')
        .setJti(crypto.randomUUID())
        .sign(privateKey)
      expect(await post({ request }, basic('signer')), alg).toMatchObject({ status: 200 })
    }
    expect((await idp.ciba.pending()).map((pending) => pending.binding_message).sort()).toEqual(algorithms?.sort())
    expect(algorithms?.length).toBeGreaterThan(8)
  }, 30_000)

  test('tokens are bound by DPoP, and for the resource that was asked for', async () => {
    const dpop = client.getDPoPHandle(till, await client.randomDPoPKeyPair())
    const { auth_req_id: id } = await ask({ resource: 'https://api.example' })
    await idp.ciba.approve(id)
    const parameters = { auth_req_id: id, resource: 'https://api.example' }
    const tokens = await client.genericGrantRequest(till, grant, parameters, { DPoP: dpop })
    expect(tokens.token_type).toBe('dpop')
    expect(decodeJwt(tokens.access_token)).toMatchObject({
      aud: 'https://api.example',
      cnf: { jkt: expect.any(String) },
    })
  })

  test('a user with a user code is asked only by who knows it, where the client sends such codes', async () => {
    const kiosk = await discover(idp.url, 'kiosk', 'kiosk-secret')
    await expect(ask({ login_hint: 'bob' }, kiosk)).rejects.toMatchObject({ error: 'missing_user_code', status: 400 })
    await expect(ask({ login_hint: 'bob', user_code: '1234' }, kiosk)).rejects.toMatchObject({
      error: 'invalid_user_code',
      status: 400,
    })
    await ask({ login_hint: 'bob', user_code: '7351' }, kiosk)
    await ask({ login_hint: 'alice' }, kiosk)
    await ask({ login_hint: 'bob' })
    expect((await idp.ciba.pending()).map(({ user }) => user).sort()).toEqual(['alice', 'bob', 'bob'])
  })

  test.each([
    ['without a hint', { scope: 'openid' }, 400, 'invalid_request'],
    ['with two hints', { scope: 'openid', login_hint: 'alice', id_token_hint: 'x' }, 400, 'invalid_request'],
    ['without a scope', { login_hint: 'alice' }, 400, 'invalid_request'],
    ['without openid', { scope: 'profile', login_hint: 'alice' }, 400, 'invalid_request'],
    ['for nobody', { scope: 'openid', login_hint: 'nobody' }, 400, 'unknown_user_id'],
    ['for a locked user', { scope: 'openid', login_hint: 'mallory' }, 403, 'access_denied'],
    ['for one with an expired password', { scope: 'openid', login_hint: 'olga' }, 403, 'access_denied'],
    ['with a broken id_token_hint', { scope: 'openid', id_token_hint: 'x' }, 400, 'invalid_request'],
    [
      'with a long message',
      { scope: 'openid', login_hint: 'alice', binding_message: 'x'.repeat(101) },
      400,
      'invalid_binding_message',
    ],
    [
      'with a message of two lines',
      { scope: 'openid', login_hint: 'alice', binding_message: 'a\nb' },
      400,
      'invalid_binding_message',
    ],
    ['with an expiry of 0', { scope: 'openid', login_hint: 'alice', requested_expiry: '0' }, 400, 'invalid_request'],
    [
      'with an expiry in words',
      { scope: 'openid', login_hint: 'alice', requested_expiry: 'soon' },
      400,
      'invalid_request',
    ],
    [
      'with a request_uri',
      { scope: 'openid', login_hint: 'alice', request_uri: 'https://x.example/r' },
      400,
      'request_uri_not_supported',
    ],
  ])('a request %s is refused', async (_what, parameters, status, error) => {
    expect(await post(parameters as Record<string, string>, basic('till'))).toMatchObject({ status, error })
    expect(await idp.ciba.pending()).toEqual([])
  })

  test('a client that is unknown, or may not ask, is told so', async () => {
    const parameters = { scope: 'openid', login_hint: 'alice' }
    const unknown = await post(parameters, basic('nobody'))
    expect(unknown).toMatchObject({ status: 401, error: 'invalid_client' })
    expect(unknown.headers.get('www-authenticate')).toMatch(/^Basic /)
    expect(await post(parameters, basic('plain'))).toMatchObject({ status: 400, error: 'unauthorized_client' })
    const { headers } = await post(parameters, basic('till'))
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-type')).toMatch(/^application\/json/)
  })

  test.each([
    ['access_denied', 403],
    ['unknown_user_id', 400],
    ['invalid_binding_message', 400],
    ['missing_user_code', 400],
    ['invalid_user_code', 400],
    ['expired_login_hint_token', 400],
    ['invalid_scope', 400],
    ['invalid_request', 400],
    ['unauthorized_client', 400],
    ['invalid_client', 401],
    ['server_error', 500],
    ['temporarily_unavailable', 503],
  ] as const)('the fault %s plays the endpoint once, for whom it is meant', async (fault, status) => {
    await idp.arm({ fault, when: { endpoint: 'backchannel_authentication', user: 'alice' } })
    await ask({ login_hint: 'bob' })
    // The library speaks of server errors by a code of its own.
    const met = status < 500 ? { error: fault, status } : { code: 'OAUTH_RESPONSE_IS_NOT_CONFORM', cause: { status } }
    await expect(ask()).rejects.toMatchObject(met)
    await ask()
    expect(await idp.requests({ fault })).toMatchObject([
      { endpoint: 'backchannel_authentication', client: 'till', user: 'alice', answer: { status } },
    ])
  })

  test('faults meet the polls, also those that the request arms for its own flow', async () => {
    await idp.arm({ script: ['slow_down', 'pass', 'expired_token'], when: { grant_type: 'ciba', user: 'alice' } })
    const { auth_req_id: id } = await ask()
    expect([await poll(id), await poll(id), await poll(id)]).toMatchObject([
      { error: 'slow_down' },
      { error: 'authorization_pending' },
      { error: 'expired_token' },
    ])
    const armed = await ask({ login_hint: 'bob', understudy_fault: 'access_denied;endpoint=token' })
    const other = await ask({ login_hint: 'bob' })
    expect(await poll(armed.auth_req_id)).toMatchObject({ error: 'access_denied' })
    expect(await poll(other.auth_req_id)).toMatchObject({ error: 'authorization_pending' })
  })

  test('the ID token tells how and when the user has signed in, where it is asked for', async () => {
    const claims = JSON.stringify({ id_token: { amr: null, auth_time: { essential: true }, email: null } })
    const { auth_req_id: id } = await ask({ acr_values: 'gold', claims })
    await idp.ciba.approve(id)
    const got = (await poll(id)) as unknown as client.TokenEndpointResponseHelpers
    expect(got.claims()).toMatchObject({ acr: 'gold', amr: ['pwd'], auth_time: expect.any(Number) })
  })

  test('an essential acr is had, or the request is refused', async () => {
    const essential = (value: string) => JSON.stringify({ id_token: { acr: { essential: true, value } } })
    await expect(ask({ claims: essential('platinum') })).rejects.toMatchObject({
      error: 'unmet_authentication_requirements',
      status: 400,
    })
    const { auth_req_id: id } = await ask({ claims: essential('gold') })
    await idp.ciba.approve(id)
    expect(decodeJwt(String(((await poll(id)) as { id_token?: string }).id_token)).acr).toBe('gold')
  })

  test('the person who is asked decides on a page, after signing in there', async () => {
    const [first, second] = [await ask({ binding_message: 'A <b> 1' }), await ask({ binding_message: 'B 2' })]
    await ask({ login_hint: 'bob', binding_message: 'not hers' })
    const agent = new UserAgent()
    const page = `${till.serverMetadata().backchannel_authentication_endpoint}/requests`
    const signIn = await agent.open(page)
    const refused = await agent.submit(signIn, /name="password"/, { username: 'alice', password: 'wrong' })
    expect([refused.status, refused.html.includes('That is not the password of alice.')]).toEqual([400, true])
    const waiting = await agent.submit(refused, /name="password"/, { username: 'alice', password: 'wonderland' })
    expect(waiting.html).toContain('A &lt;b&gt; 1')
    expect(waiting.html).toContain('The till')
    expect(waiting.html).not.toContain('not hers')

    const approved = await agent.submit(waiting, new RegExp(first.auth_req_id), { decision: 'approve' })
    expect(approved.html).toContain('Approved.')
    const denied = await agent.submit(approved, new RegExp(second.auth_req_id), { decision: 'deny' })
    expect(denied.html).toContain('Denied.')
    expect(denied.html).toContain('Nothing waits for you')
    expect(await poll(first.auth_req_id)).toMatchObject({ id_token: expect.any(String) })
    expect(await poll(second.auth_req_id)).toMatchObject({ error: 'access_denied' })
    const again = await agent.submit(waiting, new RegExp(first.auth_req_id), { decision: 'approve' })
    expect(again.status).toBe(400)
  })

  test('nobody decides on the page for another, nor by a form of another page', async () => {
    const { auth_req_id: id } = await ask()
    const page = new URL(`${till.serverMetadata().backchannel_authentication_endpoint}/requests`)
    const [alice, bob] = [new UserAgent(), new UserAgent()]
    const hers = await alice.submit(await alice.open(page), /name="pick"/, { pick: 'alice' })
    const his = await bob.submit(await bob.open(page), /name="pick"/, { pick: 'bob' })
    const { xsrf = '' } = hers.forms.find(({ html }) => html.includes(id))?.fields ?? {}
    const post = (agent: UserAgent, fields: Record<string, string>) =>
      agent.fetch(page, {
        method: 'POST',
        body: new URLSearchParams({ auth_req_id: id, decision: 'approve', ...fields }),
      })
    expect(his.html).not.toContain(id)
    expect((await post(bob, { xsrf })).status).toBe(400)
    expect((await post(alice, {})).status).toBe(400)
    expect((await post(new UserAgent(), { xsrf })).status).toBe(400)
    expect((await alice.fetch(page, { method: 'DELETE' })).status).toBe(405)
    expect(await idp.ciba.pending()).toHaveLength(1)
    expect((await post(alice, { xsrf })).status).toBe(303)
    expect(await idp.ciba.pending()).toEqual([])
  })

  test('metadata tells all of it', () => {
    expect(till.serverMetadata()).toMatchObject({
      backchannel_authentication_endpoint: `${idp.url}/backchannel`,
      backchannel_token_delivery_modes_supported: ['poll'],
      backchannel_user_code_parameter_supported: true,
      backchannel_authentication_request_signing_alg_values_supported: expect.arrayContaining(['ES256', 'RS256']),
      grant_types_supported: expect.arrayContaining([grant]),
    })
  })
})

test('an issuer that approves automatically answers the first poll with tokens', async () => {
  const config = await discover(server.issuer('quick').url, 'till', 'till-secret')
  const asked = await client.initiateBackchannelAuthentication(config, { scope: 'openid', login_hint: 'bob' })
  const tokens = await client.pollBackchannelAuthenticationGrant(config, asked)
  expect(asked).toMatchObject({ interval: 1, expires_in: 120 })
  expect(tokens.claims()?.sub).toBe('bob')
  expect(await server.issuer('quick').ciba.pending()).toEqual([])
})

test('a request and its pace survive a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-ciba-'))
  const options = { fixtures: issuer as never, store: `json:${join(folder, 'store.json')}`, watch: false, env: {} }
  let idp = await startUnderstudy(options)
  const asked = await client.initiateBackchannelAuthentication(await discover(idp.url, 'till', 'till-secret'), {
    scope: 'openid',
    login_hint: 'alice',
  })
  await idp.close()
  idp = await startUnderstudy(options)
  expect(await idp.ciba.pending()).toMatchObject([{ auth_req_id: asked.auth_req_id, user: 'alice' }])
  await idp.close()
  await rm(folder, { recursive: true })
})

test.each([
  ['bob', { value: '100101' }, 400, 'login_required'],
  ['alice', { value: '100101' }, 200, undefined],
  ['bob', { values: ['100101', 'carol'] }, 400, 'login_required'],
  ['alice', { values: ['carol', '100101'] }, 200, undefined],
])('a request by the hint %s that claims the sub %j of alice is answered with %i', async (hint, sub, status, error) => {
  const claims = JSON.stringify({ id_token: { sub } })
  const answer = await fetch(`${server.issuer('quick').url}/backchannel`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('till:till-secret')}` },
    body: new URLSearchParams({ scope: 'openid', login_hint: hint, claims }),
  })

  expect(answer.status).toBe(status)
  expect(((await answer.json()) as Record<string, unknown>).error).toBe(error)
})
