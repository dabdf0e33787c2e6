import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { IssuerContext } from '../context.ts'
import type { GrantHandler } from '../private.ts'
import { exchangedScope } from './exchanged-scope.ts'
import { grantMachineToken, grantTokens } from './grant-tokens.ts'
import { createTokenReader } from './presented-token.ts'

export const jwtBearerParameters = ['assertion', 'scope', 'resource', 'audience', 'requested_token_use']

/**
 * A signed assertion in exchange for tokens: one that the client has signed with its own key, or a token of this issuer
 * that a service acts on behalf of.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7523#section-2.1 RFC 7523 section 2.1}
 */
export function jwtBearerGrant(provider: Provider, issuer: IssuerContext): GrantHandler {
  const readToken = createTokenReader(provider, issuer)

  return async function jwtBearer(ctx: KoaContextWithOIDC) {
    const assertion = ctx.oidc.params?.assertion
    if (typeof assertion !== 'string') throw new errors.InvalidRequest("missing required parameter 'assertion'")
    const presented = await readToken(ctx, assertion, 'jwt', 'the assertion')
    const { sub, isUser, details, authTime } = presented
    // What is not asked for is not given, other than in an exchange.
    const scope = ctx.oidc.params?.scope === undefined ? undefined : exchangedScope(provider, ctx, presented)
    if (isUser) await grantTokens(provider, ctx, { sub, scope, details, authTime, grantType: 'jwt_bearer' })
    else await grantMachineToken(provider, ctx, { sub, scope, details })
  }
}
