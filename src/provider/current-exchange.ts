import Provider from 'oidc-provider'
import type { ProviderExchange } from './exchange.ts'

/** The exchange of the request that is being answered, if it is one at an endpoint. */
export function currentExchange(): ProviderExchange | undefined {
  return (Provider.ctx as { state?: { exchange?: ProviderExchange } } | undefined)?.state?.exchange
}
