import { asJson, byRedirect, codeParams, defineErrorCode } from './error-code.ts'

const rfc6749 = 'https://www.rfc-editor.org/rfc/rfc6749#section-5.2'

/** Where the codes of the token endpoint may be given too, though they are seldom meant there. */
const alsoAt = { pushed_authorization_request: asJson(400), revocation: asJson(400) }

/** Where a wrong request is wrong already, before it comes to tokens. */
const wherePermissionIsAsked = {
  authorization: byRedirect,
  token: asJson(400),
  pushed_authorization_request: asJson(400),
}

/**
 * The error codes that a token endpoint answers with, whatever the grant.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}
 */
export const tokenCodes = [
  defineErrorCode({
    name: 'invalid_grant',
    summary: 'The code, refresh token or other grant is invalid, expired, revoked, or was issued to another client.',
    see: rfc6749,
    at: { token: asJson(400) },
    alsoAt,
    params: codeParams,
  }),
  defineErrorCode({
    name: 'unsupported_grant_type',
    summary: 'The authorization server does not support this grant type.',
    see: rfc6749,
    at: { token: asJson(400) },
    alsoAt,
    params: codeParams,
  }),
  defineErrorCode({
    name: 'invalid_scope',
    summary: 'The scope is unknown, malformed, or more than was granted.',
    see: rfc6749,
    at: {
      ...wherePermissionIsAsked,
      device_authorization: asJson(400),
      backchannel_authentication: asJson(400),
    },
    alsoAt: { revocation: asJson(400) },
    params: codeParams,
  }),
  defineErrorCode({
    name: 'invalid_target',
    summary: 'The resource is unknown, malformed, or not to be had by this client.',
    see: 'https://www.rfc-editor.org/rfc/rfc8707#section-2',
    at: wherePermissionIsAsked,
    alsoAt: { revocation: asJson(400) },
    params: codeParams,
  }),
  defineErrorCode({
    name: 'invalid_authorization_details',
    summary: 'The authorization_details are unknown, malformed, or more than was granted.',
    see: 'https://www.rfc-editor.org/rfc/rfc9396#section-5',
    at: wherePermissionIsAsked,
    alsoAt: { revocation: asJson(400) },
    params: codeParams,
  }),
] as const
