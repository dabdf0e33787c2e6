import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalog, type FaultName, findFault } from '../../src/faults/catalog.ts'
import type { Fault, TokenFault } from '../../src/faults/fault.ts'
import type { TokenType } from '../../src/faults/jwt.ts'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { fixturesFor, type TokenClients, tokenClients, type Way } from './token-clients.ts'

const columns = [
  'id_token',
  'access_token',
  'userinfo',
  'logout_token',
  'authorization_response',
  'introspection',
] as const

/** What the client of each token says to each fault, in the order of the columns; `-` where it is not for that token. */
const reactions: Partial<Record<FaultName, string>> = {
  'invalid-iss': 'oauth:COMPARISON jwt:CLAIM oauth:COMPARISON jwt:CLAIM oauth:COMPARISON oauth:COMPARISON',
  'missing-iss': 'oauth:INVALID jwt:CLAIM taken jwt:CLAIM oauth:INVALID oauth:INVALID',
  'invalid-aud': 'oauth:COMPARISON jwt:CLAIM oauth:COMPARISON jwt:CLAIM oauth:COMPARISON oauth:COMPARISON',
  'missing-aud': 'oauth:INVALID jwt:CLAIM taken jwt:CLAIM oauth:INVALID oauth:INVALID',
  'multiple-aud-without-azp': 'oauth:COMPARISON - - - - -',
  'invalid-azp': 'oauth:COMPARISON - - - - -',
  'missing-sub': 'oauth:INVALID jwt:CLAIM oauth:INVALID - - -',
  'refresh-token-invalid-issuer': 'oauth:COMPARISON - - - - -',
  'refresh-token-invalid-sub': 'ANOTHER_SUBJECT - - - - -',
  'id-token-as-access-token': '- jwt:CLAIM - - - -',
  'access-token-as-id-token': 'oauth:INVALID - - - - -',
  'missing-iat': 'oauth:INVALID jwt:CLAIM - jwt:CLAIM - oauth:INVALID',
  'iat-too-old': 'jwt:EXPIRED jwt:EXPIRED - jwt:EXPIRED - -',
  'iat-in-future': 'jwt:CLAIM jwt:CLAIM - jwt:CLAIM - -',
  'exp-in-past': 'oauth:TIMESTAMP jwt:EXPIRED - jwt:EXPIRED oauth:TIMESTAMP -',
  'missing-exp': 'oauth:INVALID jwt:CLAIM - jwt:CLAIM oauth:INVALID -',
  'not-yet-valid': 'oauth:TIMESTAMP jwt:CLAIM oauth:TIMESTAMP jwt:CLAIM oauth:TIMESTAMP oauth:TIMESTAMP',
  'auth-time-too-old': 'oauth:TIMESTAMP - - - - -',
  'missing-auth-time': 'oauth:INVALID - - - - -',
  'nonce-invalid': 'oauth:COMPARISON - - - - -',
  'missing-nonce': 'oauth:INVALID - - - - -',
  'invalid-athash': 'ANOTHER_ACCESS_TOKEN - - - - -',
  'missing-athash': 'taken - - - - -',
  'invalid-chash': 'oauth:COMPARISON - - - - -',
  'missing-chash': 'oauth:INVALID - - - - -',
  'invalid-shash': 'oauth:COMPARISON - - - - -',
  'missing-shash': 'taken - - - - -',
  'acr-downgrade': 'TOO_WEAK - - - - -',
  'invalid-sig': 'oauth:INVALID jws:SIGNATURE oauth:INVALID jws:SIGNATURE oauth:INVALID oauth:INVALID',
  'rogue-key': 'oauth:INVALID jws:SIGNATURE oauth:INVALID jws:SIGNATURE oauth:INVALID oauth:INVALID',
  'unknown-kid': 'oauth:KEY jwks:NO_KEY oauth:KEY jwks:NO_KEY oauth:KEY oauth:KEY',
  'hs256-confusion': 'oauth:INVALID jose:ALG oauth:INVALID jose:ALG oauth:INVALID oauth:INVALID',
  'wrong-alg': 'oauth:INVALID jose:ALG oauth:INVALID jose:ALG oauth:INVALID oauth:INVALID',
  'sig-none': 'oauth:INVALID jose:ALG oauth:INVALID jose:ALG oauth:INVALID oauth:INVALID',
  'kid-absent-single-jwks': 'taken taken taken taken taken taken',
  'kid-absent-multiple-jwks': 'taken taken taken taken taken taken',
  'embedded-jwk': 'oauth:INVALID jws:SIGNATURE oauth:INVALID jws:SIGNATURE oauth:INVALID oauth:INVALID',
  'foreign-jku': 'oauth:INVALID jws:SIGNATURE oauth:INVALID jws:SIGNATURE oauth:INVALID oauth:INVALID',
  'foreign-x5u': 'oauth:INVALID jws:SIGNATURE oauth:INVALID jws:SIGNATURE oauth:INVALID oauth:INVALID',
  'wrong-typ': 'taken jwt:CLAIM - jwt:CLAIM - oauth:INVALID',
  'unknown-crit':
    'oauth:UNSUPPORTED jose:UNSUPPORTED oauth:UNSUPPORTED jose:UNSUPPORTED oauth:UNSUPPORTED oauth:UNSUPPORTED',
  'malformed-jwt': 'oauth:INVALID jws:INVALID oauth:INVALID jws:INVALID oauth:INVALID oauth:INVALID',
  'aud-as-array': 'taken taken taken taken taken taken',
  'unknown-claims': 'taken taken taken taken taken taken',
  'large-token': 'taken taken taken taken taken taken',
  'email-verified-as-string': 'taken taken taken - - -',
  'numeric-sub': 'oauth:INVALID taken oauth:INVALID - - -',
  'groups-overage': 'taken taken taken - - -',
  'same-email-new-sub': 'taken taken oauth:SUBJECT - - -',
  'missing-email': 'taken taken taken - - -',
  'no-event': '- - - jwt:CLAIM - -',
  'wrong-event': '- - - no_logout_event - -',
  'with-nonce': '- - - a_nonce - -',
  'no-sub-no-sid': '- - - of_nobody - -',
  'replayed-jti': '- - - replayed - -',
}

