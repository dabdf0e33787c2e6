import * as client from 'openid-client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Control } from '../../src/control/control.ts'
import { connectControl } from '../../src/control/http-client.ts'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, type LoggedIn, login } from './flows.ts'
import { startAtFreePort } from './free-port.ts'
import { answerLogouts, type LogoutReceiver, receiveLogouts } from './logout-receiver.ts'

const common = { redirect_uris: ['http://localhost/callback'], consent: 'skip' as const }
const confidential = { ...common, client_secret: 'secret' }

let idp: Understudy
let control: Control
let shop: LogoutReceiver
let blog: LogoutReceiver
let hanging: LogoutReceiver
let broken: LogoutReceiver

beforeEach(async () => {
  const trusting = (clientId: string) => receiveLogouts(() => ({ issuer: idp.url, clientId }))
  shop = await trusting('shop')
  blog = await trusting('blog')
  hanging = await answerLogouts('nothing')
  broken = await answerLogouts({ status: 500, body: 'x'.repeat(10_000) })
  const gone = await answerLogouts({ status: 200 })
  await gone.close()
  idp = await startUnderstudy({
    fixtures: {
      users: [
        { username: 'alice', sub: '100101' },
        { username: 'bob', sub: '100102' },
      ],
      clients: [
        {
          ...confidential,
          client_id: 'shop',
          backchannel_logout_uri: shop.uri,
          backchannel_logout_session_required: true,
        },
        { ...confidential, client_id: 'blog', backchannel_logout_uri: blog.uri },
        { ...confidential, client_id: 'hanging', backchannel_logout_uri: hanging.uri },
        { ...confidential, client_id: 'broken', backchannel_logout_uri: broken.uri },
        { ...confidential, client_id: 'gone', backchannel_logout_uri: gone.uri },
        { ...confidential, client_id: 'plain' },
      ],
    },
  })
  control = connectControl({ server: idp.url })
})

afterEach(async () => {
  await idp?.close()
  await Promise.all([shop, blog, hanging, broken].map((each) => each?.close()))
})

/** Signs in to several clients in one browser. */
async function signIn(clients: readonly string[], user = 'alice', agent = new UserAgent(), parameters = {}) {
  const logins: Record<string, LoggedIn> = {}
  for (const id of clients) {
    const config = await discover(idp.url, id, 'secret')
    logins[id] = await login(config, {
      agent,
      user,
      scope: 'openid',
      redirectUri: 'http://localhost/callback',
      parameters,
    })
  }
  return { agent, logins }
}

/** Logs out in a browser, as the first of the clients sends it to. */
async function logOut({ agent, logins }: Awaited<ReturnType<typeof signIn>>, cookies: Record<string, string> = {}) {
  for (const [name, value] of Object.entries(cookies)) agent.give(name, value, new URL(idp.url))
  const [id = '', { tokens } = { tokens: undefined }] = Object.entries(logins)[0] ?? []
  const config = await discover(idp.url, id, 'secret')
  const page = await agent.open(client.buildEndSessionUrl(config, { id_token_hint: tokens?.id_token ?? '' }))
  return agent.submit(page, /name="logout"/, { logout: 'yes' })
}

test('discovery tells of back-channel logout, and of the session in it', async () => {
  const config = await discover(idp.url, 'shop', 'secret')

  expect(config.serverMetadata()).toMatchObject({
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  })
})

test('a logout in a browser tells every client that was signed in to, and no other', async () => {
  const alice = await signIn(['shop', 'blog'])
  await signIn(['shop'], 'bob')

  await logOut(alice)

  const sid = alice.logins.shop?.tokens.claims()?.sid
  expect(sid).toBeTypeOf('string')
  expect(shop.taken).toMatchObject([{ iss: idp.url, aud: 'shop', sub: '100101', sid }])
  expect(blog.taken).toMatchObject([{ iss: idp.url, aud: 'blog', sub: '100101' }])
  expect(blog.taken[0]).not.toHaveProperty('sid')
  expect(hanging.received).toEqual([])
})

test('the journal tells of each call', async () => {
  await logOut(await signIn(['shop', 'broken', 'gone']))

  const calls = await control.requests('default', { endpoint: 'backchannel_logout' })

  const told = { kind: 'call', method: 'POST', user: 'alice' }
  expect(Object.fromEntries(calls.map((call) => [call.client, call]))).toMatchObject({
    shop: { ...told, url: shop.uri, answer: { status: 200 } },
    broken: { ...told, answer: { status: 500 } },
    gone: { ...told, failure: 'ECONNREFUSED' },
  })
})

