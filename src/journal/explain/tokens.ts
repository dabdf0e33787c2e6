import { bindingReasons } from './bindings.ts'
import { ago, quote, type Reason, type Refusal } from './refusal.ts'

const resources = new Set(['userinfo', 'resource'])
const atResource = ({ endpoint }: Refusal) => resources.has(endpoint)

/** What can be wrong with a token that is presented. */
export const tokenReasons: readonly Reason[] = [
  ...bindingReasons,
  {
    said: /no access token provided/,
    why: ({ endpoint }) =>
      `The request has no access token. Send it as "Authorization: Bearer …" to the ${endpoint} endpoint.`,
  },
  {
    said: /access token not found/,
    why: (refusal) =>
      refusal.presented?.expiresAtSeconds === undefined
        ? 'The access token is not known here, or not any more: it has expired, was revoked, was issued by another issuer, or is an ID token in its place. Clock advances count.'
        : `The access token expired${ago(refusal, refusal.presented.expiresAtSeconds)}. Refresh it.`,
  },
  {
    said: /missing openid scope/,
    why: ({ presented }) =>
      `The access token was granted ${quote(presented?.scope)}, and userinfo needs the scope "openid". Ask for it in the authorization.`,
  },
  {
    said: /this resource needs/,
    why: ({ presented, said }) =>
      `The access token was granted ${quote(presented?.scope)}, and the resource needs ${quote(/it needs (.+)$/.exec(said)?.[1])}. Ask for it in the authorization; see scopes of the resource in the fixtures.`,
  },
  {
    error: 'insufficient_scope',
    why: ({ presented, params }) =>
      `The access token was granted ${quote(presented?.scope)}, which does not cover ${quote(params.scope)}.`,
  },
  {
    said: /associated account not found|accountId mismatch/,
    why: () =>
      'The user of the access token is not there any more, or may not go on (locked, disabled), or it is a token of a client alone, which has no user. See `users` in the fixtures.',
  },
  {
    said: /associated client not found|clientId mismatch/,
    why: () => 'The client that the access token was issued to is not registered any more.',
  },
  {
    said: /grant not found|grant is expired/,
    if: atResource,
    why: () =>
      'The consent behind the access token is gone: it was revoked, or has expired. The user has to sign in again.',
  },
  {
    said: /access token must only be provided using one mechanism/,
    why: () => 'The access token was sent in two places at once. Send it in the Authorization header alone.',
  },
  {
    said: /must not be provided via query parameter/,
    why: () => 'The access token was sent in the URL, where logs would keep it. Send it in the Authorization header.',
  },
  {
    said: /authorization header/,
    if: atResource,
    why: () => 'The Authorization header cannot be read. It is to be "Bearer", one space, and the token.',
  },
  {
    said: /issued to another client/,
    why: () => 'A client can revoke the tokens that were issued to itself, and no others.',
  },
  {
    error: 'unsupported_token_type',
    why: () => 'A token of this kind cannot be revoked or introspected here.',
  },
  {
    error: 'invalid_token',
    why: ({ said }) => `The access token is not good here: ${said}.`,
  },
]
