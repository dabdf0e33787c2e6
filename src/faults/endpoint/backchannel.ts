import { asJson, codeParams, defineErrorCode } from './error-code.ts'

const backchannel = {
  at: { backchannel_authentication: asJson(400) },
  see: 'https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#auth_error_response',
  params: codeParams,
}

/**
 * The error codes of backchannel authentication requests alone.
 *
 * @see {@link https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#auth_error_response CIBA 13}
 */
export const backchannelCodes = [
  defineErrorCode({
    name: 'expired_login_hint_token',
    summary: 'The login_hint_token has expired.',
    ...backchannel,
  }),
  defineErrorCode({
    name: 'unknown_user_id',
    summary: 'The hint of the request tells no user that the authorization server knows.',
    ...backchannel,
  }),
  defineErrorCode({
    name: 'missing_user_code',
    summary: 'The user has a user code, which the request lacks.',
    ...backchannel,
  }),
  defineErrorCode({
    name: 'invalid_user_code',
    summary: 'The user code of the request is not that of the user.',
    ...backchannel,
  }),
  defineErrorCode({
    name: 'invalid_binding_message',
    summary: 'The binding_message cannot be shown, or not where the user would see it.',
    ...backchannel,
  }),
] as const
