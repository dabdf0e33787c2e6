import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ArmedFaultInput, startUnderstudy, type Understudy, type UnderstudyIssuer } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login } from './flows.ts'
import { roundFixtures } from './whole-round.ts'

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy()
})

afterAll(() => idp?.close())

const redirectUri = 'http://localhost/callback'

/** Asks for a token as a service does; what it is told, or the code of what broke. */
async function ask(issuer: UnderstudyIssuer): Promise<{ status: number; told: string } | string> {
  try {
    const answer = await fetch(`${issuer.url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('app:app-secret')}`, connection: 'close' },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    return { status: answer.status, told: await answer.text() }
  } catch (error) {
    return ((error as Error).cause as { code?: string })?.code ?? String(error)
  }
}

describe('several faults at once', () => {
  test('act in their order, whatever the order in which they were armed, and each counts', async () => {
    await using issuer = await idp.createIssuer(roundFixtures)
    const when = { endpoint: 'token' }
    const armed: ArmedFaultInput[] = [
      { fault: 'truncate', with: { after_bytes: 1 }, when },
      { fault: 'latency', with: { ms: 120 }, when },
      { fault: 'missing-expires-in', when },
      { fault: 'malformed-json', when },
      { fault: 'missing-scope', when },
      { fault: 'rogue-key', when: { token: 'access_token' } },
      { fault: 'token-revoked-early', when },
      { fault: 'signing-key-rotation-just-before-signing', when },
    ]
    await issuer.arm({ fault: 'hold', with: { timeout_ms: 50 }, when })
    for (const fault of armed) await issuer.arm(fault)
    const startMs = performance.now()

    const told = await ask(issuer)

    expect(performance.now() - startMs).toBeGreaterThanOrEqual(169)
    expect(told).toBeTypeOf('string')
    const entries = await issuer.requests({ endpoint: 'token' })
    expect(entries).toMatchObject([{ broken: true, answer: { status: 200, body: '{' } }])
    expect(await issuer.armed()).toEqual(
      expect.arrayContaining(
        ['hold', ...armed.map(({ fault }) => fault)].map((fault) =>
          // What was no JSON any more had no members to take out.
          expect.objectContaining({ fault, matches: 1, fires: fault === 'missing-scope' ? 0 : 1 }),
        ),
      ),
    )
  })

  test('a state fault comes before the answer, a rewrite changes that, and the connection cuts the result', async () => {
    await using issuer = await idp.createIssuer(roundFixtures)
    const when = { endpoint: 'token' }
    await issuer.arm({ fault: 'wrong-content-length', with: { by: -4 }, when })
    await issuer.arm({ fault: 'missing-expires-in', when })
    await issuer.arm({ fault: 'client-secret-rotated', when })

    const told = await ask(issuer)

    // The secret was another before the provider was asked: there were no members to take out.
    expect(told).toMatchObject({ status: 401 })
    expect(await issuer.armed()).toMatchObject([
      { fault: 'wrong-content-length', fires: 1 },
      { fault: 'missing-expires-in', matches: 1, fires: 0 },
      { fault: 'client-secret-rotated', fires: 1 },
    ])
  })

  test('of several that answer the first armed does, and the other is there for the next request', async () => {
    await using issuer = await idp.createIssuer(roundFixtures)
    for (const fault of ['invalid_scope', 'rate-limit'] as const)
      await issuer.arm({ fault, when: { endpoint: 'token' } })
    await issuer.arm({ fault: 'slow-drip', with: { bytes: 500, ms: 1 }, when: { endpoint: 'token' } })

    expect(await ask(issuer)).toMatchObject({ status: 400, told: expect.stringContaining('invalid_scope') })
    expect(
      (await issuer.requests({ endpoint: 'token' })).map(({ faults }) => faults.map(({ fault }) => fault)),
    ).toEqual([['invalid_scope', 'slow-drip']])
    expect(await ask(issuer)).toMatchObject({ status: 429 })
    expect(await ask(issuer)).toMatchObject({ status: 200 })
  })
})

