import { expect, test } from 'vitest'
import type { Endpoint } from '../../src/domain/exchange.ts'
import { catalog, faultNames, findFault } from '../../src/faults/catalog.ts'
import { endpointsOf } from '../../src/faults/reach.ts'
import { ofProtocol, request } from './exchanges.ts'

const authorization = [
  ...['invalid_request', 'unauthorized_client', 'access_denied', 'unsupported_response_type', 'invalid_scope'],
  ...['server_error', 'temporarily_unavailable', 'interaction_required', 'login_required'],
  ...['account_selection_required', 'consent_required', 'invalid_request_uri', 'invalid_request_object'],
  ...['request_not_supported', 'request_uri_not_supported', 'registration_not_supported'],
  ...['unmet_authentication_requirements', 'invalid_target', 'invalid_authorization_details'],
]
const token = [
  ...['invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client', 'unsupported_grant_type'],
  ...['invalid_scope', 'invalid_target', 'invalid_authorization_details', 'invalid_dpop_proof', 'use_dpop_nonce'],
]

/** The error codes that RFC 6749, OpenID Connect Core and their kin give to each endpoint. */
const codes: Partial<Record<Endpoint, string[]>> = {
  authorization: [...authorization, 'invalid_client', 'invalid_redirect_uri'],
  token: [...token, 'authorization_pending', 'slow_down', 'access_denied', 'expired_token', 'server_error'],
  device_authorization: ['invalid_request', 'invalid_client', 'unauthorized_client', 'invalid_scope'],
  backchannel_authentication: [
    ...['invalid_request', 'invalid_scope', 'expired_login_hint_token', 'unknown_user_id', 'unauthorized_client'],
    ...['missing_user_code', 'invalid_user_code', 'invalid_binding_message', 'invalid_client', 'access_denied'],
  ],
  pushed_authorization_request: [...new Set([...authorization, ...token])],
  registration: [
    ...['invalid_redirect_uri', 'invalid_client_metadata', 'invalid_software_statement'],
    ...['unapproved_software_statement', 'invalid_token', 'server_error'],
  ],
  revocation: [...token, 'unsupported_token_type', 'temporarily_unavailable'],
  introspection: ['invalid_request', 'invalid_client', 'invalid_token', 'insufficient_scope', 'inactive'],
  userinfo: [
    ...['invalid_request', 'invalid_token', 'insufficient_scope', 'insufficient_user_authentication'],
    ...['invalid_dpop_proof', 'use_dpop_nonce'],
  ],
}

test.each(Object.entries(codes))('every error code of the %s endpoint can fire there', (endpoint, names) => {
  const missing = names.filter((name) => {
    const fault = findFault(name)
    return !fault || !endpointsOf(fault).some((known) => known === endpoint)
  })
  expect(missing).toEqual([])
})

test('names are unique, and on the wire or in kebab-case', () => {
  expect(new Set(faultNames).size).toBe(catalog.length)
  for (const name of faultNames) expect(name).toMatch(/^[a-z][a-z0-9]*([_-][a-z0-9]+)*$/)
})

test.each(catalog.map((fault) => [fault.name, fault] as const))('%s says what it is', (_, fault) => {
  expect(fault.summary).toMatch(/^[A-Z].*\.$/)
  expect(new URL(fault.see).protocol).toBe('https:')
  expect(fault.endpoints.length).toBeGreaterThan(0)
  expect(endpointsOf(fault)).toHaveLength(new Set(endpointsOf(fault)).size)
})

test('what asks for something else at the token endpoint never takes a grant that cannot poll', () => {
  for (const name of ['authorization_pending', 'slow_down', 'expired_token', 'access_denied']) {
    expect(findFault(name)?.grantTypes).toEqual(['device_code', 'ciba'])
  }
})

/** Answers of the protocol; behaviours, which have hyphens, answer as gateways do. */
const answers = catalog
  .filter((fault) => fault.acts === 'answer' && !fault.name.includes('-'))
  .flatMap((fault) => endpointsOf(fault).map((endpoint) => [fault.name, endpoint] as const))

test.each(answers)('%s at %s answers in the characters that RFC 6749 allows', (name, endpoint) => {
  const fault = findFault(name)
  if (fault?.acts !== 'answer') throw new Error(`${name} does not answer`)
  const { status, headers, body } = ofProtocol(fault.answer(request(endpoint), fault.params.parse({})))

  if (name === 'inactive') return expect({ status, body }).toEqual({ status: 200, body: { active: false } })
  expect(body?.error).toBe(name)
  expect(body?.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
  for (const [header, value] of Object.entries(headers ?? {})) {
    expect(header).toBe(header.toLowerCase())
    expect(value).toMatch(/^[\x20-\x7e]+$/)
  }
})
