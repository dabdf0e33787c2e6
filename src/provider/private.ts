/**
 * Everything of oidc-provider that is not its public interface, in one place: an upgrade that moves any of it fails
 * loudly here, and in the test of this file.
 */
import type Provider from 'oidc-provider'
import type { ClientMetadata, KoaContextWithOIDC } from 'oidc-provider'
// @ts-expect-error The package's types describe its public interface alone.
import introspectionStack from 'oidc-provider/lib/actions/introspection.js'
// @ts-expect-error As above.
import revocationStack from 'oidc-provider/lib/actions/revocation.js'
// @ts-expect-error As above.
import readInternals from 'oidc-provider/lib/helpers/weak_cache.js'

// @ts-expect-error As above.
import rejectStructuredTokens from 'oidc-provider/lib/shared/reject_structured_tokens.js'
// @ts-expect-error As above.
import { urlencoded as readUrlencoded } from 'oidc-provider/lib/shared/selective_body.js'

export type GrantHandler = (ctx: KoaContextWithOIDC) => Promise<void>

interface Internals {
  grantTypeHandlers: Map<string, GrantHandler>
  grantTypeParams: Map<string, Set<string>>
}

/** Middleware in the stack of an endpoint. */
type EndpointMiddleware = (ctx: KoaContextWithOIDC, next: () => Promise<void>) => Promise<void>

/**
 * Puts other middleware in the place of that which refuses JWTs at introspection and revocation, for every provider
 * that is made from now on.
 */
export function takeStructuredTokens(middleware: EndpointMiddleware): void {
  for (const stack of [introspectionStack, revocationStack] as EndpointMiddleware[][]) {
    const index = stack.indexOf(rejectStructuredTokens)
    if (index === -1) throw new Error('Failed to take structured tokens: this oidc-provider checks them elsewhere')
    stack[index] = middleware
  }
}

/** What a provider keeps to itself. */
export function internals(provider: Provider): Internals {
  const found = readInternals(provider) as Partial<Internals> | undefined
  if (!(found?.grantTypeHandlers instanceof Map) || !(found.grantTypeParams instanceof Map)) {
    throw new Error('Failed to reach the grant handlers of oidc-provider: this version keeps them elsewhere')
  }
  return found as Internals
}

/** The class that checks client metadata, whose methods a provider lets us relax. */
export interface ClientSchema {
  redirect_uris: string[]
  invalidate(message: string): never
  redirectUris(uris?: string[], label?: string): void
}

/** A client model with the members that we reach for. */
export interface ClientModel {
  new (metadata: ClientMetadata): InstanceType<Provider['Client']>
  find(id: string): Promise<InstanceType<Provider['Client']> | undefined>
  Schema: { prototype: ClientSchema }
  prototype: {
    redirectUris?: string[]
    compareClientSecret(given: string): boolean
    /** @throws InvalidClient where the secret has expired */
    checkClientSecretExpiration(...told: string[]): void
    redirectUriAllowed(uri: string): boolean
    postLogoutRedirectUriAllowed(uri: string): boolean
  }
}

export function clientModel(provider: Provider): ClientModel {
  return provider.Client as unknown as ClientModel
}

/**
 * Spends the one warning that oidc-provider prints when a body was parsed upstream, as ours always are: it is meant
 * for people who do so unawares.
 */
function spendBodyWarning(): void {
  const { warn } = console
  console.warn = () => {}
  const ctx = { method: 'POST', is: () => true, req: { readable: false, body: '' }, request: {}, oidc: {} }
  try {
    void (readUrlencoded as (ctx: object, next: () => Promise<void>) => Promise<void>)(ctx, async () => {})
  } finally {
    console.warn = warn
  }
}

spendBodyWarning()
