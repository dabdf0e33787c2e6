import { describe, expect, test } from 'vitest'
import {
  type ClientExam,
  type ClientRound,
  type ExamReport,
  examineClient,
  type RoundOrder,
  startUnderstudy,
} from '../../src/index.ts'
import { carelessRound } from './exam-client/careless.ts'
import { strictRound } from './exam-client/strict.ts'

const placed = ({ fault, place }: { fault: string; place?: string }) =>
  place === undefined || place === 'token' ? fault : `${fault}@${place}`

const wrongOf = ({ results }: ExamReport) =>
  results.filter(({ verdict }) => verdict === 'wrong').map((result) => placed(result))

const examine = (login: ClientRound, exam: Partial<ClientExam> = {}) => examineClient({ login, ...exam })

describe('oauth4webapi', () => {
  test('refuses all that it says it refuses, and takes what is unusual and right', async () => {
    const report = await examine(strictRound, { parallel: 4 })

    // How old an ID token may be, OIDC Core leaves to the client, and so does this one.
    expect(wrongOf(report)).toEqual(['iat-too-old', 'iat-in-future'])
    expect(report.results.filter(({ did }) => did === 'break')).toEqual([])
    expect(report.results).toContainEqual(expect.objectContaining({ fault: 'kid-absent-single-jwks', did: 'accept' }))
    expect(report.results.filter(({ recovered }) => recovered === true)).toHaveLength(report.results.length - 1)
    expect(report.results.filter(({ expected }) => expected === 'reject').length).toBeGreaterThan(50)
  }, 60_000)

  test('is as careful wherever the fault is', async () => {
    const places = ['discovery', 'jwks', 'userinfo', 'refresh'] as const

    const report = await examine(strictRound, { places, parallel: 4, recovery: false })

    expect(wrongOf(report)).toEqual([])
    expect(report.results.length).toBeGreaterThan(100)
    expect(new Set(report.results.map(({ place }) => place))).toEqual(new Set([undefined, ...places]))
  }, 60_000)
})

/** What only those notice who look. */
const unnoticed = `invalid-iss missing-iss invalid-aud missing-aud multiple-aud-without-azp invalid-azp missing-sub
  refresh-token-invalid-issuer@refresh refresh-token-invalid-sub@refresh access-token-as-id-token missing-iat iat-too-old
  iat-in-future exp-in-past missing-exp not-yet-valid nonce-invalid missing-nonce invalid-sig rogue-key unknown-kid
  hs256-confusion wrong-alg embedded-jwk foreign-jku foreign-x5u unknown-crit malformed-jwt
  discovery-issuer-mismatch@discovery wrong-state@authorization missing-state@authorization
  wrong-response-iss@authorization missing-response-iss@authorization code-and-error@authorization missing-token-type
  negative-expires-in userinfo-invalid-sub@userinfo userinfo-missing-sub@userinfo`.split(/\s+/)

test('a client that looks at nothing is told apart, row by row', async () => {
  const report = await examine(carelessRound, { parallel: 4, recovery: false })

  expect(report.passed).toBe(false)
  expect(wrongOf(report)).toEqual(unnoticed)
}, 60_000)

test('a report tells what was done, what is right, and where that is written', async () => {
  const report = await examine(strictRound, { faults: ['invalid-sig', 'slow_down', 'acr-downgrade'], subject: 'mine' })

  expect(report).toEqual({
    subject: 'mine',
    passed: true,
    results: [
      expect.objectContaining({ fault: 'none', did: 'accept', verdict: 'right' }),
      {
        fault: 'invalid-sig',
        place: 'token',
        summary: 'One bit of the signature is wrong.',
        expected: 'reject',
        did: 'reject',
        seen: 'OAUTH_INVALID_RESPONSE: JWT signature verification failed',
        recovered: true,
        verdict: 'right',
        see: 'https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation',
      },
    ],
    leftOut: [
      { fault: 'slow_down', why: 'It is of the grants device_code, ciba alone.' },
      { fault: 'acr-downgrade', place: 'token', why: 'This client sends no acr_values.' },
    ],
  })
})

test('what is known to be otherwise can be left out, and is told of', async () => {
  const report = await examine(carelessRound, {
    faults: ['invalid-iss', 'invalid-sig', 'server_error'],
    except: ['invalid-iss', 'invalid-sig'],
    recovery: false,
  })

  expect(report).toMatchObject({
    passed: true,
    results: [{ fault: 'none' }, { fault: 'server_error' }],
    leftOut: [
      { fault: 'invalid-iss', place: 'token', why: 'It was to be left out.' },
      { fault: 'invalid-sig', place: 'token', why: 'It was to be left out.' },
    ],
  })
})

test('each login is at an issuer of its own, and is told what it will meet', async () => {
  const orders: RoundOrder[] = []
  const login: ClientRound = async (order) => {
    orders.push(order)
    await strictRound(order)
  }

  await examine(login, { faults: ['userinfo-invalid-sub', 'latency'], recovery: false })

  expect(orders).toMatchObject([
    { part: 'refresh', clientId: 'exam-client', clientSecret: 'exam-client-secret', user: 'alice' },
    { part: 'userinfo', fault: 'userinfo-invalid-sub', place: 'userinfo' },
    { part: 'login', fault: 'latency', place: 'token', redirectUri: 'http://localhost/callback' },
  ])
  expect(new Set(orders.map(({ issuer }) => issuer)).size).toBe(3)
})

