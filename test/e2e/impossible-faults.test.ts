import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ArmedFaultInput } from '../../src/faults/spec.ts'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { atOnce, PlainClient } from './plain-client.ts'

let idp: Understudy

const service = { grant_type: 'client_credentials' }

beforeAll(async () => {
  const grants = ['authorization_code', 'client_credentials', 'device_code'] as const
  const usual = { ...atOnce, grant_types: [...grants] }
  const members = {
    users: ['alice'],
    clients: [
      { client_id: 'app', ...usual },
      { client_id: 'opaque', ...usual, access_token: { format: 'opaque' as const } },
      { client_id: 'paged', ...usual, consent: 'ask' as const, auto_login: undefined },
      { client_id: 'signed', ...usual, userinfo_signed_response_alg: 'RS256' as const },
    ],
  }
  idp = await startUnderstudy({
    fixtures: {
      ...members,
      issuers: {
        opaque: { users: ['alice'], clients: [{ client_id: 'app', ...usual }], access_token: { format: 'opaque' } },
      },
    },
  })
})

afterAll(() => idp.close())

describe('a request that arms what cannot fire in its flow is answered with 400, and why', () => {
  test.each([
    ['app', 'invalid-athash', 'client_credentials bring no ID token.'],
    ['app', 'invalid-iss;token=id_token', 'client_credentials bring no ID token.'],
    ['app', 'userinfo-invalid-sub', 'it cannot fire at token, nor later in this flow.'],
    ['app', 'invalid_grant;endpoint=userinfo', 'it cannot fire at userinfo in this flow.'],
    [
      'opaque',
      'invalid-aud;token=access_token',
      'access tokens are opaque for opaque. Give it access_token: {format: jwt}.',
    ],
    ['opaque', 'invalid-iss', 'access tokens are opaque for opaque.'],
  ])('%s, for client credentials: %s', async (clientId, fault, why) => {
    const { status, text } = await new PlainClient(idp.url, clientId).token(service, { 'understudy-fault': fault })

    expect(status).toBe(400)
    expect(text).toContain(why)
  })

  test.each([
    ['app', 'invalid-iss;token=userinfo', 'userinfo is not signed for app. Give it userinfo_signed_response_alg'],
    ['app', 'invalid-iss;token=authorization_response', 'unless it asks for response_mode=jwt'],
    ['opaque', 'invalid-aud;token=access_token', 'access tokens are opaque for opaque.'],
    ['app', 'no-event', 'nobody is told of a logout by a token at this issuer.'],
  ])('%s, for an authorization: %s', async (clientId, fault, why) => {
    const { status, html } = await new PlainClient(idp.url, clientId).authorize({ understudy_fault: fault })

    expect(status).toBe(400)
    expect(html).toContain(why)
  })

  test('for a page that is no endpoint', async () => {
    const answer = await fetch(`${idp.url}/device?understudy_fault=slow_down`)

    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('/device is no endpoint of the protocol')
  })

  test.each([
    ['GET', '/device'],
    ['GET', '/device/'],
    ['GET', '/Device'],
    ['POST', '/device'],
    ['GET', '/device/screen?user_code=ABCD-EFGH'],
    ['GET', '/backchannel/requests'],
  ])('by a header, for %s %s, where people decide on what has begun elsewhere', async (method, path) => {
    const answer = await fetch(idp.url + path, {
      method,
      headers: { 'understudy-fault': 'slow_down', cookie: 'us_session_default=x' },
    })

    expect(answer.status).toBe(400)
    expect(await answer.text()).toMatch(/is no endpoint of the protocol. Put understudy_fault on the request by which/)
  })

  test('but not for the pages of a flow that has begun with the header, which a browser sends everywhere', async () => {
    const agent = new UserAgent((url, init) => {
      const headers = new Headers(init?.headers)
      headers.set('understudy-fault', 'invalid_grant;endpoint=token')
      return fetch(url, { ...init, headers })
    })
    const params = {
      client_id: 'paged',
      response_type: 'code',
      redirect_uri: atOnce.redirect_uris[0] ?? '',
      scope: 'openid',
    }
    const login = await agent.open(`${idp.url}/auth?${new URLSearchParams(params)}`)

    expect(login.status).toBe(200)
    expect(login.url.pathname).toMatch(/^\/interaction\//)
  })
})

test('a service that asks for a fault of tokens gets it in the one token there is', async () => {
  const { json } = await new PlainClient(idp.url).token(service, { 'understudy-fault': 'invalid-iss' })

  expect(decodeJwt(json.access_token ?? '').iss).toBe('https://other-issuer.example')
})

test('a signed response and signed userinfo are changed as asked', async () => {
  const client = new PlainClient(idp.url, 'signed')

  const { fields } = await client.authorize({
    response_mode: 'query.jwt',
    understudy_fault: 'invalid-iss;token=authorization_response, invalid-iss;token=userinfo',
  })
  const { json } = await client.redeem(String(decodeJwt(fields.response ?? '').code))
  const { text } = await client.userinfo(json.access_token ?? '')

  expect(decodeJwt(fields.response ?? '').iss).toBe('https://other-issuer.example')
  expect(decodeJwt(text).iss).toBe('https://other-issuer.example')
})

describe('arming what cannot fire is refused, with a way out', () => {
  const issuer = 'https://issuer.example'

  test.each<[string, ArmedFaultInput, string]>([
    ['opaque', { fault: 'invalid-aud', when: { token: 'access_token' } }, 'access tokens are opaque at this issuer.'],
    ['default', { fault: 'invalid-aud', when: { token: 'access_token', client: 'opaque' } }, 'opaque for opaque.'],
    ['default', { fault: 'invalid-aud', when: { token: 'userinfo', client: ['app', 'opaque'] } }, 'for app, opaque.'],
    ['default', { fault: 'jwks-empty', when: { client: 'app' } }, 'when.client: no request at jwks says whose it is.'],
    [
      'default',
      { fault: 'latency', when: { endpoint: ['jwks', 'discovery'], user: 'alice' } },
      'when.user: no request',
    ],
    [
      'default',
      { fault: 'discovery-issuer-mismatch', with: { issuer }, when: { scope: 'openid' } },
      'when.scope: no request at discovery says whose it is.',
    ],
  ])('at the issuer %s: %j', async (name, spec, why) => {
    await expect(idp.issuer(name).arm(spec)).rejects.toMatchObject({
      code: 'ERR_FAULT_INVALID',
      message: expect.stringContaining(why),
    })
  })

  test.each<ArmedFaultInput>([
    { fault: 'invalid-aud', when: { token: 'access_token' } },
    { fault: 'invalid-aud', when: { token: 'userinfo' } },
    { fault: 'invalid-aud', when: { token: 'userinfo', client: '/^sig/' } },
    { fault: 'invalid-aud', when: { token: 'userinfo', client: 'registered-later' } },
    { fault: 'latency', when: { client: 'app' } },
    { fault: 'jwks-empty', when: { tag: 'mine' } },
  ])('what can is armed: %j', async (spec) => {
    await expect(idp.arm(spec)).resolves.toHaveProperty('id')
  })
})

describe('what no client gets signed', () => {
  const users = ['alice']
  const clients = [
    { client_id: 'app', ...atOnce },
    { client_id: 'service', client_secret: 's', grant_types: ['client_credentials'] },
  ]
  const vain: [ArmedFaultInput, string][] = [
    [
      { fault: 'missing-sub', when: { token: 'userinfo' } },
      'userinfo is not signed at this issuer. Give a client userinfo_signed_response_alg: RS256',
    ],
    [
      { fault: 'no-event' },
      'nobody is told of a logout by a token at this issuer. Give a client a backchannel_logout_uri',
    ],
    [
      { fault: 'nonce-invalid', when: { client: 'service' } },
      'no ID token is made for service. Give it a grant type that brings one, such as authorization_code, or mean another token by when.token',
    ],
  ]

  test.each(vain)('%j is a mistake in fixtures where it stands', async (fault, why) => {
    await expect(startUnderstudy({ fixtures: { users, clients, faults: [fault] } as never })).rejects.toThrow(
      new RegExp(`faults\\[0\\]: ${why}$`),
    )
  })

  test.each(vain)('%j is refused when its scenario is switched on', async (fault, why) => {
    await using own = await startUnderstudy({
      fixtures: { users, clients, scenarios: { bad: { faults: [fault] } } } as never,
    })

    await expect(own.scenario('bad', true)).rejects.toThrow(why)
    expect(await own.armed()).toEqual([])
  })

  test('one for other keys or another server keeps no scenario from the rest of what it declares', async () => {
    const scenario = { faults: [{ fault: 'tls-expired' }, { fault: 'kid-absent-single-jwks' }, { fault: 'slow_down' }] }
    await using own = await startUnderstudy({ fixtures: { users, clients, scenarios: { mix: scenario } } as never })
    await own.keys.rotate()

    await expect(own.arm('kid-absent-single-jwks')).rejects.toMatchObject({ code: 'ERR_FAULT_INVALID' })
    expect(await own.scenario('mix', true)).toMatchObject({ enabled: true })
    expect(await own.armed()).toMatchObject(scenario.faults)
  })

  test('goes on where others may register, and where fixtures are in force already', async () => {
    const faults = [{ fault: 'no-event' }]
    await using open = await startUnderstudy({
      fixtures: { users, clients, faults, registration: { enabled: true } } as never,
    })
    const told = { ...clients[0], backchannel_logout_uri: 'http://localhost:4999/logout' }
    await using own = await startUnderstudy({ fixtures: { users, clients: [told], faults } as never })

    await own.clients.put('app', clients[0] as never)
    await own.patch({ users: ['bob'] })

    expect(await open.armed()).toMatchObject(faults)
    expect(await own.armed()).toMatchObject(faults)
  })
})

test('introspection is signed for whoever accepts that, so a fault of it can be armed', async () => {
  const issuer = await idp.createIssuer({ users: ['alice'], clients: [{ client_id: 'app', ...atOnce }] })
  await issuer.arm({ fault: 'invalid-iss', when: { token: 'introspection' } })
  const { access_token: token = '' } = await issuer.tokens({ client: 'app', user: 'alice' })
  const headers = {
    accept: 'application/token-introspection+jwt',
    authorization: `Basic ${btoa(`app:${atOnce.client_secret}`)}`,
  }

  const answer = await fetch(`${issuer.url}/token/introspection`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ token }),
  })

  expect(decodeJwt(await answer.text()).iss).toBe('https://other-issuer.example')
})
