import { decodeJwt, exportJWK, generateKeyPair } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { type Page, UserAgent } from '../user-agent.ts'
import { discover, passPages } from './flows.ts'
import { serveJson } from './serve-json.ts'

const redirectUri = 'http://localhost/callback'
const usual = { client_secret: 'a-secret', redirect_uris: [redirectUri], consent: 'skip' }
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
const told = 'the request asks for another user than the one who is signed in'

const keys = await generateKeyPair('ES256')
/** Where the keys of a client are, as a pairwise one without a browser has to have it. */
const jwks = await serveJson({ keys: [{ ...(await exportJWK(keys.publicKey)), alg: 'ES256', use: 'sig' }] })

const issuer = {
  users: [{ username: 'alice', sub: '100101', claims: { email: 'alice@example.com' } }, 'bob'],
  clients: [
    { client_id: 'app', ...usual, grant_types: ['authorization_code', 'implicit', 'device_code'] },
    { client_id: 'asks', ...usual, consent: 'ask' },
    { client_id: 'pair', ...usual, subject_type: 'pairwise' },
    {
      client_id: 'pair-tv',
      grant_types: ['device_code'],
      subject_type: 'pairwise',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: jwks.url,
    },
  ],
}

let server: Understudy

beforeAll(async () => {
  server = await startUnderstudy({
    fixtures: { ...issuer, issuers: { partner: issuer } } as never,
    watch: false,
    env: {},
  })
})
afterAll(async () => {
  await server.close()
  jwks.close()
})

