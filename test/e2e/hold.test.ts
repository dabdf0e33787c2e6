import * as client from 'openid-client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Control } from '../../src/control/control.ts'
import { connectControl } from '../../src/control/http-client.ts'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { discover, login } from './flows.ts'

const callback = 'http://localhost:3000/callback'

const users = [{ username: 'alice', sub: '100101' }]

const clients = [
  {
    client_id: 'web',
    client_secret: 'secret',
    redirect_uris: [callback],
    grant_types: ['authorization_code' as const, 'refresh_token' as const],
    auto_login: 'alice',
    consent: 'skip' as const,
  },
  { client_id: 'service', client_secret: 'secret', grant_types: ['client_credentials' as const] },
]

let idp: Understudy
let control: Control

beforeEach(async () => {
  idp = await startUnderstudy({
    fixtures: {
      users,
      clients,
      issuers: {
        lenient: { users, clients, refresh_token: { grace: '30s' } },
        rejecting: { users, clients, refresh_token: { on_reuse: 'reject' } },
        reusing: { users, clients, refresh_token: { rotation: 'reuse' } },
      },
    },
  })
  control = connectControl({ server: idp.origin })
})

afterEach(() => idp?.close())

const invalidGrant = { error: 'invalid_grant' }

/** Arms a hold at the token endpoint; what comes back lets a race be played. */
async function hold(issuer: string, params: Record<string, unknown> = {}, times?: number | 'always') {
  const { id } = await control.arm(issuer, { fault: 'hold', with: params, when: { endpoint: 'token' }, times })
  const view = () => control.fault(issuer, id)
  return {
    id,
    view,
    /** Waits until so many requests are held. */
    waiting: (count: number) => expect.poll(async () => (await view()).waiting, { timeout: 5000 }).toBe(count),
    release: (request?: number) => control.release(issuer, id, { request }),
  }
}

/** Has two tabs of a browser refresh with the same token, and holds both, first the one and then the other. */
async function race(issuer: string) {
  const config = await discover(idp.issuer(issuer).url, 'web', 'secret')
  const { tokens } = await login(config, { scope: 'openid' })
  const gate = await hold(issuer, {}, 2)
  const refresh = (token = tokens.refresh_token) => client.refreshTokenGrant(config, token as string)
  const first = settled(refresh())
  await gate.waiting(1)
  const second = settled(refresh())
  await gate.waiting(2)
  return { config, gate, refresh, tabs: [first, second] as const }
}

type Outcome = { tokens: client.TokenEndpointResponse; error?: undefined } | { tokens?: undefined; error: string }

/** What comes of a refresh, as the client tells it; never rejects, since nobody may be there yet to hear. */
function settled(refreshing: Promise<client.TokenEndpointResponse>): Promise<Outcome> {
  return refreshing.then(
    (tokens) => ({ tokens }),
    (error: { error: string }) => ({ error: error.error }),
  )
}

describe('two tabs refresh with one token', () => {
  for (const [winner, loser] of [
    [0, 1],
    [1, 0],
  ] as const) {
    test(`with reuse detection the later one ends the family, the winner's tokens too; tab ${winner + 1} wins`, async () => {
      const { gate, tabs, refresh } = await race('default')

      await gate.release(winner + 1)
      const won = await tabs[winner]
      await gate.release(loser + 1)
      const lost = await tabs[loser]

      expect(won.tokens?.refresh_token).toBeTypeOf('string')
      expect(lost).toEqual(invalidGrant)
      await expect(refresh(won.tokens?.refresh_token)).rejects.toMatchObject(invalidGrant)
    })

    test(`with on_reuse: reject only the later one fails; tab ${winner + 1} wins`, async () => {
      const { gate, tabs, refresh } = await race('rejecting')

      await gate.release(winner + 1)
      const won = await tabs[winner]
      await gate.release(loser + 1)

      expect(await tabs[loser]).toEqual(invalidGrant)
      await expect(refresh(won.tokens?.refresh_token)).resolves.toBeDefined()
    })

    test(`within the grace both get tokens of their own; tab ${winner + 1} is first`, async () => {
      const { gate, tabs, refresh } = await race('lenient')

      await gate.release(winner + 1)
      const won = await tabs[winner]
      await gate.release(loser + 1)
      const late = await tabs[loser]

      expect(late.tokens?.refresh_token).toBeTypeOf('string')
      expect(late.tokens?.refresh_token).not.toBe(won.tokens?.refresh_token)
      await expect(refresh(late.tokens?.refresh_token)).resolves.toBeDefined()
    })

    test(`without rotation there is no race; tab ${winner + 1} is first`, async () => {
      const { gate, tabs, refresh } = await race('reusing')

      await gate.release(winner + 1)
      const first = await tabs[winner]
      await gate.release(loser + 1)
      const late = await tabs[loser]

      for (const { tokens } of [first, late]) expect(tokens?.access_token).toBeTypeOf('string')
      await expect(refresh()).resolves.toBeDefined()
    })
  }

  test('held at its answer, the one that was first hears of it too late', async () => {
    const config = await discover(idp.url, 'web', 'secret')
    const { tokens } = await login(config, { scope: 'openid' })
    const refresh = (token = tokens.refresh_token) => client.refreshTokenGrant(config, token as string)
    const gate = await hold('default', { at: 'answer' }, 1)
    const first = settled(refresh())
    await gate.waiting(1)

    await expect(refresh()).rejects.toMatchObject(invalidGrant)
    await gate.release()

    const { tokens: late } = await first
    expect(late?.refresh_token).toBeTypeOf('string')
    await expect(refresh(late?.refresh_token)).rejects.toMatchObject(invalidGrant)
  })

  test('until: 2 lets both go when both are there', async () => {
    const config = await discover(idp.url, 'web', 'secret')
    const { tokens } = await login(config, { scope: 'openid' })
    const gate = await hold('default', { until: 2 })
    const refresh = () => settled(client.refreshTokenGrant(config, tokens.refresh_token as string))

    const first = refresh()
    await gate.waiting(1)
    const outcomes = await Promise.all([first, refresh()])

    expect(outcomes.filter(({ tokens: given }) => given !== undefined)).toHaveLength(1)
    expect(outcomes).toContainEqual(invalidGrant)
    expect(await gate.view()).toMatchObject({ times: 2, fires: 2, spent: true, waiting: 0 })
  })
})

