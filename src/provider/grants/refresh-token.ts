import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { GrantHandler } from '../private.ts'

/**
 * Refuses a second use of a rotated refresh token and leaves the rest of its family alone, where the issuer says
 * `on_reuse: reject`; the provider itself revokes the whole grant.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2 RFC 9700 section 4.14.2}
 */
export function rejectReuse(handler: GrantHandler, provider: Provider): GrantHandler {
  return async function refreshWithoutRevocation(ctx: KoaContextWithOIDC) {
    const value = ctx.oidc.params?.refresh_token
    if (typeof value === 'string') {
      const token = await provider.RefreshToken.find(value, { ignoreExpiration: true })
      if (token?.consumed && token.clientId === ctx.oidc.client?.clientId) {
        throw new errors.InvalidGrant('refresh token already used')
      }
    }
    await handler(ctx)
  }
}

/**
 * Prolongs a grant that would end before the refresh token that has just been given out under it: who refreshes in
 * time never has to log in again.
 */
export function prolongGrant(handler: GrantHandler): GrantHandler {
  return async function refreshWithinGrant(ctx: KoaContextWithOIDC) {
    await handler(ctx)
    const { Grant: grant, RefreshToken: token } = ctx.oidc.entities
    if (grant === undefined || token === undefined || grant.remainingTTL >= token.remainingTTL) return
    // Without an end of its own it is saved with a whole lifetime.
    Object.assign(grant, { exp: undefined })
    await grant.save()
  }
}