/** Codes of openid-client (oauth), of jose (jwt, jws, jwks, jose), and what a client's own checks say. */
const codes: Record<string, string> = {
  'oauth:COMPARISON': 'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'oauth:INVALID': 'OAUTH_INVALID_RESPONSE',
  'oauth:TIMESTAMP': 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'oauth:KEY': 'OAUTH_KEY_SELECTION_FAILED',
  'oauth:UNSUPPORTED': 'OAUTH_UNSUPPORTED_OPERATION',
  'oauth:SUBJECT': 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  'jwt:CLAIM': 'ERR_JWT_CLAIM_VALIDATION_FAILED',
  'jwt:EXPIRED': 'ERR_JWT_EXPIRED',
  'jws:SIGNATURE': 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  'jws:INVALID': 'ERR_JWS_INVALID',
  'jwks:NO_KEY': 'ERR_JWKS_NO_MATCHING_KEY',
  'jose:ALG': 'ERR_JOSE_ALG_NOT_ALLOWED',
  'jose:UNSUPPORTED': 'ERR_JOSE_NOT_SUPPORTED',
  no_logout_event: 'it is no logout event',
  a_nonce: 'it has a nonce',
  of_nobody: 'it says of nobody',
  replayed: 'it was replayed',
}

const tokenFaults = catalog.flatMap((fault: Fault): TokenFault[] => (fault.acts === 'token' ? [fault] : []))

const cases = tokenFaults.flatMap((fault) => {
  const row = reactions[fault.name as FaultName]?.split(' ') ?? []
  return columns.flatMap((token, index) => (row[index] === '-' ? [] : [[fault.name, token, row[index] ?? ''] as const]))
})

