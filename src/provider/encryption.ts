import type { KeyObject } from 'node:crypto'
import { errors } from 'oidc-provider'
import { type ClientModel, encryptJwt } from './private.ts'

/** How a client wants something encrypted. */
interface Wanted {
  alg: string | undefined
  enc: string | undefined
}

/** The members of a client that say how each use of a signed token is encrypted, by their beginning. */
const prefixes: Readonly<Record<string, string>> = {
  idtoken: 'idToken',
  logout: 'idToken',
  userinfo: 'userinfo',
  introspection: 'introspection',
  authorization: 'authorization',
}

interface KeyStore {
  selectForEncrypt(wanted: { alg: string; use: 'enc' }): { kid?: string }[]
  getKeyObject(jwk: { kid?: string }, wrapped?: boolean): KeyObject | Uint8Array
  refresh?(): Promise<void>
}

function wantedBy(client: object, use: string): Wanted {
  const of = (member: string) =>
    (client as Record<string, string | undefined>)[`${prefixes[use]}EncryptedResponse${member}`]
  return { alg: of('Alg'), enc: of('Enc') }
}

/** A client as one that wants nothing encrypted: what is made for it can be read, and encrypted later. */
export function withoutEncryption<Client extends object>(client: Client): Client {
  return new Proxy(client, {
    get: (target, name) =>
      String(name).endsWith('EncryptedResponseEnc') ? undefined : Reflect.get(target, name, target),
  })
}

/** Why something could not be encrypted for want of a key of the client; undefined where another thing went wrong. */
export function missingKeyOf(error: unknown): string | undefined {
  return error instanceof errors.InvalidClientMetadata ? (error.error_description ?? error.message) : undefined
}

/** The metadata by which clients ask for encryption, and the member of the provider's model that holds it. */
const wishes = {
  id_token_encrypted_response_alg: 'idTokenEncryptedResponseAlg',
  userinfo_encrypted_response_alg: 'userinfoEncryptedResponseAlg',
  introspection_encrypted_response_alg: 'introspectionEncryptedResponseAlg',
  authorization_encrypted_response_alg: 'authorizationEncryptedResponseAlg',
} as const

/**
 * What a client wants encrypted and has no key for among those that it brings by value; what is at a `jwks_uri`
 * cannot be known before it is asked for.
 */
export function findMissingKey(client: object): { member: string; message: string } | undefined {
  const told = client as Record<string, unknown>
  if (told.jwksUri !== undefined) return undefined
  for (const [member, property] of Object.entries(wishes)) {
    const alg = told[property] as string | undefined
    if (alg === undefined || isBySecret(alg)) continue
    if ((told.asymmetricKeyStore as KeyStore).selectForEncrypt({ alg, use: 'enc' }).length > 0) continue
    const kind = alg.startsWith('RSA') ? 'an RSA key' : 'an EC or X25519 key'
    return { member, message: `the client has no key for "${alg}" in jwks. Add ${kind} with "use": "enc"` }
  }
  return undefined
}

function isBySecret(alg: string): boolean {
  return alg === 'dir' || alg.startsWith('A')
}

/**
 * Lets clients have userinfo encrypted that is not signed, which the provider refuses.
 *
 * @see {@link https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata OpenID Registration 2}
 */
export function takeBareEncryption({ Schema: { prototype } }: ClientModel): void {
  const { whens } = prototype
  prototype.whens = function checkWhens() {
    const isBare = this.userinfo_encrypted_response_alg !== undefined && this.userinfo_signed_response_alg === undefined
    if (isBare) this.userinfo_signed_response_alg = 'none'
    whens.call(this)
    if (isBare) delete this.userinfo_signed_response_alg
  }
}

/** Whether a client wants userinfo encrypted, and not signed before. */
export function wantsBareUserinfo(client: object): boolean {
  const told = client as Record<string, unknown>
  return told.userinfoEncryptedResponseAlg !== undefined && told.userinfoSignedResponseAlg === undefined
}

/**
 * Encrypts a signed token, or claims that shall not be signed, as the client has registered; one that wants none gets it as it is.
 *
 * @throws InvalidClientMetadata where there is no key for it
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#SigningOrder OpenID Connect Core 16.14}
 */
export async function encryptFor(client: { clientId: string }, use: string, jwt: string, iss: string): Promise<string> {
  const isSigned = !(use === 'userinfo' && wantsBareUserinfo(client))
  const { alg, enc } = wantedBy(client, use)
  if (alg === undefined || enc === undefined) return jwt
  const bySecret = isBySecret(alg)
  const { asymmetricKeyStore, symmetricKeyStore } = client as unknown as Record<string, KeyStore>
  const keys = (bySecret ? symmetricKeyStore : asymmetricKeyStore) as KeyStore
  if (!bySecret) await keys.refresh?.()
  const [jwk] = keys.selectForEncrypt({ alg: alg === 'dir' ? enc : alg, use: 'enc' })
  if (jwk === undefined) throw new errors.InvalidClientMetadata(`no suitable encryption key found (${alg})`)
  const fields = { ...(isSigned && { cty: 'JWT' }), kid: jwk.kid, iss, aud: client.clientId }
  return encryptJwt(jwt, keys.getKeyObject(jwk, bySecret), { alg, enc, fields })
}
