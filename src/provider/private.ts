/**
 * Everything of oidc-provider that is not its public interface, in one place: an upgrade that moves any of it fails
 * loudly here, and in the test of this file.
 */
import type Provider from 'oidc-provider'
import type { ClientMetadata, KoaContextWithOIDC } from 'oidc-provider'
// @ts-expect-error The package's types describe its public interface alone.
import { issueTokens as issueFromSource } from 'oidc-provider/lib/helpers/grant_common.js'
import * as grantHelpers from 'oidc-provider/lib/helpers/grants.js'
// @ts-expect-error As above.
import { encrypt as encryptBy, verify as verifyBy } from 'oidc-provider/lib/helpers/jwt.js'
// @ts-expect-error As above.
import resolveResource from 'oidc-provider/lib/helpers/resolve_resource.js'
// @ts-expect-error As above.
import sectorValidate from 'oidc-provider/lib/helpers/sector_validate.js'
// @ts-expect-error As above.
import readInternals from 'oidc-provider/lib/helpers/weak_cache.js'

// @ts-expect-error As above.
import { urlencoded as readUrlencoded } from 'oidc-provider/lib/shared/selective_body.js'

export type GrantHandler = (ctx: KoaContextWithOIDC) => Promise<void>

/** Answers an authorization at a redirect URI. */
export type ResponseMode = (
  ctx: KoaContextWithOIDC,
  redirectUri: string,
  fields: Record<string, unknown>,
) => void | Promise<void>

interface Internals {
  /** Undefined where the provider takes no proofs. */
  DPoPNonces?: { checkChallenge(nonce: string): boolean }
  grantTypeHandlers: Map<string, GrantHandler>
  /** By name: `query`, `fragment`, `form_post`, and each signed. */
  responseModes: Map<string, ResponseMode>
  grantTypeParams: Map<string, Set<string>>
  keystore: KeyStore
  features: {
    requestObjects: {
      assertJwtClaimsAndHeader(
        ctx: KoaContextWithOIDC,
        claims: Record<string, unknown>,
        ...rest: unknown[]
      ): Promise<void>
    }
  }
  configuration: {
    renderError(
      ctx: KoaContextWithOIDC,
      out: { error: string; error_description?: string },
      error: Error,
    ): Promise<void>
    responseTypes: string[]
    /** The names of claims that may be asked for. */
    claimsSupported: Set<string>
    scopes: Set<string>
    features: {
      resourceIndicators: {
        getResourceServerInfo(ctx: KoaContextWithOIDC, indicator: string, client: unknown): unknown
      }
    }
  }
}

/**
 * Lets a provider answer `response_type=token`, which it knows how to and refuses to be configured for.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.2 RFC 6749 section 4.2}
 */
export function takeTokenAlone(provider: Provider): void {
  internals(provider).configuration.responseTypes.push('token')
}

/** Keys that signatures are checked by. */
export interface KeyStore {
  selectForVerify(of: { alg?: string; kid?: string }): unknown[]
}

/**
 * Checks the redirect URIs of a client against its `sector_identifier_uri`, where it has one.
 *
 * @throws InvalidClientMetadata
 * @see {@link https://openid.net/specs/openid-connect-registration-1_0.html#SectorIdentifierValidation OpenID Registration 5}
 */
export async function checkSector(
  provider: Provider,
  client: { sectorIdentifierUri?: string | undefined },
): Promise<void> {
  if (client.sectorIdentifierUri === undefined) return
  await (sectorValidate as (...args: unknown[]) => Promise<void>)(provider, client)
}

/** What a provider keeps to itself. */
export function internals(provider: Provider): Internals {
  const found = readInternals(provider) as Partial<Internals> | undefined
  if (!(found?.grantTypeHandlers instanceof Map) || !(found.grantTypeParams instanceof Map)) {
    throw new Error('Failed to reach the grant handlers of oidc-provider: this version keeps them elsewhere')
  }
  return found as Internals
}

/** The keys of a client, by which it signs: its own JWK Set, or its secret. */
export function clientKeys(client: object, alg: string): KeyStore {
  const { asymmetricKeyStore, symmetricKeyStore } = client as Record<string, KeyStore>
  return (alg.startsWith('HS') ? symmetricKeyStore : asymmetricKeyStore) as KeyStore
}

/**
 * Verifies a JWT: its signature, its times, and its audience where one is asked for.
 *
 * @returns its claims
 */
export async function verifyJwt(
  jwt: string,
  keys: KeyStore,
  options: { audience?: string; ignoreAzp?: boolean } = {},
): Promise<Record<string, unknown>> {
  const verified = await (verifyBy as (...args: unknown[]) => Promise<{ payload: Record<string, unknown> }>)(
    jwt,
    keys,
    options,
  )
  return verified.payload
}

/** Encrypts a signed token with a client's key. */
export async function encryptJwt(
  jwt: string,
  key: unknown,
  options: { alg: string; enc: string; fields: Record<string, unknown> },
): Promise<string> {
  return (encryptBy as (...args: unknown[]) => Promise<string>)(jwt, key, options)
}

/** What a token request has proven of its sender, beside who the client is. */
interface SenderConstraints {
  cert: unknown
  dPoP: unknown
}

