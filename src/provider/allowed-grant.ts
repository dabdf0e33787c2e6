import type Provider from 'oidc-provider'

/** What somebody allows a client in one go. */
export interface Allowed {
  /** The subject identifier of who allows it. */
  sub: string
  clientId: string
  /** Names, separated by spaces. */
  scope: string
  /** Resource indicators, which get all of the scope. */
  resources: readonly string[]
  /** Names of claims, beside those of the scope. */
  claims: readonly string[]
}

/**
 * Stores what somebody has allowed a client without a browser.
 *
 * @returns the id of the grant
 */
export async function saveGrant(provider: Provider, allowed: Allowed): Promise<string> {
  const { sub, clientId, scope, resources, claims } = allowed
  const grant = new provider.Grant({ accountId: sub, clientId })
  grant.addOIDCScope(scope)
  grant.addOIDCClaims([...claims])
  for (const resource of resources) grant.addResourceScope(resource, scope)
  return grant.save()
}
