import { readFile } from 'node:fs/promises'
import type { JWK } from 'jose'
import { UnderstudyError } from '../errors.ts'
import type { Bucket } from '../store/store.ts'
import { makeKeys } from './make-keys.ts'

/** Private keys as a JWK Set, with key ids that tell the algorithm. */
export interface SigningKeys {
  keys: JWK[]
}

const collection = 'Keys'

/**
 * The signing keys of a process or an issuer: those that the store holds, else new ones, which it then holds; so a
 * client's cached JWKS stays right over a restart.
 */
export async function keepKeys(bucket: Bucket): Promise<SigningKeys> {
  const stored = await bucket.get(collection, 'signing')
  if (stored !== undefined) return stored.value as SigningKeys
  const made = { keys: await makeKeys() }
  await bucket.put(collection, 'signing', { value: made })
  return made
}

/**
 * Reads a JWK Set of private signing keys.
 *
 * @throws UnderstudyError `ERR_KEYS_INVALID`
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 section 5}
 */
export async function readKeys(file: string): Promise<SigningKeys> {
  const wrong = (reason: string) =>
    new UnderstudyError(
      'ERR_KEYS_INVALID',
      400,
      `Failed to read the keys of ${file}: ${reason}. Expected a JWK Set of private keys.`,
    )
  let parsed: unknown
  try {
    parsed = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw wrong((error as Error).message)
  }
  const keys = (parsed as { keys?: unknown } | null)?.keys
  if (!Array.isArray(keys) || keys.length === 0) throw wrong('it has no member "keys" with at least one key')
  for (const [index, key] of (keys as JWK[]).entries()) {
    if (typeof key?.kty !== 'string') throw wrong(`keys[${index}] has no "kty"`)
    if (typeof key.d !== 'string') throw wrong(`keys[${index}] is no private key, it has no "d"`)
  }
  return { keys: keys as JWK[] }
}

/** The algorithms that these keys can sign with. */
export function signingAlgorithms({ keys }: SigningKeys): string[] {
  const byType: Record<string, readonly string[]> = {
    RSA: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
    OKP: ['EdDSA', 'Ed25519'],
  }
  const byCurve: Record<string, string> = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' }
  const found = keys.flatMap(({ alg, kty, crv }) => alg ?? byType[kty ?? ''] ?? byCurve[crv ?? ''] ?? [])
  return [...new Set(found)]
}
