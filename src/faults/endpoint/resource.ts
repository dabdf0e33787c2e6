import * as z from 'zod'
import { asJson, asResource, codeParams, defineErrorCode } from './error-code.ts'

const rfc6750 = 'https://www.rfc-editor.org/rfc/rfc6750#section-3.1'

/**
 * The error codes of what is had with an access token: userinfo, a persona's resources, and introspection.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3.1 RFC 6750 section 3.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc7662#section-2.3 RFC 7662 section 2.3}
 */
export const resourceCodes = [
  defineErrorCode({
    name: 'invalid_token',
    summary: 'The access token is expired, revoked, malformed, or invalid for other reasons.',
    see: rfc6750,
    at: { userinfo: asResource(401), introspection: asResource(401), resource: asResource(401) },
    alsoAt: { registration: asResource(401) },
    params: codeParams,
  }),
  defineErrorCode({
    name: 'insufficient_scope',
    summary: 'The access token lacks a scope that this request needs.',
    see: rfc6750,
    at: { userinfo: asResource(403), introspection: asResource(403), resource: asResource(403) },
    alsoAt: { registration: asResource(403) },
    params: codeParams.extend({
      scope: z
        .string()
        .min(1)
        .optional()
        .describe('The scope that would be enough, named in the challenge. Default: openid, and none at a resource.'),
    }),
    more({ scope }, endpoint) {
      const named = scope ?? (endpoint === 'resource' ? undefined : 'openid')
      return named === undefined ? {} : { attributes: { scope: named } }
    },
  }),
  defineErrorCode({
    name: 'insufficient_user_authentication',
    summary: 'The person must authenticate anew, or more strongly, for this request.',
    see: 'https://www.rfc-editor.org/rfc/rfc9470#section-3',
    at: { userinfo: asResource(401), resource: asResource(401) },
    params: codeParams.extend({
      acr_values: z.string().min(1).optional().describe('The authentication context classes that would be enough.'),
      max_age: z.int().nonnegative().optional().describe('How old the authentication may be, in seconds.'),
    }),
    more: ({ acr_values, max_age }) => ({
      attributes: {
        ...(acr_values !== undefined && { acr_values }),
        ...(max_age !== undefined && { max_age: String(max_age) }),
      },
    }),
  }),
] as const

const dpopEndpoints = {
  at: {
    token: asJson(400),
    pushed_authorization_request: asJson(400),
    userinfo: asResource(401, 'DPoP'),
    resource: asResource(401, 'DPoP'),
  },
  alsoAt: { revocation: asJson(400) },
}

/** The nonce that clients are told to use, unless another is asked for. */
export const faultNonce = 'understudy-nonce'

/**
 * The error codes of sender-constrained tokens.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449 RFC 9449}
 */
export const dpopCodes = [
  defineErrorCode({
    name: 'invalid_dpop_proof',
    summary: 'The DPoP proof is missing, malformed, or made for another request.',
    see: 'https://www.rfc-editor.org/rfc/rfc9449#section-5',
    ...dpopEndpoints,
    params: codeParams,
  }),
  defineErrorCode({
    name: 'use_dpop_nonce',
    summary: 'The DPoP proof must carry the nonce of the DPoP-Nonce header.',
    see: 'https://www.rfc-editor.org/rfc/rfc9449#section-8',
    ...dpopEndpoints,
    params: codeParams.extend({
      nonce: z
        .string()
        .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, {
          error: 'expected a nonce: visible ASCII without quotes or backslashes',
        })
        .default(faultNonce)
        .describe(
          'The nonce to use. The provider takes the usual one; for another it asks again, with one of its own.',
        ),
    }),
    more: ({ nonce }) => ({ headers: { 'dpop-nonce': nonce } }),
  }),
] as const