/** How an ID token must come for a fault to show. */
function wayOf(name: string): Way {
  if (name.startsWith('refresh-token')) return 'refresh_token'
  return /-[cs]hash$/.test(name) ? 'hybrid' : 'code'
}

/** Keys of which the JWKS has but one. */
async function singleKey(): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const file = join(await mkdtemp(join(tmpdir(), 'understudy-keys-')), 'one-key.json')
  await writeFile(file, JSON.stringify({ keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256' }] }))
  return file
}

let idp: Understudy
let clients: TokenClients

/** Serves these tests with some keys. */
function serve(keys: () => Promise<string>): void {
  beforeAll(async () => {
    clients = await tokenClients(() => idp)
    idp = await startUnderstudy({ fixtures: { ...fixturesFor(clients.receiver), keys: await keys() } })
  })
  afterAll(async () => {
    await idp.close()
    await clients.receiver.close()
  })
}

/** Arms a fault for one token, and lets its client meet that token, and then the next one. */
async function meetTwice(fault: string, token: TokenType) {
  await idp.disarm()
  await idp.arm({ fault: fault as FaultName, when: { token } })
  const first = await clients.meet(token, wayOf(fault))
  const [armed] = await idp.armed()
  return { first, counts: [armed?.matches, armed?.fires, armed?.spent], next: await clients.meet(token, wayOf(fault)) }
}

test('the table has every fault of tokens, and every token of each', () => {
  const told = cases.map(([name, token]) => `${name} ${token}`)
  const known = tokenFaults.flatMap(({ name, tokens }) => tokens.map((token) => `${name} ${token}`))
  expect(told.sort()).toEqual(known.sort())
})

describe('an issuer with several keys', () => {
  serve(async () => 'shared')

  test.each(cases.filter(([name]) => name !== 'kid-absent-single-jwks'))(
    '%s in the %s: %s, then recovery',
    async (name, token, reaction) => {
      expect(await meetTwice(name, token)).toEqual({
        first: codes[reaction] ?? reaction,
        counts: [1, 1, true],
        next: 'taken',
      })
    },
  )

  test('kid-absent-single-jwks is refused, with a way out', async () => {
    await expect(idp.arm('kid-absent-single-jwks')).rejects.toMatchObject({
      code: 'ERR_FAULT_INVALID',
      message: expect.stringContaining('the JWKS has 3 keys'),
    })
  })
})

describe('an issuer with one key', () => {
  serve(singleKey)

  test.each(cases.filter(([name]) => name === 'kid-absent-single-jwks'))(
    '%s in the %s: %s',
    async (name, token, reaction) => {
      expect(await meetTwice(name, token)).toEqual({ first: reaction, counts: [1, 1, true], next: 'taken' })
    },
  )

  test('wrong-alg finds an algorithm also where the issuer has but one', async () => {
    expect(await meetTwice('wrong-alg', 'access_token')).toMatchObject({
      first: 'ERR_JOSE_ALG_NOT_ALLOWED',
      next: 'taken',
    })
  })

  test('kid-absent-multiple-jwks is refused', async () => {
    await expect(idp.arm('kid-absent-multiple-jwks')).rejects.toMatchObject({ code: 'ERR_FAULT_INVALID' })
  })
})

describe('verdicts', () => {
  const verdictOf = (name: string, token: TokenType) => {
    const fault = findFault(name)
    if (fault?.acts !== 'token') throw new Error(`${name} is for no tokens`)
    const ofCodeFlow = token === 'id_token' && wayOf(name) === 'code' ? fault.exam?.client : undefined
    return ofCodeFlow ?? fault.clientOf?.[token] ?? fault.client
  }

  test.each(cases)('%s in the %s: a strict client does what the catalog says', (name, token, reaction) => {
    const verdict = verdictOf(name, token)
    if (verdict === 'reject') expect(reaction).not.toBe('taken')
    if (verdict === 'accept') expect(reaction).toBe('taken')
  })
})