test('the journal has each call in the flow that signed in, with its tag, and with that of the logout itself', async () => {
  const login = await signIn(['shop', 'broken'], 'alice', new UserAgent(), { understudy_tag: 'red' })
  await control.backchannelLogout('default', { user: 'alice', client: 'broken' })
  await logOut(login)
  const other = await signIn(['blog'], 'bob', new UserAgent(), { understudy_tag: 'blue' })
  await logOut(other, { understudy_tag: 'green' })

  const red = await control.requests('default', { endpoint: 'backchannel_logout', tag: 'red' })
  const green = await control.requests('default', { endpoint: 'backchannel_logout', tag: 'green' })

  const flows = new Map((await control.requests('default', { endpoint: 'token' })).map((one) => [one.client, one.flow]))
  expect(red.map((call) => call.client).toSorted()).toEqual(['broken', 'broken', 'shop'])
  expect(red.every((call) => call.flow !== undefined && call.flow === flows.get(call.client))).toBe(true)
  expect(green).toMatchObject([{ client: 'blog', flow: flows.get('blog') }])
  expect(await control.requests('default', { endpoint: 'backchannel_logout', tag: 'blue' })).toEqual([])
})

test('a fault for a tag meets the calls of a logout with that tag, and no others', async () => {
  await idp.tagged('red').arm({ fault: 'logout-never-sent', times: 'always' })
  const red = await signIn(['shop'], 'alice', new UserAgent(), { understudy_tag: 'red' })
  const other = await signIn(['blog'], 'bob')

  await logOut(red)
  await logOut(other)

  expect([shop.received.length, blog.received.length]).toEqual([0, 1])
})

test('a session that is gone is not told of again', async () => {
  const alice = await signIn(['shop'])
  await logOut(alice)

  await signIn(['blog'], 'alice', alice.agent)

  expect((await control.backchannelLogout('default', { user: 'alice' })).deliveries).toMatchObject([
    { client_id: 'blog', status: 200 },
  ])
  expect(shop.received).toHaveLength(1)
})

test('clients that refuse, hang or are gone stop neither the others nor the logout', async () => {
  const alice = await signIn(['broken', 'hanging', 'gone', 'shop'])
  const startMs = performance.now()

  const page = await logOut(alice)

  expect(performance.now() - startMs).toBeLessThan(10_000)
  expect(page.status).toBe(200)
  expect(page.html).toContain('signed out')
  expect(shop.taken).toHaveLength(1)
  expect([broken.received.length, hanging.received.length]).toEqual([1, 1])
})

test('ID tokens name the session where their client can be told of its end', async () => {
  const { logins } = await signIn(['shop', 'blog', 'plain'])

  const named = Object.entries(logins).map(([id, { tokens }]) => [id, typeof tokens.claims()?.sid])
  expect(named).toEqual([
    ['shop', 'string'],
    ['blog', 'string'],
    ['plain', 'undefined'],
  ])
})

