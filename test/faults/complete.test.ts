import { expect, test } from 'vitest'
import type { Endpoint } from '../../src/domain/exchange.ts'
import { catalog, findFault } from '../../src/faults/catalog.ts'
import type { TokenType } from '../../src/faults/jwt.ts'
import { checkArmedFault } from '../../src/faults/plan.ts'
import { endpointsOf } from '../../src/faults/reach.ts'
import { armedFaultSchema } from '../../src/faults/spec.ts'
import { ofProtocol, request } from './exchanges.ts'

const words = (text: string) => text.trim().split(/\s+/)

const tokenCodes = words(`invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type
  invalid_scope invalid_target invalid_authorization_details invalid_dpop_proof use_dpop_nonce`)

const authorizationCodes = words(`invalid_request unauthorized_client access_denied unsupported_response_type
  invalid_scope server_error temporarily_unavailable interaction_required login_required account_selection_required
  consent_required invalid_request_uri invalid_request_object request_not_supported request_uri_not_supported
  registration_not_supported unmet_authentication_requirements invalid_target invalid_authorization_details`)

/** The error codes of each endpoint, with their HTTP status. */
const codes: [Endpoint, Record<number, string[]>, grantType?: string][] = [
  ['authorization', { 303: authorizationCodes, 400: ['invalid_client', 'invalid_redirect_uri'] }],
  ['token', { 400: tokenCodes.filter((code) => code !== 'invalid_client'), 401: ['invalid_client'] }],
  ['token', { 400: words('authorization_pending slow_down access_denied expired_token') }, 'device_code'],
  ['token', { 400: words('authorization_pending slow_down access_denied expired_token') }, 'ciba'],
  [
    'device_authorization',
    { 400: words('invalid_request unauthorized_client invalid_scope'), 401: ['invalid_client'] },
  ],
  [
    'pushed_authorization_request',
    {
      400: [...tokenCodes, ...authorizationCodes].filter(
        (code) => !['invalid_client', 'server_error', 'temporarily_unavailable'].includes(code),
      ),
      401: ['invalid_client'],
      500: ['server_error'],
      503: ['temporarily_unavailable'],
    },
  ],
  [
    'revocation',
    {
      400: ['unsupported_token_type', ...tokenCodes.filter((code) => code !== 'invalid_client')],
      401: ['invalid_client'],
      503: ['temporarily_unavailable'],
    },
  ],
  [
    'introspection',
    {
      400: ['invalid_request'],
      401: ['invalid_client', 'invalid_token'],
      403: ['insufficient_scope'],
      200: ['inactive'],
    },
  ],
  [
    'registration',
    {
      400: words(`invalid_redirect_uri invalid_client_metadata invalid_software_statement
        unapproved_software_statement`),
      401: ['invalid_token'],
      403: ['insufficient_scope'],
    },
  ],
  ...(['userinfo', 'resource'] as const).map((endpoint): [Endpoint, Record<number, string[]>] => [
    endpoint,
    {
      400: ['invalid_request'],
      401: words('invalid_token insufficient_user_authentication invalid_dpop_proof use_dpop_nonce'),
      403: ['insufficient_scope'],
    },
  ]),
  [
    'backchannel_authentication',
    {
      400: words(`invalid_request invalid_scope expired_login_hint_token unknown_user_id unauthorized_client
        missing_user_code invalid_user_code invalid_binding_message`),
      401: ['invalid_client'],
      403: ['access_denied'],
    },
  ],
]