/**
 * A client that refreshes again and again, with the last token that it was given, and tells what became of each. It
 * keeps no keys from one time to the next: openid-client would ask for no others within a minute.
 */
async function refreshing(issuer: UnderstudyIssuer) {
  const configure = async () => {
    const config = await discover(issuer.url, 'app', 'app-secret')
    client.enableNonRepudiationChecks(config)
    return config
  }
  const { tokens } = await login(await configure(), { redirectUri, scope: 'openid', agent: new UserAgent() })
  let token = tokens.refresh_token as string
  return async function refresh(): Promise<string> {
    try {
      const fresh = await client.refreshTokenGrant(await configure(), token)
      token = fresh.refresh_token as string
      return `taken, signed by ${JSON.parse(atob(fresh.id_token?.split('.')[0] ?? '')).kid}`
    } catch (error) {
      const { cause, error: told } = error as { cause?: { code?: string }; error?: string }
      return told ?? cause?.code ?? String(error)
    }
  }
}

test('a script over time: good, the keys change, good, the answer is lost, and the next try is too late', async () => {
  await using issuer = await idp.createIssuer({ ...roundFixtures, keys: 'own' })
  const refresh = await refreshing(issuer)
  const script: ArmedFaultInput['script'] = ['pass', 'signing-key-rotation', 'pass', 'lost-response', 'pass']
  await issuer.arm({ script, when: { grant_type: 'refresh_token' } })

  const seen = [await refresh(), await refresh(), await refresh(), await refresh(), await refresh()]

  const [first, second, third, ...rest] = seen
  expect(first).toMatch(/^taken/)
  expect(second).toBe(first)
  expect(third).toMatch(/^taken/)
  expect(third).not.toBe(first)
  expect(rest).toEqual(['ECONNRESET', 'invalid_grant'])
  const entries = await issuer.requests({ grant_type: 'refresh_token' })
  expect(entries.map(({ faults }) => faults.map(({ fault }) => fault))).toEqual([
    [],
    ['signing-key-rotation'],
    [],
    ['lost-response'],
    [],
  ])
  expect(await issuer.armed()).toMatchObject([{ matches: 5, fires: 2 }])
})

test('the same script with a grace is survived', async () => {
  await using issuer = await idp.createIssuer({ ...roundFixtures, keys: 'own', refresh_token: { grace: '30s' } })
  const refresh = await refreshing(issuer)
  const script: ArmedFaultInput['script'] = ['pass', 'signing-key-rotation', 'pass', 'lost-response', 'pass']
  await issuer.arm({ script, when: { grant_type: 'refresh_token' } })

  const seen = [await refresh(), await refresh(), await refresh(), await refresh(), await refresh()]

  expect(seen.map((each) => each.split(',')[0])).toEqual(['taken', 'taken', 'taken', 'ECONNRESET', 'taken'])
})

test('by chance with a seed the same requests fail again, in another issuer and after a reset', async () => {
  const sequence = async (issuer: UnderstudyIssuer, seed: number) => {
    await issuer.arm({ fault: 'server_error', when: { endpoint: 'token' }, probability: 0.4, seed })
    const statuses: number[] = []
    for (let time = 0; time < 30; time += 1) {
      const told = await ask(issuer)
      statuses.push(typeof told === 'string' ? 0 : told.status)
    }
    return statuses
  }
  await using one = await idp.createIssuer(roundFixtures)
  await using other = await idp.createIssuer(roundFixtures)

  const first = await sequence(one, 7)
  const second = await sequence(other, 7)
  await one.reset()
  const third = await sequence(one, 7)
  await one.reset()
  const fourth = await sequence(one, 8)

  expect(new Set(first)).toEqual(new Set([200, 500]))
  expect(second).toEqual(first)
  expect(third).toEqual(first)
  expect(fourth).not.toEqual(first)
})
