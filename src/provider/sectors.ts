import { grantTypeAliases } from '../domain/client.ts'
import type { ClientModel } from './private.ts'

/** By whose keys a client without a browser is told. */
const pollingGrants: readonly (string | undefined)[] = [grantTypeAliases.device_code, grantTypeAliases.ciba]

/** What may tell of a client's sector. */
interface SectorClient {
  clientId: string
  responseTypes: readonly string[]
  grantTypes: readonly string[]
  jwksUri?: string
  sectorIdentifierUri?: string
}

/**
 * Has a client that no host tells the sector of be one by itself: without a redirect URI, or a `jwks_uri`, the provider
 * knows no subject for it.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#PairwiseAlg OpenID Connect Core 8.1}
 */
export function giveSectors({ prototype }: ClientModel): void {
  const told = Object.getOwnPropertyDescriptor(prototype, 'sectorIdentifier')?.get
  if (told === undefined) throw new Error('Failed to give clients sectors: this oidc-provider keeps them elsewhere')
  Object.defineProperty(prototype, 'sectorIdentifier', {
    configurable: true,
    get(this: SectorClient) {
      const isTold = this.sectorIdentifierUri !== undefined || this.responseTypes.length > 0
      const polls = this.jwksUri !== undefined && this.grantTypes.some((grant) => pollingGrants.includes(grant))
      return isTold || polls ? told.call(this) : this.clientId
    },
  })
}
