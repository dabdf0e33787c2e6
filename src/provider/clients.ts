import type Provider from 'oidc-provider'
import type { ClientMetadata } from 'oidc-provider'
import type { Client } from '../domain/client.ts'
import type { Clock } from '../domain/clock.ts'
import { OpenMap } from '../domain/open.ts'
import { findMissingKey, takeBareEncryption } from './encryption.ts'
import { type ClientModel, type ClientSchema, clientModel } from './private.ts'
import { giveSectors } from './sectors.ts'

/** Members of a client in the fixtures that are ours, not metadata that the provider knows. */
const ownMembers = new Set([
  'consent',
  'auto_login',
  'login_hint',
  'initiate_login_uri',
  'issuer',
  'lifetimes',
  'access_token',
  'claims',
])

const forbiddenSchemes = new Set(['javascript:', 'vbscript:', 'data:', 'blob:', 'file:', 'about:'])

/** What the provider is told of a client. */
export function metadataOf(client: Client): ClientMetadata {
  const metadata: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(client)) {
    if (!ownMembers.has(name) && value !== undefined) metadata[name] = value
  }
  return metadata as unknown as ClientMetadata
}

/**
 * Serves the clients of the fixtures, made on first use, and relaxes the checks where a mock must be lenient: any
 * scheme but those that run in the page, plain http anywhere, and any port on loopback hosts.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-7.3 RFC 8252 section 7.3}
 */
export function serveClients(provider: Provider, clients: ReadonlyMap<string, Client>, clock: Clock): void {
  const Model = clientModel(provider)
  takeAnyScheme(Model)
  takeBareEncryption(Model)
  // The provider pads secrets with nulls before it compares them, and so takes "secret\0" for "secret".
  Model.prototype.compareClientSecret = function isSecret(this: { clientSecret?: string }, given) {
    return given === this.clientSecret
  }
  const { redirectUriAllowed, postLogoutRedirectUriAllowed } = Model.prototype
  Model.prototype.redirectUriAllowed = function allowed(this: { redirectUris: string[] }, uri) {
    return redirectUriAllowed.call(this, uri) || matchesLoopback(uri, this.redirectUris)
  }
  Model.prototype.postLogoutRedirectUriAllowed = function allowed(this: { postLogoutRedirectUris: string[] }, uri) {
    return postLogoutRedirectUriAllowed.call(this, uri) || matchesLoopback(uri, this.postLogoutRedirectUris)
  }
  const { checkClientSecretExpiration } = Model.prototype
  Model.prototype.checkClientSecretExpiration = function checkExpiration(
    this: { clientSecretExpiresAt?: number },
    ...told
  ) {
    const expiresAt = this.clientSecretExpiresAt
    if (!expiresAt || clock.advancedSeconds === 0) return checkClientSecretExpiration.apply(this, told)
    const aged = { clientSecretExpiresAt: { value: Math.max(1, expiresAt - clock.advancedSeconds) } }
    checkClientSecretExpiration.apply(Object.create(this, aged), told)
  }
  giveSectors(Model)
  const made = new Map<string, InstanceType<Provider['Client']>>()
  const find = Model.find.bind(Model)
  Model.find = async function findClient(id) {
    const known = made.get(id)
    if (known !== undefined) return known
    const client = typeof id === 'string' ? clients.get(id) : undefined
    if (client === undefined) return find(id)
    const model = new Model(metadataOf(client))
    // Those that nobody has declared are without number.
    if (!(clients instanceof OpenMap) || clients.isDeclared(id)) made.set(id, model)
    return model
  }
}

/** Whether a browser may be sent somewhere that nobody has registered. */
export function isSafeRedirect(uri: string): boolean {
  const parsed = URL.parse(uri)
  return parsed !== null && !uri.includes('#') && !forbiddenSchemes.has(parsed.protocol)
}

/** Takes redirect URIs of any scheme but those that run in the page, for web and native clients alike. */
function takeAnyScheme(Model: ClientModel): void {
  Model.Schema.prototype.redirectUris = function redirectUris(
    this: ClientSchema,
    uris = this.redirect_uris,
    label = 'redirect_uris',
  ) {
    for (const uri of uris) {
      const parsed = URL.parse(uri)
      if (parsed === null) return this.invalidate(`${label} must only contain absolute URIs, not "${uri}"`)
      if (uri.includes('#')) this.invalidate(`${label} must not contain fragments, as "${uri}" does`)
      if (forbiddenSchemes.has(parsed.protocol)) this.invalidate(`${label} must not use the scheme of "${uri}"`)
    }
  }
}

/** What is wrong with a client, by its index in the list and, where one is at fault, the member. */
export interface ClientMistake {
  index: number
  member?: string
  message: string
}

/**
 * What is wrong with clients' metadata, in the provider's own words.
 *
 * @returns one mistake a client at the most
 */
export function checkClients(provider: Provider, clients: readonly Client[]): ClientMistake[] {
  const Model = clientModel(provider)
  takeAnyScheme(Model)
  takeBareEncryption(Model)
  return clients.flatMap((client, index) => {
    try {
      const missing = findMissingKey(new Model(metadataOf(client)))
      return missing === undefined ? [] : [{ index, ...missing }]
    } catch (error) {
      const { error_description: message } = error as { error_description?: string }
      return [{ index, message: withWayOut(message ?? (error as Error).message) }]
    }
  })
}

/** The algorithms that a client may have follow from the keys that there are. */
function withWayOut(message: string): string {
  return /(?:signed_response|request_object_encryption)_alg must be/.test(message)
    ? `${message}. Name a file with such a key in keys`
    : message
}

/** Whether a loopback URI is registered, but for its port. */
function matchesLoopback(uri: string, registered: readonly string[] = []): boolean {
  const bare = withoutLoopbackPort(uri)
  return bare !== undefined && registered.some((other) => withoutLoopbackPort(other) === bare)
}

/** Compared as text, as clients must be held to what they registered: a parser would make equal what is written differently. */
const loopbackPattern = /^(https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\]))(?::\d{1,5})?([/?][^#]*)?$/

function withoutLoopbackPort(uri: string): string | undefined {
  const [, origin, rest = ''] = loopbackPattern.exec(uri) ?? []
  return origin === undefined || !URL.canParse(uri) ? undefined : origin + rest
}
