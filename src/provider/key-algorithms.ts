import type { JWK } from 'jose'

const [nodeMajor = 0, nodeMinor = 0] = process.versions.node.split('.').map(Number)

/** Whether this Node signs with keys of the type AKP, as the provider sees it. */
const hasMlDsa = nodeMajor > 24 || (nodeMajor === 24 && nodeMinor >= 7)

const mlDsaAlgorithms: readonly string[] = ['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87']

/**
 * Signing algorithms of keys that withstand quantum computers, where this Node knows them: from 24.7 on.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9964 RFC 9964}
 */
export const postQuantumAlgorithms: readonly string[] = hasMlDsa ? mlDsaAlgorithms : []

const rsaSignatures = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
const rsaEncryption = ['RSA-OAEP', 'RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512']
const curveEncryption = ['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A192KW', 'ECDH-ES+A256KW']

/** What signs, by the kind of key. */
const signaturesByKind: ReadonlyMap<string, readonly string[]> = new Map([
  ['RSA', rsaSignatures],
  ['EC P-256', ['ES256']],
  ['EC P-384', ['ES384']],
  ['EC P-521', ['ES512']],
  ['OKP Ed25519', ['EdDSA', 'Ed25519']],
  ...postQuantumAlgorithms.map((alg): [string, string[]] => [`AKP ${alg}`, [alg]]),
])

/** What is encrypted to the issuer, by the kind of key that decrypts it. */
const encryptionByKind: ReadonlyMap<string, readonly string[]> = new Map([
  ['RSA', rsaEncryption],
  ['EC P-256', curveEncryption],
  ['EC P-384', curveEncryption],
  ['EC P-521', curveEncryption],
  ['OKP X25519', curveEncryption],
])

/** All algorithms that there can be a signing key of. */
export const signingKeyAlgorithms: readonly string[] = [...signaturesByKind.values()].flat()

/** All algorithms that there can be a key for decryption of. */
export const encryptionKeyAlgorithms: readonly string[] = [...rsaEncryption, ...curveEncryption]

/** What tells which algorithms a key could serve. */
export function kindOfKey({ kty, crv, alg }: JWK): string {
  return [kty, kty === 'AKP' ? alg : crv].filter(Boolean).join(' ')
}

/** Whether a key is for decryption, of what clients encrypt to the issuer, rather than for signing. */
export function isForEncryption({ use, alg }: JWK): boolean {
  return use === 'enc' || (use === undefined && encryptionKeyAlgorithms.includes(alg ?? ''))
}

/** What a key could do by its kind and use, whatever algorithm it names itself. */
export function fittingAlgorithms(key: JWK): readonly string[] {
  return (isForEncryption(key) ? encryptionByKind : signaturesByKind).get(kindOfKey(key)) ?? []
}

/** Why a key cannot do anything here, by its kind. */
export function explainMisfit(key: JWK): string {
  const kind = kindOfKey(key)
  const purpose = isForEncryption(key) ? 'decrypt' : 'sign'
  if (mlDsaAlgorithms.includes(key.alg ?? '') && !hasMlDsa) {
    return `does not ${purpose}: ${kind} takes Node 24.7 or newer, and this is ${process.versions.node}`
  }
  const other = isForEncryption(key) ? signaturesByKind : encryptionByKind
  const hint = other.has(kind) ? `. Say "use": "${isForEncryption(key) ? 'sig' : 'enc'}" if it is for that` : ''
  return `does not ${purpose}: no algorithm is known for ${kind}${hint}`
}
