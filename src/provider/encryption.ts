import type { KeyObject } from 'node:crypto'
import { encryptJwt } from './private.ts'

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

/**
 * Encrypts a signed token as the client has registered; one that wants none gets it as it is.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#SigningOrder OpenID Connect Core 16.14}
 */
export async function encryptFor(client: { clientId: string }, use: string, jwt: string, iss: string): Promise<string> {
  const { alg, enc } = wantedBy(client, use)
  if (alg === undefined || enc === undefined) return jwt
  const bySecret = alg === 'dir' || alg.startsWith('A')
  const { asymmetricKeyStore, symmetricKeyStore } = client as unknown as Record<string, KeyStore>
  const keys = (bySecret ? symmetricKeyStore : asymmetricKeyStore) as KeyStore
  if (!bySecret) await keys.refresh?.()
  const [jwk] = keys.selectForEncrypt({ alg: alg === 'dir' ? enc : alg, use: 'enc' })
  if (jwk === undefined) throw new Error(`Failed to encrypt for "${client.clientId}": it has no key for ${alg}`)
  const fields = { cty: 'JWT', kid: jwk.kid, iss, aud: client.clientId }
  return encryptJwt(jwt, keys.getKeyObject(jwk, bySecret), { alg, enc, fields })
}
