import { expect, test } from 'vitest'
import type { Endpoint, Exchange } from '../../src/domain/exchange.ts'
import { findFault } from '../../src/faults/catalog.ts'
import { ofProtocol, request } from './exchanges.ts'

/** What a fault answers to a request. */
function answer(name: string, exchange: Exchange, params: Record<string, unknown> = {}) {
  const fault = findFault(name)
  if (fault?.acts !== 'answer') throw new Error(`there is no fault ${name}`)
  return ofProtocol(fault.answer(exchange, fault.params.parse(params)))
}

const basic = { headers: { authorization: 'Basic d2ViLWFwcDp3ZWItc2VjcmV0' } }
const bearer = { headers: { authorization: 'Bearer some-token' } }
const dpop = { headers: { authorization: 'DPoP some-token' } }

const statuses: [string, Endpoint, number][] = [
  ['invalid_request', 'token', 400],
  ['invalid_grant', 'token', 400],
  ['unauthorized_client', 'token', 400],
  ['unsupported_grant_type', 'token', 400],
  ['invalid_scope', 'token', 400],
  ['invalid_target', 'token', 400],
  ['invalid_authorization_details', 'token', 400],
  ['invalid_dpop_proof', 'token', 400],
  ['use_dpop_nonce', 'token', 400],
  ['invalid_client', 'token', 401],
  ['authorization_pending', 'token', 400],
  ['slow_down', 'token', 400],
  ['access_denied', 'token', 400],
  ['expired_token', 'token', 400],
  ['server_error', 'token', 500],
  ['temporarily_unavailable', 'token', 503],
  ['invalid_request', 'device_authorization', 400],
  ['invalid_client', 'device_authorization', 401],
  ['unauthorized_client', 'device_authorization', 400],
  ['invalid_scope', 'device_authorization', 400],
  ['invalid_request', 'pushed_authorization_request', 400],
  ['invalid_client', 'pushed_authorization_request', 401],
  ['login_required', 'pushed_authorization_request', 400],
  ['invalid_grant', 'pushed_authorization_request', 400],
  ['unsupported_token_type', 'revocation', 400],
  ['invalid_client', 'revocation', 401],
  ['temporarily_unavailable', 'revocation', 503],
  ['invalid_grant', 'revocation', 400],
  ['invalid_request', 'introspection', 400],
  ['invalid_client', 'introspection', 401],
  ['invalid_token', 'introspection', 401],
  ['insufficient_scope', 'introspection', 403],
  ['invalid_request', 'userinfo', 400],
  ['invalid_token', 'userinfo', 401],
  ['insufficient_scope', 'userinfo', 403],
  ['insufficient_user_authentication', 'userinfo', 401],
  ['use_dpop_nonce', 'userinfo', 401],
  ['server_error', 'userinfo', 500],
]

test.each(statuses)('%s at %s answers %i, as JSON that is not to be stored', (name, endpoint, status) => {
  const answered = answer(name, request(endpoint))

  expect(answered.status).toBe(status)
  expect(answered.headers).toMatchObject({
    'cache-control': 'no-store',
    'content-type': 'application/json; charset=utf-8',
  })
  expect(answered.page).toBeUndefined()
})

test('a client that failed with Basic is challenged with Basic, another is not', () => {
  expect(answer('invalid_client', request('token', basic)).headers['www-authenticate']).toBe('Basic realm="Understudy"')
  expect(answer('invalid_client', request('token')).headers['www-authenticate']).toBeUndefined()
})

test('userinfo names the error in its challenge', () => {
  const { headers, body } = answer('invalid_token', request('userinfo', bearer), { description: 'It has expired' })

  expect(headers['www-authenticate']).toBe('Bearer error="invalid_token", error_description="It has expired"')
  expect(body).toEqual({ error: 'invalid_token', error_description: 'It has expired' })
})

test.each(['invalid_request', 'invalid_token', 'insufficient_scope'])(
  '%s challenges with Bearer at userinfo',
  (name) => {
    expect(answer(name, request('userinfo')).headers['www-authenticate']).toMatch(`Bearer error="${name}"`)
  },
)

test('a challenge to DPoP is in DPoP', () => {
  expect(answer('invalid_token', request('userinfo', dpop)).headers['www-authenticate']).toMatch(/^DPoP error=/)
  expect(answer('invalid_dpop_proof', request('userinfo')).headers['www-authenticate']).toMatch(/^DPoP error=/)
})

test('insufficient_scope names the scope that would be enough', () => {
  const { headers } = answer('insufficient_scope', request('userinfo', bearer), { scope: 'crate patreon' })
  expect(headers['www-authenticate']).toMatch(/, scope="crate patreon"$/)
})

test('insufficient_user_authentication says how to step up', () => {
  const params = { acr_values: 'phr', max_age: 60 }
  const { headers } = answer('insufficient_user_authentication', request('userinfo', bearer), params)
  expect(headers['www-authenticate']).toMatch(/, acr_values="phr", max_age="60"$/)
})

test('use_dpop_nonce hands out a nonce', () => {
  expect(answer('use_dpop_nonce', request('token')).headers['dpop-nonce']).toBe('understudy-nonce')
  expect(answer('use_dpop_nonce', request('token'), { nonce: 'n-1' }).headers['dpop-nonce']).toBe('n-1')
})

test('an error at the authorization endpoint travels by redirect', () => {
  const { status, headers, body, page } = answer('login_required', request('authorization'), {
    description: 'No session',
    uri: 'https://example.com/help',
  })

  expect({ status, headers, page }).toEqual({ status: 303, headers: {}, page: undefined })
  expect(body).toEqual({
    error: 'login_required',
    error_description: 'No session',
    error_uri: 'https://example.com/help',
  })
})

test.each(['invalid_client', 'invalid_redirect_uri'])('%s at the authorization endpoint is a page', (name) => {
  expect(answer(name, request('authorization'))).toMatchObject({ status: 400, page: true })
})

test('a server that is unavailable says when to come back', () => {
  expect(answer('temporarily_unavailable', request('revocation')).headers['retry-after']).toBe('1')
  expect(answer('temporarily_unavailable', request('revocation'), { retry_after: '2m' }).headers['retry-after']).toBe(
    '120',
  )
  expect(answer('server_error', request('revocation')).headers['retry-after']).toBeUndefined()
})

test('status and Retry-After can be chosen, also the 200 of providers that answer so', () => {
  const { status, headers } = answer('slow_down', request('token'), { status: 200, retry_after: 1.2 })
  expect(status).toBe(200)
  expect(headers['retry-after']).toBe('2')
})

test('an empty description is left out', () => {
  expect(answer('slow_down', request('token'), { description: '' }).body).toEqual({ error: 'slow_down' })
})

test('a description cannot break out of its header', () => {
  const description = 'a "quote", a \\ and\r\nSet-Cookie: ü=1'
  const { headers, body } = answer('invalid_token', request('userinfo', bearer), { description })

  expect(headers['www-authenticate']).toBe(
    String.raw`Bearer error="invalid_token", error_description="a \"quote\", a \\ and??Set-Cookie: ?=1"`,
  )
  expect(body.error_description).toBe(description)
})
