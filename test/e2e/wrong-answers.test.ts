import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalog, type FaultName, findFault } from '../../src/faults/catalog.ts'
import type { Fault } from '../../src/faults/fault.ts'
import { type ArmedFaultInput, startUnderstudy, type Understudy } from '../../src/index.ts'
import { goRound, type Round, roundFixtures } from './whole-round.ts'

/** What openid-client says to each fault, in which round; and to what it was armed with. */
const reactions: [FaultName, Round, string, ArmedFaultInput['with']?][] = [
  ['missing-access-token', 'login', 'OAUTH_INVALID_RESPONSE'],
  ['missing-token-type', 'login', 'OAUTH_INVALID_RESPONSE'],
  ['token-type-case', 'login', 'taken'],
  ['missing-expires-in', 'login', 'taken'],
  ['expires-in-string', 'login', 'taken'],
  ['negative-expires-in', 'login', 'OAUTH_INVALID_RESPONSE'],
  ['missing-id-token', 'login', 'OAUTH_INVALID_RESPONSE'],
  ['missing-refresh-token', 'login', 'taken'],
  ['scope-narrowed', 'login', 'taken'],
  ['missing-scope', 'login', 'taken'],
  ['unknown-members', 'login', 'taken'],
  ['malformed-json', 'login', 'OAUTH_PARSE_ERROR'],
  ['html-page', 'login', 'OAUTH_RESPONSE_IS_NOT_JSON'],
  ['empty-body', 'login', 'OAUTH_PARSE_ERROR'],
  ['wrong-content-type', 'login', 'taken'],
  ['userinfo-invalid-sub', 'userinfo', 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED'],
  ['userinfo-missing-sub', 'userinfo', 'OAUTH_INVALID_RESPONSE'],
  ['userinfo-missing-claims', 'userinfo', 'taken'],
  ['aggregated-claims', 'userinfo', 'taken'],
  ['distributed-claims', 'userinfo', 'taken'],
  ['missing-interval', 'device', 'taken'],
  ['missing-verification-uri-complete', 'device', 'taken'],
  ['expires-in-short', 'device', 'taken'],
  ['jwks-empty', 'login and API', 'OAUTH_KEY_SELECTION_FAILED'],
  ['jwks-stale', 'login and API', 'OAUTH_KEY_SELECTION_FAILED'],
  ['jwks-duplicate-kid', 'login and API', 'OAUTH_KEY_SELECTION_FAILED'],
  ['jwks-unknown-kty', 'login and API', 'taken'],
  ['jwks-malformed', 'login and API', 'OAUTH_INVALID_RESPONSE'],
  ['discovery-issuer-mismatch', 'login', 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED'],
  ['discovery-missing-member', 'login', 'OAUTH_MISSING_SERVER_METADATA'],
  ['discovery-html', 'login', 'OAUTH_RESPONSE_IS_NOT_JSON'],
  ['discovery-wrong-endpoint', 'login', 'not_found'],
  ['wrong-state', 'login', 'OAUTH_INVALID_RESPONSE'],
  ['missing-state', 'login', 'OAUTH_INVALID_RESPONSE'],
  ['wrong-response-iss', 'login', 'OAUTH_INVALID_RESPONSE'],
  ['missing-response-iss', 'login', 'OAUTH_INVALID_RESPONSE'],
  ['missing-code', 'login', 'OAUTH_INVALID_RESPONSE'],
  ['code-and-error', 'login', 'access_denied'],
  ['code-replayed', 'login', 'invalid_grant'],
  ['form-post-error', 'login', 'STAYED_400'],
  ['wrong-response-mode', 'login', 'OAUTH_INVALID_RESPONSE'],
  ['never-returns', 'login', 'STAYED_200'],
  ['timeout', 'client credentials', 'OAUTH_TIMEOUT'],
  ['connection-reset', 'client credentials', 'TypeError ECONNRESET'],
  ['lost-response', 'client credentials', 'TypeError ECONNRESET'],
  ['reset-mid-body', 'client credentials', 'OAUTH_PARSE_ERROR'],
  ['truncate', 'client credentials', 'OAUTH_PARSE_ERROR'],
  ['slow-drip', 'client credentials', 'taken', { bytes: 400, ms: 5 }],
  ['wrong-content-length', 'client credentials', 'OAUTH_PARSE_ERROR'],
  ['close-keep-alive', 'client credentials', 'taken'],
  ['http-status', 'client credentials', 'OAUTH_RESPONSE_IS_NOT_CONFORM 503'],
  ['rate-limit', 'client credentials', 'OAUTH_RESPONSE_IS_NOT_CONFORM 429'],
  ['redirect-loop', 'client credentials', 'OAUTH_RESPONSE_IS_NOT_CONFORM 307'],
  ['signing-key-rotation', 'login and API', 'taken'],
  ['signing-key-rotation-just-before-signing', 'login and API', 'taken'],
  ['refresh-token-reused', 'refresh', 'invalid_grant'],
  ['token-revoked-early', 'login and userinfo', 'OAUTH_WWW_AUTHENTICATE_CHALLENGE'],
  ['session-lost', 'login', 'taken'],
  ['consent-withdrawn', 'login and refresh', 'invalid_grant'],
  ['user-locked', 'login and refresh', 'invalid_grant'],
  ['client-secret-rotated', 'client credentials', 'invalid_client'],
]

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({ fixtures: roundFixtures })
})

afterAll(() => idp?.close())

/** What error codes, delays and signed tokens do has tests of its own. */
const others: Fault['acts'][] = ['answer', 'delay', 'token', 'notice', 'handshake']

test('no fault of the catalog is left out', () => {
  const asked = new Set<string>(reactions.map(([name]) => name))
  const names = catalog.flatMap(({ name, acts }: Fault) => (others.includes(acts) ? [] : name))
  expect(names.filter((name) => !asked.has(name))).toEqual([])
})

describe.concurrent.each(reactions)('%s in a round of %s', (fault, round, reaction, params) => {
  test(`is ${reaction} by openid-client, and the next round is good`, async ({ expect }) => {
    await using issuer = await idp.createIssuer(roundFixtures)
    expect(await goRound(issuer.url, round)).toBe('taken')

    const said = await goRound(issuer.url, round, () => issuer.arm({ fault, with: params, times: 1 }))

    expect(said).toBe(reaction)
    expect(await issuer.armed()).toMatchObject([{ fires: 1, spent: true }])
    // What has gone wrong with users, secrets and keys stays so.
    if (findFault(fault)?.acts === 'state') await issuer.reset()
    expect(await goRound(issuer.url, round)).toBe('taken')
  })
})

test('a redirect to itself puts nothing into a URL that was posted', async () => {
  await using idp = await startUnderstudy()
  await idp.arm({ fault: 'redirect-loop', when: { endpoint: 'token' } })

  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: 'service',
    client_secret: 'TOPSECRET',
  })
  const { status, headers } = await fetch(`${idp.url}/token`, { method: 'POST', body, redirect: 'manual' })

  expect({ status, location: headers.get('location') }).toEqual({ status: 307, location: '?' })
})