test('a fault that a client never meets is left out, and is not said to be right', async () => {
  const loginAlone: ClientRound = async ({ issuer, ...order }) => {
    const server = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()
    await logIn(server as Endpoints, order)
  }

  const report = await examine(loginAlone, {
    faults: ['jwks-empty', 'invalid_token', 'refresh-token-reused', 'nonce-invalid', 'auth-time-too-old'],
  })

  expect(report.results.map(({ fault }) => fault)).toEqual(['none'])
  expect(report.leftOut.map(({ fault, why }) => `${fault}: ${why}`)).toEqual([
    'invalid_token: This client never asks at userinfo.',
    'auth-time-too-old: This client sends no max_age.',
    'nonce-invalid: This client sends no nonce.',
    'jwks-empty: This client never asks at jwks.',
    'refresh-token-reused: This client never asks for new tokens by a refresh token.',
  ])
})

test('a client that remembers what it should look up again does not meet it: that is left out, too', async () => {
  const idp = await startUnderstudy()
  const server = (await (await fetch(`${idp.url}/.well-known/openid-configuration`)).json()) as Endpoints
  let logins = 0
  const login: ClientRound = async (order) => {
    logins += 1
    if (logins === 1) await fetch(`${order.issuer}/.well-known/openid-configuration`)
    await logIn(server, order)
  }

  const report = await examine(login, { issuer: idp, faults: ['discovery-html'] })
  await idp.close()

  expect(report).toMatchObject({
    passed: true,
    results: [{ fault: 'none' }],
    leftOut: [{ fault: 'discovery-html', why: expect.stringMatching(/^It did not fire, and this client logged in: /) }],
  })
})

describe('a client breaks', () => {
  test('where it comes to no end, and is not waited for', async () => {
    const login: ClientRound = async (order) => {
      await strictRound(order).catch(() => new Promise(() => {}))
    }

    const report = await examine(login, { faults: ['invalid-iss'], timeoutMs: 2000 })

    expect(report.results[1]).toMatchObject({
      did: 'break',
      seen: 'it had come to no end after 2 s',
      recovered: true,
      verdict: 'wrong',
    })
  })

  test('where it says that it logged in, and was given no tokens', async () => {
    const login: ClientRound = (order) => strictRound(order).catch(() => {})

    const report = await examine(login, { faults: ['access_denied', 'connection-reset', 'http-status'] })

    expect(wrongOf(report)).toEqual(['access_denied@authorization', 'connection-reset', 'http-status'])
    expect(report.results[1]).toMatchObject({ did: 'break', seen: expect.stringContaining('given no tokens') })
  })

  test('where it never logs in again once a fault is over', async () => {
    let isDead = false
    const login: ClientRound = async (order) => {
      if (isDead) throw new Error('dead since')
      await strictRound(order).catch((error: unknown) => {
        isDead = true
        throw error
      })
    }

    const report = await examine(login, { faults: ['invalid-iss'] })

    expect(report.results[1]).toMatchObject({ did: 'reject', recovered: false, verdict: 'wrong' })
    expect(report.results[1]?.seen).toMatch(/JWT "iss".*; and once it was over, did not log in: dead since$/)
  })

  test('where it fails before it comes to the fault', async () => {
    const login: ClientRound = async (order) => {
      if (order.fault !== undefined) throw new Error('afraid')
      await strictRound(order)
    }

    const report = await examine(login, { faults: ['userinfo-invalid-sub'] })

    expect(report.results[1]).toMatchObject({ did: 'break', seen: 'failed before it met the fault: afraid' })
  })
})

test('a client that tries again may log in, unless it must refuse what it is given', async () => {
  const login: ClientRound = (order) => strictRound(order).catch(() => strictRound(order))

  const report = await examine(login, { faults: ['connection-reset', 'invalid-iss'] })

  expect(report.results.map(({ did, verdict }) => `${did}: ${verdict}`)).toEqual([
    'accept: right',
    'reject: right',
    'accept: right',
  ])
})

test('an issuer that the client knows is examined one fault at a time, and is as it was in the end', async () => {
  const idp = await startUnderstudy()
  const before = await idp.fixtures()
  const issuers = new Set<string>()
  let [now, most] = [0, 0]
  const login: ClientRound = async (order) => {
    issuers.add(order.issuer)
    most = Math.max(most, ++now)
    await strictRound(order).finally(() => --now)
  }

  const report = await examine(login, {
    issuer: idp,
    client: 'e2e-app',
    faults: ['user-locked', 'client-secret-rotated', 'invalid-iss'],
    parallel: 3,
  })
  const after = await idp.fixtures()
  await idp.close()

  expect(report).toMatchObject({ subject: 'e2e-app', passed: true })
  expect(report.results.map(({ recovered }) => recovered)).toEqual([undefined, true, true, true])
  expect([...issuers]).toEqual([idp.url])
  expect(most).toBe(1)
  expect(after).toEqual(before)
})