/** The behaviours, by what they are about. */
const behaviours = {
  tokens: words(`invalid-iss missing-iss invalid-aud missing-aud multiple-aud-without-azp invalid-azp nonce-invalid
    missing-nonce missing-iat iat-too-old iat-in-future exp-in-past missing-exp not-yet-valid missing-sub invalid-sig
    rogue-key unknown-kid hs256-confusion wrong-alg invalid-athash missing-athash invalid-chash missing-chash
    invalid-shash missing-shash auth-time-too-old missing-auth-time acr-downgrade wrong-typ id-token-as-access-token
    access-token-as-id-token unknown-crit embedded-jwk foreign-jku foreign-x5u refresh-token-invalid-issuer
    refresh-token-invalid-sub malformed-jwt sig-none kid-absent-multiple-jwks kid-absent-single-jwks aud-as-array
    unknown-claims large-token email-verified-as-string numeric-sub groups-overage same-email-new-sub missing-email
    no-event wrong-event with-nonce no-sub-no-sid replayed-jti`),
  'keys and metadata': words(`signing-key-rotation signing-key-rotation-just-before-signing jwks-empty jwks-stale
    jwks-duplicate-kid jwks-unknown-kty jwks-malformed discovery-issuer-mismatch discovery-missing-member
    discovery-html discovery-wrong-endpoint`),
  'authorization response': words(`wrong-state missing-state wrong-response-iss missing-response-iss missing-code
    code-and-error form-post-error code-replayed wrong-response-mode never-returns`),
  answers: words(`missing-access-token missing-token-type token-type-case missing-expires-in expires-in-string
    negative-expires-in missing-id-token missing-refresh-token scope-narrowed missing-scope unknown-members
    malformed-json html-page empty-body wrong-content-type userinfo-invalid-sub userinfo-missing-sub
    userinfo-missing-claims aggregated-claims distributed-claims missing-interval missing-verification-uri-complete
    expires-in-short`),
  state: words(`lost-response refresh-token-reused token-revoked-early session-lost consent-withdrawn user-locked
    client-secret-rotated logout-never-sent logout-sent-late logout-sent-twice`),
  connection: words(`latency hold timeout connection-reset reset-mid-body truncate slow-drip wrong-content-length
    close-keep-alive rate-limit http-status redirect-loop tls-expired tls-wrong-host tls-unknown-ca`),
}

/** Tokens that the usual faults of signed tokens are for. */
const signed: TokenType[] = [
  'id_token',
  'access_token',
  'userinfo',
  'logout_token',
  'authorization_response',
  'introspection',
]

/** What correct clients do that need not refuse what is wrong. */
const mild: Record<string, string[]> = {
  either: words('sig-none kid-absent-multiple-jwks'),
  accept: words(`kid-absent-single-jwks aud-as-array unknown-claims large-token jwks-unknown-kty token-type-case
    missing-expires-in missing-scope unknown-members aggregated-claims distributed-claims missing-interval
    missing-verification-uri-complete`),
}

test('there is a fault of every name, and none that is not told of', () => {
  const named = new Set([
    ...codes.flatMap(([, byStatus]) => Object.values(byStatus).flat()),
    ...Object.values(behaviours).flat(),
  ])
  const known = new Set<string>(catalog.map(({ name }) => name))

  expect([...named].filter((name) => !known.has(name))).toEqual([])
  expect([...known].filter((name) => !named.has(name))).toEqual([])
})

const answers = codes.flatMap(([endpoint, byStatus, grantType]) =>
  Object.entries(byStatus).flatMap(([status, names]) =>
    names.map((name) => [name, endpoint, Number(status), grantType] as const),
  ),
)

test.each(answers)('%s at %s is answered with %i', (name, endpoint, status, grantType) => {
  const fault = findFault(name)
  if (fault?.acts !== 'answer') throw new Error(`${name} does not answer`)

  const answer = ofProtocol(fault.answer(request(endpoint, grantType ? { grantType } : {}), fault.params.parse({})))

  expect(endpointsOf(fault)).toContain(endpoint)
  if (grantType) expect(fault.grantTypes).toContain(grantType)
  expect(answer.status).toBe(status)
})

