import { asJson, byRedirect, codeParams, defineErrorCode } from './error-code.ts'

const rfc8628 = 'https://www.rfc-editor.org/rfc/rfc8628#section-3.5'

/** The grants of a client that polls while a person decides elsewhere. */
const polled = { grantTypes: ['device_code', 'ciba'], at: { token: asJson(400) }, see: rfc8628, params: codeParams }

/**
 * The error codes that a client meets while it polls for a device or a backchannel authentication.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8628#section-3.5 RFC 8628 section 3.5}
 * @see {@link https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#token_error_response CIBA 11}
 */
export const pollingCodes = [
  defineErrorCode({
    name: 'authorization_pending',
    summary: 'The person has not decided yet: the client is to go on polling.',
    ...polled,
  }),
  defineErrorCode({
    name: 'slow_down',
    summary: 'The client polls too often: it is to wait five seconds longer between polls, from now on.',
    ...polled,
  }),
  defineErrorCode({
    name: 'expired_token',
    summary: 'The code that the client polls with has expired: it may begin anew.',
    ...polled,
  }),
  defineErrorCode({
    name: 'access_denied',
    ...polled,
    summary: 'The person or the authorization server said no.',
    see: 'https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1',
    at: { authorization: byRedirect, token: asJson(400) },
    // CIBA 13 gives this one a status of its own.
    alsoAt: { pushed_authorization_request: asJson(400), backchannel_authentication: asJson(403) },
  }),
] as const