describe('without a browser', () => {
  test("a user's clients are told, and each answer is heard", async () => {
    await signIn(['shop', 'blog', 'plain', 'broken', 'gone'])

    const { deliveries } = await control.backchannelLogout('default', { user: 'alice' })

    const heard = Object.fromEntries(
      deliveries.map(({ client_id: id, status, body, error }) => [id, { status, body, error }]),
    )
    expect(heard).toEqual({
      shop: { status: 200, body: '' },
      blog: { status: 200, body: '' },
      broken: { status: 500, body: 'x'.repeat(4096) },
      gone: { error: 'ECONNREFUSED' },
    })
    expect(deliveries[0]).toMatchObject({
      uri: shop.uri,
      logout_token: shop.received[0],
      decoded: { header: { typ: 'logout+jwt' }, claims: { sub: '100101', aud: 'shop' } },
    })
  })

  test('a client that hangs is given up', async () => {
    await signIn(['hanging'])

    const { deliveries } = await control.backchannelLogout('default', { user: 'alice' })

    expect(deliveries).toMatchObject([{ client_id: 'hanging', error: 'no answer in 2.5 s' }])
  })

  test('each session is told of where a client tells them apart', async () => {
    const first = await signIn(['shop', 'blog'])
    const second = await signIn(['shop', 'blog'])

    await control.backchannelLogout('default', { user: 'alice' })

    const sids = [first, second].map(({ logins }) => logins.shop?.tokens.claims()?.sid)
    expect(new Set(shop.taken.map(({ sid }) => sid))).toEqual(new Set(sids))
    expect(blog.taken).toHaveLength(1)
  })

  test('one session is told of by what any of its ID tokens calls it', async () => {
    const first = await signIn(['shop', 'blog'])
    await signIn(['shop', 'blog'])
    const [atShop, atBlog] = ['shop', 'blog'].map((id) => String(first.logins[id]?.tokens.claims()?.sid))

    await control.backchannelLogout('default', { sid: atBlog })

    expect(shop.taken).toMatchObject([{ sid: atShop }])
    expect(blog.taken).toMatchObject([{ sid: atBlog }])
  })

  test('a named client is told alone', async () => {
    await signIn(['shop', 'blog'])

    await control.backchannelLogout('default', { user: 'alice', client: 'blog' })

    expect([shop.received.length, blog.taken.length]).toEqual([0, 1])
  })

  test('a client that nobody is signed in to is told out of the blue, where it is named', async () => {
    const unnamed = await control.backchannelLogout('default', { user: 'alice' })
    const named = await control.backchannelLogout('default', { user: 'alice', client: 'shop' })

    expect(unnamed.deliveries).toEqual([])
    expect(named.deliveries).toMatchObject([{ client_id: 'shop', status: 200 }])
    expect(shop.taken).toMatchObject([{ iss: idp.url, sub: '100101', sid: expect.any(String) }])
  })

  test('sessions live on, unless they are to end as well', async () => {
    const alice = await signIn(['shop'])
    const stillIn = () => signInSilently(alice.agent)

    await control.backchannelLogout('default', { user: 'alice' })
    await expect(stillIn()).resolves.toBeDefined()
    await control.backchannelLogout('default', { user: 'alice', end_session: true })

    await expect(stillIn()).rejects.toMatchObject({ error: 'login_required' })
    expect(shop.taken).toHaveLength(2)
  })

  async function signInSilently(agent: UserAgent) {
    const config = await discover(idp.url, 'shop', 'secret')
    const redirectUri = 'http://localhost/callback'
    return login(config, { agent, scope: 'openid', redirectUri, parameters: { prompt: 'none' } })
  }

  test.each([
    ['no-event', 'missing required "events" claim'],
    ['wrong-event', 'it is no logout event'],
    ['with-nonce', 'it has a nonce'],
    ['no-sub-no-sid', 'it says of nobody'],
    ['invalid-aud', 'unexpected "aud" claim value'],
    ['invalid-iss', 'unexpected "iss" claim value'],
    ['wrong-typ', 'unexpected "typ" JWT header value'],
    ['invalid-sig', 'signature verification failed'],
    ['exp-in-past', '"exp" claim timestamp check failed'],
  ])('a token of the fault %s is refused by a client that checks it', async (fault, why) => {
    await signIn(['shop'])

    const { deliveries } = await control.backchannelLogout('default', { user: 'alice', faults: [fault] })
    const good = await control.backchannelLogout('default', { user: 'alice' })

    expect(deliveries).toMatchObject([{ status: 400, body: expect.stringContaining(JSON.stringify(why).slice(1, -1)) }])
    expect(good.deliveries).toMatchObject([{ status: 200 }])
  })

  test('a token that is replayed is refused by a client that remembers', async () => {
    await signIn(['shop'])
    const send = (faults: string[]) => control.backchannelLogout('default', { user: 'alice', faults })

    const [first, replayed] = [await send([]), await send(['replayed-jti'])]

    expect(first.deliveries).toMatchObject([{ status: 200 }])
    expect(replayed.deliveries).toMatchObject([{ status: 400, body: expect.stringContaining('it was replayed') }])
    expect(replayed.deliveries[0]?.decoded?.claims.jti).toBe(first.deliveries[0]?.decoded?.claims.jti)
  })

  test('an armed fault changes the tokens of a logout in a browser', async () => {
    const alice = await signIn(['shop', 'blog'])
    await control.arm('default', { fault: 'with-nonce', when: { client: 'blog' } })

    await logOut(alice)

    expect([shop.taken.length, blog.received.length, blog.taken.length]).toEqual([1, 1, 0])
  })

  test('a client is told by the name by which it was signed in to', async () => {
    const asked = idp.url.replace('localhost', '127.0.0.1')
    const config = await discover(asked, 'blog', 'secret')
    const { tokens } = await login(config, { scope: 'openid', redirectUri: 'http://localhost/callback' })

    const { deliveries } = await control.backchannelLogout('default', { user: 'alice' })

    expect(tokens.claims()?.iss).toBe(asked)
    expect(deliveries[0]?.decoded?.claims.iss).toBe(asked)
  })
})

test('of two names each client hears the one that it knows, whoever logs out', async () => {
  let issuer = ''
  const backend = await receiveLogouts(() => ({ issuer, clientId: 'backend' }))
  const spa = await receiveLogouts(() => ({ issuer: issuer.replace('127.0.0.1', 'localhost'), clientId: 'spa' }))
  const two = await startAtFreePort((port) => ({
    issuerUrl: `http://127.0.0.1:${port}`,
    browserUrl: `http://localhost:${port}`,
    fixtures: {
      users: ['alice'],
      clients: [
        { ...confidential, client_id: 'backend', backchannel_logout_uri: backend.uri },
        { ...common, client_id: 'spa', backchannel_logout_uri: spa.uri },
      ],
    },
  }))
  issuer = two.url
  const agent = new UserAgent()
  const redirectUri = 'http://localhost/callback'
  const config = await discover(issuer, 'backend', 'secret')
  const { tokens } = await login(config, { agent, scope: 'openid', redirectUri })
  const outside = await discover(issuer.replace('127.0.0.1', 'localhost'), 'spa')
  await login(outside, { agent, scope: 'openid', redirectUri })

  await connectControl({ server: issuer }).backchannelLogout('default', { user: 'alice' })
  const page = await agent.open(client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token ?? '' }))
  await agent.submit(page, /name="logout"/, { logout: 'yes' })

  expect(backend.taken).toHaveLength(2)
  expect(spa.taken).toHaveLength(2)
  await two.close()
  await Promise.all([backend.close(), spa.close()])
})
