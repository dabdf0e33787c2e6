import { asJson, byRedirect, codeParams, defineErrorCode, onPage } from './error-code.ts'

const rfc6749 = 'https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1'
const core = 'https://openid.net/specs/openid-connect-core-1_0.html#AuthError'

/** A request is validated where it is pushed, if it is pushed. */
const requestValidation = {
  at: { authorization: byRedirect, pushed_authorization_request: asJson(400) },
  params: codeParams,
}

/** Whoever pushes a request has no person before it yet, so that the answer is nearly always meant for later. */
const interaction = {
  at: { authorization: byRedirect },
  alsoAt: { pushed_authorization_request: asJson(400) },
  see: core,
  params: codeParams,
}

/**
 * The error codes of the authorization endpoint alone, by redirect, and those that it shows on a page.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthError OpenID Connect Core 3.1.2.6}
 */
export const authorizationCodes = [
  defineErrorCode({
    name: 'unsupported_response_type',
    summary: 'The authorization server does not support this response type.',
    see: rfc6749,
    ...requestValidation,
  }),
  defineErrorCode({
    name: 'interaction_required',
    summary: 'The person must act, which prompt=none does not allow.',
    ...interaction,
  }),
  defineErrorCode({
    name: 'login_required',
    summary: 'The person must log in, which prompt=none does not allow.',
    ...interaction,
  }),
  defineErrorCode({
    name: 'account_selection_required',
    summary: 'The person must choose an account, which prompt=none does not allow.',
    ...interaction,
  }),
  defineErrorCode({
    name: 'consent_required',
    summary: 'The person must consent, which prompt=none does not allow.',
    ...interaction,
  }),
  defineErrorCode({
    name: 'unmet_authentication_requirements',
    ...interaction,
    summary: 'The person cannot be authenticated as strongly as the client asks.',
    see: 'https://openid.net/specs/openid-connect-unmet-authentication-requirements-1_0.html#section-2',
  }),
  defineErrorCode({
    name: 'invalid_request_uri',
    summary: 'The request_uri gives an error or holds no valid request.',
    see: core,
    ...requestValidation,
  }),
  defineErrorCode({
    name: 'invalid_request_object',
    summary: 'The request object is not valid.',
    see: core,
    ...requestValidation,
  }),
  defineErrorCode({
    name: 'request_not_supported',
    summary: 'The authorization server does not support the parameter request.',
    see: core,
    ...requestValidation,
  }),
  defineErrorCode({
    name: 'request_uri_not_supported',
    summary: 'The authorization server does not support the parameter request_uri.',
    see: core,
    ...requestValidation,
  }),
  defineErrorCode({
    name: 'registration_not_supported',
    summary: 'The authorization server does not support the parameter registration.',
    see: core,
    ...requestValidation,
  }),
  defineErrorCode({
    name: 'invalid_redirect_uri',
    summary: 'The redirect URI is not one that the client has registered.',
    see: rfc6749,
    at: { authorization: onPage },
    alsoAt: { registration: asJson(400) },
    params: codeParams,
  }),
] as const