test.each<[what: string, exam: Partial<ClientExam>, code: string, text: string]>([
  ['an unknown fault', { faults: ['invalid-sg'] }, 'ERR_FAULT_UNKNOWN', 'Did you mean "invalid-sig"?'],
  ['an exception that is unknown', { except: ['invalid-sg'] }, 'ERR_FAULT_UNKNOWN', 'Did you mean "invalid-sig"?'],
  ['an own fault', { faults: ['x-mine'] }, 'ERR_FAULT_UNKNOWN', 'and none of your own. Arm it in a test'],
  ['nobody at once', { parallel: 0 }, 'ERR_EXAM_INVALID', 'parallel: 0'],
  ['no time', { timeoutMs: Number.NaN }, 'ERR_EXAM_INVALID', 'timeoutMs: NaN'],
  ['an unknown place', { places: ['tokn' as 'token'] }, 'ERR_EXAM_INVALID', 'Did you mean "token"?'],
  ['no faults', { faults: [] }, 'ERR_EXAM_INVALID', 'nothing is left to examine. Ask for other faults'],
  ['no places', { places: [] }, 'ERR_EXAM_INVALID', 'nothing is left to examine'],
  [
    'a fault where it cannot be',
    { faults: ['invalid-aud'], places: ['discovery'] },
    'ERR_EXAM_INVALID',
    'nothing is left to examine. invalid-aud: It fires at token',
  ],
  [
    'a fault that is left out',
    { faults: ['invalid-aud'], except: ['invalid-aud'] },
    'ERR_EXAM_INVALID',
    'nothing is left to examine. invalid-aud: It was to be left out.',
  ],
  [
    'a fault that no client meets',
    { faults: ['slow_down'] },
    'ERR_EXAM_INVALID',
    'nothing is left to examine. slow_down: It is of the grants device_code, ciba alone.',
  ],
  [
    'a client that is led to a page',
    { login: (order) => logInByPage(order, { prompt: 'consent' }) },
    'ERR_EXAM_CONTROL',
    'A page was shown, since its authorization request says prompt=consent; an exam has nobody to answer it. Leave that out',
  ],
  [
    'a client that has a login be new',
    { login: (order) => logInByPage(order, { max_age: '0' }) },
    'ERR_EXAM_CONTROL',
    'says prompt=login (or max_age=0); an exam',
  ],
  ['an unknown client', { client: 'exam-clint' }, 'ERR_EXAM_INVALID', 'Did you mean "exam-client"?'],
  ['an unknown user', { user: 'alcie' }, 'ERR_EXAM_INVALID', 'Did you mean "alice"?'],
  ['an issuer without clients', { source: { fixtures: {} } }, 'ERR_EXAM_INVALID', 'no client has a redirect URI'],
  [
    'a client that fails as it is',
    { login: () => Promise.reject(new Error('no such module')) },
    'ERR_EXAM_CONTROL',
    'no such module',
  ],
  ['a client that does nothing', { login: async () => {} }, 'ERR_EXAM_CONTROL', 'was given no tokens'],
])('there is no exam of %s', async (_what, exam, code, text) => {
  await expect(examine(strictRound, exam)).rejects.toMatchObject({ code, message: expect.stringContaining(text) })
})

test('a fault that cannot be at the places asked for is told of as left out', async () => {
  const report = await examine(strictRound, { faults: ['invalid-aud', 'discovery-html'], places: ['discovery'] })

  expect(report.results.map(({ fault }) => fault)).toEqual(['none', 'discovery-html'])
  expect(report.leftOut).toEqual([{ fault: 'invalid-aud', why: expect.stringMatching(/^It fires at token/) }])
})

/** Asks for a page, and takes the redirect there for one with a code. */
async function logInByPage({ issuer, clientId, redirectUri }: RoundOrder, more: Record<string, string>): Promise<void> {
  const scope = 'openid offline_access'
  const asked = { client_id: clientId, redirect_uri: redirectUri, response_type: 'code', scope, ...more }
  const sent = await fetch(`${issuer}/auth?${new URLSearchParams(asked)}`, { redirect: 'manual' })
  throw new Error(`no code in ${sent.headers.get('location')}`)
}

interface Endpoints {
  authorization_endpoint: string
  token_endpoint: string
}

/** The shortest login there is. */
async function logIn(server: Endpoints, { clientId, clientSecret = '', redirectUri }: Omit<RoundOrder, 'issuer'>) {
  const asked = { client_id: clientId, redirect_uri: redirectUri, response_type: 'code', scope: 'openid' }
  const sent = await fetch(`${server.authorization_endpoint}?${new URLSearchParams(asked)}`, { redirect: 'manual' })
  const code = new URL(sent.headers.get('location') ?? '').searchParams.get('code') ?? ''
  const body = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: redirectUri })
  const authorization = `Basic ${btoa(`${clientId}:${clientSecret}`)}`
  const answer = await fetch(server.token_endpoint, { method: 'POST', body, headers: { authorization } })
  if (!answer.ok) throw new Error(`no tokens: ${answer.status}`)
}