test('a code that is used twice at once is good for one, whose tokens end with it', async () => {
  const config = await discover(idp.url, 'web', 'secret')
  const code = await freshCode(config)
  await hold('default', { until: 2 })
  const exchange = () =>
    settled(client.genericGrantRequest(config, 'authorization_code', { code, redirect_uri: callback }))

  const outcomes = await Promise.all([exchange(), exchange()])

  expect(outcomes).toContainEqual(invalidGrant)
  const [given] = outcomes.flatMap(({ tokens }) => tokens ?? [])
  await expect(client.fetchUserInfo(config, given?.access_token ?? '', '100101')).rejects.toMatchObject({ status: 401 })
})

/** Asks for a token as a service does. */
function serviceToken(init: RequestInit = {}): Promise<Response> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'service', client_secret: 'secret' })
  return fetch(`${idp.url}/token`, { method: 'POST', body, ...init })
}

test.each([
  ['request', 'is still good', true],
  ['answer', 'is spent', false],
])('where a client gives up that is held at its %s, its code %s', async (at, _state, isGood) => {
  const config = await discover(idp.url, 'web', 'secret')
  const code = await freshCode(config)
  const gate = await hold('default', { at }, 1)
  const patience = new AbortController()
  const exchange = (init: RequestInit = {}) =>
    fetch(`${idp.url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('web:secret')}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: callback,
      }),
      ...init,
    })
  const given = exchange({ signal: patience.signal }).catch((error: Error) => error.name)
  await gate.waiting(1)

  patience.abort()

  expect(await given).toBe('AbortError')
  await gate.waiting(0)
  expect((await exchange()).ok).toBe(isGood)
})

/** An authorization code that nobody has used yet. */
async function freshCode(config: client.Configuration): Promise<string> {
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: 'openid',
  })
  let location = url.href
  while (!location.startsWith('http://localhost:3000/')) {
    const response = await fetch(location, { redirect: 'manual' })
    location = new URL(response.headers.get('location') ?? '', location).href
  }
  return new URL(location).searchParams.get('code') as string
}

test('what is not held cannot be released, and says what can', async () => {
  const gate = await hold('default', {}, 'always')

  await expect(gate.release()).rejects.toMatchObject({ code: 'ERR_NOT_HELD', status: 409 })
  const held = serviceToken()
  await gate.waiting(1)
  await expect(gate.release(2)).rejects.toMatchObject({
    code: 'ERR_NOT_HELD',
    message: expect.stringContaining('It holds 1.'),
  })
  await expect(control.release('default', 'nothing')).rejects.toMatchObject({ code: 'ERR_ARMED_UNKNOWN', status: 404 })
  expect(await gate.release(1)).toEqual({ released: 1, waiting: 0 })

  expect((await held).status).toBe(200)
})

test('what nobody releases goes on after its time', async () => {
  await hold('default', { timeout_ms: 50 }, 1)

  expect((await serviceToken()).status).toBe(200)
  expect(await journal()).toMatchObject([{ faults: [{ fault: 'hold', waited: 'elapsed' }] }])
})

test('the journal tells what was held, for how long, and what ended it', async () => {
  const gate = await hold('default')
  const held = serviceToken()
  await gate.waiting(1)
  await gate.release()
  await held
  const patience = new AbortController()
  const next = await hold('default')
  const given = serviceToken({ signal: patience.signal }).catch((error: Error) => error.name)
  await next.waiting(1)
  patience.abort()
  await given

  await expect.poll(async () => (await journal()).length).toBe(2)
  const [released, gone] = await journal()

  expect(released).toMatchObject({
    faults: [{ id: gate.id, fault: 'hold', waited: 'released' }],
    answer: { status: 200 },
  })
  expect(gone).toMatchObject({ client: 'service', broken: true, faults: [{ id: next.id, waited: 'gone' }] })
  expect(gone).not.toHaveProperty('answer')
})

function journal() {
  return control.requests('default', { endpoint: 'token' })
}

const lettingGo: Record<string, (gate: Awaited<ReturnType<typeof hold>>) => Promise<void>> = {
  'disarming it': (gate) => control.disarm('default', gate.id),
  'disarming all': () => control.disarm('default'),
  'a reset': () => control.reset('default'),
  'the end of the server': () => idp.close(),
}

test.each(Object.entries(lettingGo))('%s lets go of what is held', async (_how, letGo) => {
  const gate = await hold('default', {}, 'always')
  const held = serviceToken()
  await gate.waiting(1)
  const startMs = performance.now()

  await letGo(gate)

  expect((await held).status).toBe(200)
  expect(performance.now() - startMs).toBeLessThan(5000)
})

test('the end of an issuer lets go of what it holds', async () => {
  const { name, issuer } = await control.createIssuer({ users, clients })
  const gate = await hold(name, {}, 'always')
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'service', client_secret: 'secret' })
  const held = fetch(`${issuer}/token`, { method: 'POST', body })
  await gate.waiting(1)

  await control.endIssuer(name)

  expect((await held).status).toBeLessThan(500)
})

test('a scenario that is switched off lets go of what it holds', async () => {
  const other = await startUnderstudy({
    fixtures: { users, clients, scenarios: { stuck: { faults: [{ fault: 'hold', when: { endpoint: 'token' } }] } } },
  })
  await other.scenario('stuck', true)
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'service', client_secret: 'secret' })
  const held = fetch(`${other.url}/token`, { method: 'POST', body })
  await expect.poll(async () => (await other.armed())[0]?.waiting).toBe(1)

  await other.scenario('stuck', false)

  expect((await held).status).toBe(200)
  await other.close()
})

describe('latency', () => {
  test('lets the answer take its time, and nobody else wait', async () => {
    await control.arm('default', { fault: 'latency', with: { ms: 300 }, when: { client: 'service' } })
    const startMs = performance.now()

    const slow = serviceToken()
    const quick = await fetch(`${idp.url}/jwks`)
    const quickMs = performance.now() - startMs
    const answer = await slow

    expect([quick.status, answer.status]).toEqual([200, 200])
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(299)
    expect(quickMs).toBeLessThan(300)
  })

  test('is asked for by the request itself', async () => {
    const startMs = performance.now()

    const answer = await serviceToken({ headers: { 'understudy-fault': 'latency;ms=100' } })

    expect(answer.status).toBe(200)
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(99)
  })

  test('delays the answer of a fault that answers, too', async () => {
    await control.arm('default', { fault: 'latency', with: { ms: 100 }, when: { endpoint: 'token' } })
    await control.arm('default', { fault: 'temporarily_unavailable', when: { endpoint: 'token' } })
    const startMs = performance.now()

    expect((await serviceToken()).status).toBe(503)
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(99)
  })

  test.each([
    ['discovery', '/.well-known/openid-configuration'],
    ['jwks', '/jwks'],
    ['end_session', '/session/end'],
    ['userinfo', '/me'],
  ])('makes sense at %s', async (endpoint, path) => {
    await control.arm('default', { fault: 'latency', with: { ms: 100, jitter_ms: 20 }, when: { endpoint } })
    const startMs = performance.now()

    await fetch(idp.url + path, { redirect: 'manual' })

    expect(performance.now() - startMs).toBeGreaterThanOrEqual(99)
  })

  test('an authorization is slow where its request is good', async () => {
    await control.arm('default', { fault: 'latency', with: { ms: 100 }, when: { endpoint: 'authorization' } })
    const config = await discover(idp.url, 'web', 'secret')
    const startMs = performance.now()

    await login(config, { scope: 'openid' })

    expect(performance.now() - startMs).toBeGreaterThanOrEqual(99)
    expect(await control.faults('default')).toMatchObject([{ fires: 1 }])
  })

  test('does not keep a server from ending', async () => {
    await control.arm('default', { fault: 'latency', with: { ms: 600_000 }, times: 'always' })
    const slow = serviceToken()
    await expect.poll(async () => (await control.faults('default'))[0]?.fires).toBe(1)

    await idp.close()

    expect((await slow).status).toBe(200)
  })
})
