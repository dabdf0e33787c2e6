import { createHmac } from 'node:crypto'
import type { Configuration } from 'oidc-provider'
import { encryptionKeyAlgorithms, postQuantumAlgorithms } from './key-algorithms.ts'
import { decryptionAlgorithms, type SigningKeys, signingAlgorithms } from './keys.ts'

/** Signing algorithms whose key is the client's secret. */
export const withSecrets: readonly string[] = ['HS256', 'HS384', 'HS512']

const withKeys = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'Ed25519', 'EdDSA'],
  ...postQuantumAlgorithms,
]

/** What needs nothing of ours to be read: a key that client and issuer share. */
const encryptionBySecret = ['dir', 'A128KW', 'A192KW', 'A256KW', 'A128GCMKW', 'A192GCMKW', 'A256GCMKW']

const contentEncryption = ['A128CBC-HS256', 'A128GCM', 'A192CBC-HS384', 'A192GCM', 'A256CBC-HS512', 'A256GCM']

/**
 * The algorithms of JOSE that an issuer takes and gives: what it signs and decrypts needs a key of its own, what it
 * verifies and encrypts needs one of the client.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7518 RFC 7518}
 */
export function joseAlgorithms(keys: SigningKeys): Configuration['enabledJWA'] {
  const signed = [...signingAlgorithms(keys), ...withSecrets]
  const encrypted = [...encryptionKeyAlgorithms, ...encryptionBySecret]
  return {
    idTokenSigningAlgValues: signed,
    userinfoSigningAlgValues: signed,
    introspectionSigningAlgValues: signed,
    authorizationSigningAlgValues: signed,
    clientAuthSigningAlgValues: [...withSecrets, ...withKeys],
    requestObjectSigningAlgValues: [...withSecrets, ...withKeys],
    dPoPSigningAlgValues: withKeys,
    idTokenEncryptionAlgValues: encrypted,
    userinfoEncryptionAlgValues: encrypted,
    introspectionEncryptionAlgValues: encrypted,
    authorizationEncryptionAlgValues: encrypted,
    requestObjectEncryptionAlgValues: [...encryptionBySecret, ...decryptionAlgorithms(keys)],
    idTokenEncryptionEncValues: contentEncryption,
    userinfoEncryptionEncValues: contentEncryption,
    introspectionEncryptionEncValues: contentEncryption,
    authorizationEncryptionEncValues: contentEncryption,
    requestObjectEncryptionEncValues: contentEncryption,
  } as Configuration['enabledJWA']
}

/**
 * A subject identifier that only the clients of one sector know, the same each time.
 *
 * @param issuerName so that two issuers with the same users tell them by different names
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#PairwiseAlg OpenID Connect Core 8.1}
 */
export function pairwiseSubject(issuerName: string, sector: string, sub: string): string {
  return createHmac('sha256', issuerName).update(`${sector}\n${sub}`).digest('base64url')
}

/** What tells whether a client knows people by subjects of its own. */
export interface SubjectClient {
  clientId: string
  subjectType?: string | undefined
  sectorIdentifier?: unknown
}

/** The subject by which a client knows a user. */
export function subjectFor(issuerName: string, client: SubjectClient | undefined, sub: string): string {
  if (client?.subjectType !== 'pairwise') return sub
  return pairwiseSubject(issuerName, (client.sectorIdentifier as string | undefined) ?? client.clientId, sub)
}