/** Steps that the provider's own grants share, with the provider as their first argument. */
interface GrantHelpers {
  validateDpop(provider: Provider, ctx: KoaContextWithOIDC): Promise<unknown>
  checkDpopRequired(provider: Provider, ctx: KoaContextWithOIDC, dPoP: unknown): void
  checkMtlsCert(provider: Provider, ctx: KoaContextWithOIDC): unknown
  checkDpopReplay(provider: Provider, ctx: KoaContextWithOIDC, dPoP: unknown, clientId: string): Promise<void>
  validateClientScope(provider: Provider, ctx: KoaContextWithOIDC): Set<string>
  resolveRequestedResources(provider: Provider, ctx: KoaContextWithOIDC): Promise<{ identifier(): string }[]>
}

const helpers = grantHelpers as GrantHelpers & Record<string, (...args: unknown[]) => unknown>

/** Checks how the sender of a token request is bound to what it will get: by DPoP, or by its certificate. */
export async function senderConstraints(provider: Provider, ctx: KoaContextWithOIDC): Promise<SenderConstraints> {
  const dPoP = await helpers.validateDpop(provider, ctx)
  const cert = helpers.checkMtlsCert(provider, ctx)
  helpers.checkDpopRequired(provider, ctx, dPoP)
  return { cert, dPoP }
}

/** Binds a token to what its request has proven of its sender. */
export async function bindToken(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  token: object,
  { cert, dPoP }: SenderConstraints,
): Promise<void> {
  const bindable = token as { setThumbprint(kind: 'x5t' | 'jkt', value: unknown): void }
  if (cert) bindable.setThumbprint('x5t', cert)
  if (!dPoP) return
  await useProof(provider, ctx, dPoP)
  bindable.setThumbprint('jkt', (dPoP as { thumbprint: string }).thumbprint)
}

/**
 * The resource that a token request asks for, of those that were granted with what it presents.
 *
 * @throws InvalidTarget
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2.2 RFC 8707 section 2.2}
 */
export async function grantedResource(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  source: object,
): Promise<string | undefined> {
  const { features } = internals(provider).configuration
  const resource: unknown = await (resolveResource as (...args: unknown[]) => Promise<unknown>)(ctx, source, features)
  if (typeof resource !== 'string') return undefined
  await features.resourceIndicators.getResourceServerInfo(ctx, resource, ctx.oidc.client)
  return resource
}

/** The DPoP proof of a request, which may have been used before; undefined where it has none. */
export async function proofOf(
  provider: Provider,
  ctx: KoaContextWithOIDC,
): Promise<{ thumbprint: string } | undefined> {
  return (await helpers.validateDpop(provider, ctx)) as { thumbprint: string } | undefined
}

/**
 * Uses a DPoP proof, which is good for one request.
 *
 * @throws InvalidGrant
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-11.1 RFC 9449 section 11.1}
 */
export async function useProof(provider: Provider, ctx: KoaContextWithOIDC, dPoP: unknown): Promise<void> {
  await helpers.checkDpopReplay(provider, ctx, dPoP, ctx.oidc.client?.clientId as string)
}

/** The scopes that a token request asks for, which its client may have. */
export function askedScopes(provider: Provider, ctx: KoaContextWithOIDC): string[] {
  return [...helpers.validateClientScope(provider, ctx)]
}

/** The resource indicators that a token request names. */
export async function askedResources(provider: Provider, ctx: KoaContextWithOIDC): Promise<string[]> {
  return (await helpers.resolveRequestedResources(provider, ctx)).map((resource) => resource.identifier())
}

/** Answers a token request from what was granted, as the provider's own grants do: all tokens that client and scope call for. */
export async function issueTokens(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  source: object,
  grant: InstanceType<Provider['Grant']>,
  told: SenderConstraints & { gty: string; entityLabel: string },
): Promise<void> {
  const bound = Object.fromEntries(
    Object.entries(helpers).map(([name, help]) => [name, help.bind(undefined, provider)]),
  )
  await (issueFromSource as (...args: unknown[]) => Promise<void>)(provider, bound, ctx, source, grant, told)
}

/** The class that checks client metadata, whose methods a provider lets us relax. */
export interface ClientSchema {
  redirect_uris: string[]
  invalidate(message: string): never
  redirectUris(uris?: string[], label?: string): void
  userinfo_encrypted_response_alg?: string
  userinfo_signed_response_alg?: string
  /** Checks which members need others, and completes them. */
  whens(): void
}

/** What matters of a client when somebody logs out. */
interface LogoutClient {
  clientId: string
  backchannelLogoutUri?: string
  backchannelLogoutSessionRequired?: boolean
}

/** A client model with the members that we reach for. */
export interface ClientModel {
  new (metadata: ClientMetadata): InstanceType<Provider['Client']>
  find(id: string): Promise<InstanceType<Provider['Client']> | undefined>
  /** Whether a client with this metadata needs a secret to do what it says. */
  needsSecret(metadata: object): boolean
  Schema: { prototype: ClientSchema }
  prototype: {
    redirectUris?: string[]
    compareClientSecret(given: string): boolean
    /** @throws InvalidClient where the secret has expired */
    checkClientSecretExpiration(...told: string[]): void
    responseTypeAllowed(type: string): boolean
    redirectUriAllowed(uri: string): boolean
    postLogoutRedirectUriAllowed(uri: string): boolean
    /** Whether the client's ID tokens name the session. */
    includeSid(this: LogoutClient): boolean
    backchannelLogout(this: LogoutClient, sub: string, sid: string): Promise<void>
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
