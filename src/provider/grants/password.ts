import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { IssuerContext } from '../context.ts'
import { authenticate } from '../interactions.ts'
import type { GrantHandler } from '../private.ts'
import { grantTokens } from './grant-tokens.ts'

export const passwordParameters = ['username', 'password', 'scope', 'resource']

/**
 * The resource owner's password in exchange for tokens.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.3 RFC 6749 section 4.3}
 */
export function passwordGrant(provider: Provider, { users }: IssuerContext): GrantHandler {
  return async function password(ctx: KoaContextWithOIDC) {
    const { username, password } = ctx.oidc.params as { username?: string; password?: string }
    if (username === undefined) throw new errors.InvalidRequest("missing required parameter 'username'")
    if (password === undefined) throw new errors.InvalidRequest("missing required parameter 'password'")
    const user = authenticate(users, username, password)
    if ('error' in user) throw new errors.InvalidGrant(user.error)
    const authTime = Math.floor(Date.now() / 1000)
    await grantTokens(provider, ctx, { sub: user.sub, authTime, amr: ['pwd'], grantType: 'password' })
  }
}