describe.each(['default', 'partner'])('who is asked for at %s', (name) => {
  const idp = () => server.issuer(name)
  let agent: UserAgent

  beforeEach(async () => {
    agent = new UserAgent()
    await idp().reset()
  })

  /** Asks as openid-client does, goes through all pages as one person, and ends at the client. */
  async function signIn(id: string, parameters: Record<string, string>, user: string) {
    const config = await discover(idp().url, id, 'a-secret')
    const { pushed, ...rest } = parameters
    const build = pushed ? client.buildAuthorizationUrlWithPAR : client.buildAuthorizationUrl
    const url = await build(config, { redirect_uri: redirectUri, scope: 'openid', nonce: 'n', ...rest })
    const first = await agent.open(url)
    const last = await passPages(agent, first, user)
    const answer = new URLSearchParams(last.url.hash.slice(1) || last.url.search)
    const take = () => client.authorizationCodeGrant(config, last.url, { expectedNonce: 'n' })
    return { first, last, answer: Object.fromEntries(answer), take }
  }

  async function idTokenOf(user: string, id = 'app'): Promise<string> {
    const { take } = await signIn(id, {}, user)
    agent = new UserAgent()
    return String((await take()).id_token)
  }

  const suggested = ({ html }: Page) => /id="username"[^>]*value="([^"]*)"/.exec(html)?.[1]

  test.each([
    ['nobody is signed in', {}],
    ['prompt=login', { prompt: 'login' }],
    ['prompt=select_account', { prompt: 'select_account' }],
    ['the request was pushed', { pushed: 'yes' }],
    ['the answer is an ID token', { response_type: 'id_token' }],
    ['the client asks for consent', { client: 'asks' }],
  ] as [string, Record<string, string>][])('login_required where another signs in: %s', async (_, parameters) => {
    const { client: id = 'app', ...rest } = parameters
    const hint = await idTokenOf('alice', id)
    const { first, answer } = await signIn(id, { ...rest, state: 's', id_token_hint: hint }, 'bob')

    expect(suggested(first)).toBe('alice')
    expect(answer).toMatchObject({ error: 'login_required', error_description: told, state: 's' })
    expect(answer).not.toHaveProperty('code')
    expect(answer).not.toHaveProperty('id_token')
    const retried = await signIn(id, { ...rest, id_token_hint: hint }, 'alice')
    if (rest.response_type === undefined) expect((await retried.take()).claims()?.sub).toBe('100101')
    else expect(decodeJwt(String(retried.answer.id_token)).sub).toBe('100101')
  })

  test("another's session is asked to sign in, and is no answer, however often it does", async () => {
    const hint = await idTokenOf('alice')
    await signIn('app', {}, 'bob')
    for (const _ of [1, 2]) {
      const { first, answer } = await signIn('app', { id_token_hint: hint }, 'bob')
      expect(suggested(first)).toBe('alice')
      expect(answer.error).toBe('login_required')
    }
    expect((await signIn('app', { id_token_hint: hint, prompt: 'none' }, 'bob')).answer.error).toBe('login_required')
    expect((await (await signIn('app', { id_token_hint: hint }, 'alice')).take()).claims()?.sub).toBe('100101')
  })

  test('the library is told of it by its code', async () => {
    const { take } = await signIn('app', { id_token_hint: await idTokenOf('alice') }, 'bob')
    await expect(take()).rejects.toMatchObject({ error: 'login_required', error_description: told })
  })

  test('the claims parameter asks for a user by the value of sub', async () => {
    const claims = JSON.stringify({ id_token: { sub: { value: '100101' } } })
    const { first, answer } = await signIn('app', { claims }, 'bob')
    expect(suggested(first)).toBe('alice')
    expect(answer).toMatchObject({ error: 'login_required', error_description: told })
    expect((await (await signIn('app', { claims }, 'alice')).take()).claims()?.sub).toBe('100101')
  })

  test('it asks for one of several by the values of sub', async () => {
    const claims = JSON.stringify({ id_token: { sub: { values: ['nobody', '100101', 'carol'] } } })
    await signIn('app', {}, 'bob')
    const { first, answer } = await signIn('app', { claims }, 'bob')
    expect(suggested(first)).toBe('alice')
    expect(answer).toMatchObject({ error: 'login_required', error_description: told })
    expect((await signIn('app', { claims, prompt: 'none' }, 'bob')).answer.error).toBe('login_required')
    expect((await (await signIn('app', { claims }, 'alice')).take()).claims()?.sub).toBe('100101')
    const silent = await signIn('app', { claims, prompt: 'none' }, 'alice')
    expect((await silent.take()).claims()?.sub).toBe('100101')
  })

  test.each([
    ['of an empty list', { values: [] }],
    ['of values without the value', { value: '100101', values: ['bob'] }],
  ])('nobody is one %s', async (_, sub) => {
    const claims = JSON.stringify({ id_token: { sub } })
    for (const user of ['alice', 'bob']) {
      expect((await signIn('app', { claims }, user)).answer.error).toBe('login_required')
    }
  })

  test('who is hinted at must be among those who are asked for', async () => {
    const hint = await idTokenOf('alice')
    const ask = (...values: string[]) =>
      signIn('app', { claims: JSON.stringify({ id_token: { sub: { values } } }), id_token_hint: hint }, 'alice')
    expect((await ask('bob')).answer.error).toBe('login_required')
    expect((await (await ask('bob', '100101')).take()).claims()?.sub).toBe('100101')
  })

  test.each([
    ['in the browser', {}],
    ['pushed', { pushed: 'yes' }],
  ])('values of sub that are no list are told of: %s', async (_, parameters) => {
    const claims = JSON.stringify({ id_token: { sub: { values: '100101' } } })
    const asked = signIn('app', { ...parameters, claims }, 'alice').then(({ answer }) => Promise.reject(answer))
    await expect(asked).rejects.toMatchObject({
      error: 'invalid_request',
      error_description: 'the values of sub in the claims parameter are no list',
    })
  })

  test('a pairwise subject means the same person', async () => {
    const hint = await idTokenOf('alice', 'pair')
    const { first, answer } = await signIn('pair', { id_token_hint: hint }, 'bob')
    expect(suggested(first)).toBe('alice')
    expect(answer.error).toBe('login_required')
    const tokens = await (await signIn('pair', { id_token_hint: hint }, 'alice')).take()
    expect(tokens.claims()?.sub).toBe(decodeJwt(hint).sub)
    const claims = JSON.stringify({ id_token: { sub: { values: ['bob', decodeJwt(hint).sub] } } })
    agent = new UserAgent()
    const asked = await signIn('pair', { claims }, 'alice')
    expect(suggested(asked.first)).toBe('alice')
    expect((await asked.take()).claims()?.sub).toBe(decodeJwt(hint).sub)
  })

  test.each([true, false])('a device gets no tokens of another, who was signed in before: %s', async (wasSignedIn) => {
    const config = await discover(idp().url, 'app', 'a-secret')
    const hint = await idTokenOf('alice')
    if (wasSignedIn) await signIn('app', {}, 'bob')
    const [refused, granted] = await Promise.all(
      [1, 2].map(() => client.initiateDeviceAuthorization(config, { scope: 'openid', id_token_hint: hint })),
    )
    const poll = (device = refused) =>
      client.genericGrantRequest(config, deviceGrant, { device_code: String(device?.device_code) })

    const login = await confirm(String(refused?.verification_uri_complete))
    expect(suggested(login)).toBe('alice')
    const { html } = await passPages(agent, login, 'bob')
    expect(html).toContain('another user than the one who is signed in')
    await expect(poll()).rejects.toMatchObject({ error: 'login_required', error_description: told })

    await passPages(agent, await confirm(String(granted?.verification_uri_complete)), 'alice')
    expect((await poll(granted)).claims()?.sub).toBe('100101')
  })

  test.each([
    ['a login_hint, the username', async () => ({ login_hint: 'alice' })],
    ['a login_hint, the address', async () => ({ login_hint: 'ALICE@example.com' })],
    ['an id_token_hint', async () => ({ id_token_hint: await idTokenOf('alice') })],
    ['the value of sub', async () => ({ claims: JSON.stringify({ id_token: { sub: { value: '100101' } } }) })],
    [
      'values of sub, before a login_hint',
      async () => ({
        claims: JSON.stringify({ id_token: { sub: { values: ['nobody', '100101'] } } }),
        login_hint: 'bob',
      }),
    ],
  ])('a device that is approved by a call that names nobody is let in by %s', async (_, asked) => {
    const config = await discover(idp().url, 'app', 'a-secret')

    expect(await approvedSubject(config, await asked())).toBe('100101')
  })

  test('a pairwise subject means the same person there', async () => {
    const config = await discover(idp().url, 'pair-tv', undefined, client.PrivateKeyJwt(keys.privateKey))
    const { id_token: hint = '' } = await idp().tokens({ type: 'id_token', client: 'pair-tv', user: 'alice' })
    const { sub } = decodeJwt(hint)

    expect(sub).not.toBe('100101')
    expect(await approvedSubject(config, { id_token_hint: hint })).toBe(sub)
  })

  /** Who a device is told to be of that is approved by a call which names nobody. */
  async function approvedSubject(config: client.Configuration, asked: Record<string, string>) {
    const device = await client.initiateDeviceAuthorization(config, { scope: 'openid', ...asked })
    await idp().device.approve(device.user_code)
    const tokens = await client.genericGrantRequest(config, deviceGrant, { device_code: device.device_code })
    return tokens.claims()?.sub
  }

  test.each([
    ['nobody', async () => ({})],
    ['nobody who is here', async () => ({ login_hint: 'zoe' })],
    [
      'nobody who is here by sub, whatever the login_hint',
      async () => ({ claims: subject('zoe'), login_hint: 'alice' }),
    ],
    ['two by hint and sub', async () => ({ claims: subject('zoe'), id_token_hint: await idTokenOf('alice') })],
  ])('a device that asks for %s is approved by who is named alone', async (_, asked) => {
    const config = await discover(idp().url, 'app', 'a-secret')
    const device = await client.initiateDeviceAuthorization(config, { scope: 'openid', ...(await asked()) })
    const url = `${server.url}/_understudy/api/issuers/${name}/device/${device.user_code}`
    const approve = (body: object) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ action: 'approve', ...body }),
      })

    const refused = await approve({})
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ code: 'ERR_REQUEST_INVALID', errors: [{ path: 'user' }] })
    expect((await approve({ user: 'bob' })).ok).toBe(true)
    expect(await idp().device.pending()).toEqual([])
  })

  test('a device is approved by who is named, whoever it asks for', async () => {
    const config = await discover(idp().url, 'app', 'a-secret')
    const device = await client.initiateDeviceAuthorization(config, { scope: 'openid', claims: subject('zoe') })

    await idp().device.approve(device.user_code, 'alice')

    const tokens = await client.genericGrantRequest(config, deviceGrant, { device_code: device.device_code })
    expect(tokens.claims()?.sub).toBe('100101')
  })

  function subject(value: string): string {
    return JSON.stringify({ id_token: { sub: { value } } })
  }

  async function confirm(link: string): Promise<Page> {
    const typed = await agent.submit(await agent.open(link), /name="user_code"/)
    return agent.submit(typed, /name="confirm"/, { confirm: 'yes' })
  }
})