test.each([...new Set(answers.filter(([name]) => name !== 'inactive').map(([name]) => name))])(
  '%s takes a description, a URI, a status and when to come back',
  (name) => {
    const fault = findFault(name)
    if (fault?.acts !== 'answer') throw new Error(`${name} does not answer`)
    const [endpoint = 'token'] = endpointsOf(fault).filter((each) => each !== 'authorization')
    const params = { description: 'Not today', uri: 'https://errors.example/42', status: 418, retry_after: '2m' }

    const { status, headers, body } = ofProtocol(fault.answer(request(endpoint), fault.params.parse(params)))

    expect(status).toBe(418)
    expect(headers['retry-after']).toBe('120')
    expect(body).toMatchObject({ error: name, error_description: 'Not today', error_uri: 'https://errors.example/42' })
  },
)

test('by redirect a code takes no status, since there is none to take', () => {
  const at = (params: object) => {
    const when = { endpoint: 'authorization' }
    return checkArmedFault(armedFaultSchema.parse({ fault: 'login_required', with: params, when }))
  }

  expect(at({ description: 'Who are you?', uri: 'https://errors.example' })).toEqual([])
  expect(at({ status: 418 }).map(({ path }) => path)).toEqual([['with', 'status']])
  expect(at({ retry_after: 1 }).map(({ path }) => path)).toEqual([['with', 'retry_after']])
})

/** Statuses that come from no error code. */
const bare: [Endpoint, string, object, number][] = [
  ['pushed_authorization_request', 'http-status', { status: 405 }, 405],
  ['pushed_authorization_request', 'http-status', { status: 413 }, 413],
  ['pushed_authorization_request', 'rate-limit', {}, 429],
  ['registration', 'http-status', { status: 403 }, 403],
  ['registration', 'http-status', { status: 405 }, 405],
  ['revocation', 'http-status', { status: 503, retry_after: 7 }, 503],
]

test.each(bare)('%s is answered by %s %j', (endpoint, name, params, status) => {
  const fault = findFault(name)
  if (fault?.acts !== 'answer') throw new Error(`${name} does not answer`)

  const answer = fault.answer(request(endpoint), fault.params.parse(params))

  expect(checkArmedFault(armedFaultSchema.parse({ fault: name, with: params, when: { endpoint } }))).toEqual([])
  expect(answer.status).toBe(status)
  if (status === 405) expect(answer.headers).toHaveProperty('allow', '')
  if (status === 429) expect(answer.headers).toHaveProperty('retry-after', '30')
  if (status === 503) expect(answer.headers).toHaveProperty('retry-after', '7')
})

test('every signed token has faults', () => {
  const tokens = catalog.flatMap((fault) => (fault.acts === 'token' ? fault.tokens : []))
  expect(signed.filter((token) => !tokens.some((each) => each === token))).toEqual([])
})

/** What a correct client does with a token that a fault has changed, and with what others change. */
function verdict(name: string, token: TokenType = 'id_token') {
  const fault = findFault(name)
  return fault?.acts === 'token' ? (fault.clientOf?.[token] ?? fault.client) : fault?.client
}

test.each(Object.entries(mild))('what correct clients may take says %s', (expected, names) => {
  expect(names.filter((name) => verdict(name) !== expected)).toEqual([])
})

test('a token that nobody has signed is for no API', () => {
  expect(verdict('sig-none', 'access_token')).toBe('reject')
})

test.each(catalog.map(({ name }) => name))('%s, armed where it cannot fire, says where it can', (name) => {
  const fault = findFault(name)
  if (fault === undefined) throw new Error(name)
  const elsewhere = (['jwks', 'end_session', 'token', 'userinfo'] as const).find(
    (endpoint) => !endpointsOf(fault).includes(endpoint),
  )
  // What fires anywhere has nowhere else.
  if (elsewhere === undefined) return expect(endpointsOf(fault)).toContain('resource')

  const [mistake] = checkArmedFault(armedFaultSchema.parse({ fault: name, when: { endpoint: elsewhere } }))

  expect(mistake?.message).toMatch(new RegExp(`cannot fire at ${elsewhere}. It fires at ${fault.endpoints[0]}`))
})
