import { asFailedClient, asJson, asResource, byRedirect, codeParams, defineErrorCode, onPage } from './error-code.ts'

const rfc6749 = 'https://www.rfc-editor.org/rfc/rfc6749#section-5.2'

/** An error of the server's own can happen at any endpoint, with the same status at all but the one that redirects. */
const everywhere = (status: number) => ({
  authorization: byRedirect,
  token: asJson(status),
  device_authorization: asJson(status),
  pushed_authorization_request: asJson(status),
  backchannel_authentication: asJson(status),
  introspection: asJson(status),
  revocation: asJson(status),
  registration: asJson(status),
  userinfo: asJson(status),
  resource: asJson(status),
})

/** The error codes that most endpoints share; how each says them is told by the clause of that endpoint. */
export const sharedCodes = [
  defineErrorCode({
    name: 'invalid_request',
    summary: 'The request lacks a parameter, repeats one, or is malformed.',
    see: rfc6749,
    at: { ...everywhere(400), userinfo: asResource(400), resource: asResource(400) },
    params: codeParams,
  }),
  defineErrorCode({
    name: 'invalid_client',
    summary: 'The client is unknown or failed to authenticate.',
    see: rfc6749,
    at: {
      token: asFailedClient,
      device_authorization: asFailedClient,
      pushed_authorization_request: asFailedClient,
      backchannel_authentication: asFailedClient,
      introspection: asFailedClient,
      revocation: asFailedClient,
    },
    alsoAt: { authorization: onPage },
    params: codeParams,
  }),
  defineErrorCode({
    name: 'unauthorized_client',
    summary: 'The client may not ask for this.',
    see: rfc6749,
    at: {
      authorization: byRedirect,
      token: asJson(400),
      device_authorization: asJson(400),
      pushed_authorization_request: asJson(400),
      backchannel_authentication: asJson(400),
      revocation: asJson(400),
    },
    params: codeParams,
  }),
  defineErrorCode({
    name: 'server_error',
    summary: 'The authorization server failed in a way that it did not expect.',
    see: 'https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1',
    at: everywhere(500),
    params: codeParams,
  }),
  defineErrorCode({
    name: 'temporarily_unavailable',
    summary: 'The authorization server is overloaded or under maintenance: the client may try again later.',
    see: 'https://www.rfc-editor.org/rfc/rfc7009#section-2.2.1',
    at: everywhere(503),
    params: codeParams,
    // RFC 7009 2.2.1: with a 503 the client is to assume that its token still exists, and to come back.
    more: ({ retry_after }) => ({ headers: { 'retry-after': String(Math.ceil(retry_after ?? 1)) } }),
  }),
] as const
