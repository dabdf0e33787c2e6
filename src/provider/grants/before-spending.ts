import Provider, { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { AuthorizationDetail } from '../../domain/authorization-details.ts'
import { detailsOf, narrowed } from '../authorization-details/asked.ts'
import type { IssuerContext } from '../context.ts'
import { currentExchange } from '../current-exchange.ts'
import { checkProof } from '../dpop.ts'
import { grantedResource } from '../private.ts'
import { requireGrantedTarget } from '../resources/audiences.ts'

/** A code or token that is good for one use. */
interface Spendable {
  /** Why its request was refused, where it was. */
  error?: string
  rar?: readonly AuthorizationDetail[]
  /** The thumbprint of the DPoP key that its request has named. */
  dpopJkt?: string
}

interface SpendableModel {
  prototype: { consume(this: Spendable): Promise<void> }
}

/**
 * Refuses a code without the redirect URI that its authorization request named. Where both may leave it out, the provider
 * takes the only one that the client has.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3 RFC 6749 section 4.1.3}
 */
function requireSentRedirectUri({ persona }: IssuerContext): void {
  const exchange = currentExchange()
  if (persona.redirect_uri !== 'optional' || exchange?.grantType !== 'authorization_code') return
  if (exchange.params.redirect_uri !== undefined || exchange.flow?.leavesOutRedirectUri) return
  throw new errors.InvalidGrant('the authorization request named a redirect_uri, and this request leaves it out')
}

/**
 * Spends a code or refresh token only once all that its request asks of it is found to be right. The provider spends it
 * first, and whoever has misspelled a resource would have to log in again.
 */
export function checkBeforeSpending(provider: Provider, issuer: IssuerContext): void {
  const { AuthorizationCode, BackchannelAuthenticationRequest, DeviceCode, RefreshToken } = provider
  const models = [AuthorizationCode, BackchannelAuthenticationRequest, DeviceCode, RefreshToken]
  for (const { prototype } of models as unknown as SpendableModel[]) {
    const { consume } = prototype
    prototype.consume = async function consumeChecked() {
      const ctx = Provider.ctx as KoaContextWithOIDC | undefined
      if (ctx?.oidc?.route === 'token' && this.error === undefined) {
        requireSentRedirectUri(issuer)
        narrowed(detailsOf(ctx), this.rar ?? [])
        requireGrantedTarget(issuer, await grantedResource(provider, ctx, this))
        await checkProof(provider, ctx, this.dpopJkt)
      }
      await consume.call(this)
    }
  }
}
