import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { clientModel } from './private.ts'

type Body = Record<string, unknown>

/** Events that tell of an error that was answered as JSON. */
const errorEvents = [
  'grant.error',
  'userinfo.error',
  'introspection.error',
  'revocation.error',
  'device_authorization.error',
  'pushed_authorization_request.error',
  'backchannel_authentication.error',
] as const

/**
 * What the provider calls `invalid_request`, and the specification otherwise.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}
 */
const corrections: readonly { description: RegExp; error: string; status: number; notAt?: string }[] = [
  { description: /^no client authentication mechanism provided$/, error: 'invalid_client', status: 401 },
  {
    description:
      /^(invalid authorization header value format|client_secret must be provided in the Authorization header|client_id and client_secret in the authorization header are not properly encoded)$/,
    error: 'invalid_client',
    status: 401,
    // Where the header has a token in it, and no client.
    notAt: 'userinfo',
  },
  { description: /grant[^ ]*( type)? is not allowed for this client$/, error: 'unauthorized_client', status: 400 },
  // Which the provider calls a bad grant; RFC 9449 section 5 has a name for it.
  { description: /^DPoP proof JWT Replay detected$/, error: 'invalid_dpop_proof', status: 400, notAt: 'userinfo' },
]

/** What the provider has no good words for. */
const betterWords: Readonly<Record<string, string>> = {
  // Of a challenge by another method there is no code.
  'unsupported code_challenge_method': 'a code_verifier was sent, and the authorization request had no code_challenge',
  'failed x5t#S256 verification': 'the token is bound to the certificate of another connection',
  'failed jkt verification': 'the token is bound to a key, and there is no DPoP proof of it',
}

/** Tells a client what the provider knows of an error and would keep to itself; a mock has nothing to hide. */
export function explainErrors(provider: Provider): void {
  nameForbiddenResponses(provider)
  const explain = (ctx: KoaContextWithOIDC, error: Error & { error_detail?: string }) => {
    if (error.error_detail !== undefined) error.error_detail = betterWords[error.error_detail] ?? error.error_detail
    const body = ctx.body as Body | string | undefined
    if (typeof body !== 'object') return
    const said = [String(body.error_description), error.error_detail ?? '']
    const correction = corrections.find(
      ({ description, notAt }) => notAt !== ctx.oidc.route && said.some((each) => description.test(each)),
    )
    if (correction !== undefined) {
      ctx.status = correction.status
      ctx.body = { ...body, error: correction.error }
      if (correction.status === 401) ctx.set('www-authenticate', `Basic realm="${provider.issuer}"`)
    }
    if (error.error_detail === undefined) return
    const told = ctx.body as Body
    // Of a missing token the provider says the same by both.
    told.error_description = [...new Set([told.error_description, error.error_detail])].filter(Boolean).join(': ')
  }
  for (const event of errorEvents) provider.on(event as 'grant.error', explain)
}

/**
 * A response type that its client may not use has a name of its own, by whichever way it is told.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}
 */
function nameForbiddenResponses(provider: Provider): void {
  const { prototype } = clientModel(provider)
  const { responseTypeAllowed } = prototype
  prototype.responseTypeAllowed = function allowedOrNamed(type) {
    if (responseTypeAllowed.call(this, type)) return true
    throw new errors.UnauthorizedClient('requested response_type is not allowed for this client')
  }
}
