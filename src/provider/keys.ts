import { readFile } from 'node:fs/promises'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { UnderstudyError } from '../errors.ts'
import type { Bucket } from '../store/store.ts'
import {
  encryptionKeyAlgorithms,
  explainMisfit,
  fittingAlgorithms,
  isForEncryption,
  kindOfKey,
} from './key-algorithms.ts'
import { makeKeys } from './make-keys.ts'

/** Private keys as a JWK Set: those that sign, and those of `use: enc`; of several that fit an algorithm, the first serves. */
export interface SigningKeys {
  keys: JWK[]
  /** Key ids of the keys that these have been rotated from; left out: they are as they were made or declared. */
  base?: string[]
  /** Key ids of keys that are gone: what they have signed is not taken any more. */
  dropped?: string[]
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
 * Reads a JWK Set of private keys, for signing and for decryption; those without a key id get their thumbprint for one.
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
  const named = new Map<string, JWK>()
  for (const [index, key] of (keys as JWK[]).entries()) {
    const mistake = mistakeOf(key)
    if (mistake !== undefined) throw wrong(`keys[${index}] ${mistake}`)
    const kid = key.kid ?? (await calculateJwkThumbprint(key).catch((error: Error) => error))
    if (kid instanceof Error) throw wrong(`keys[${index}] is no whole key: ${kid.message}`)
    if (named.has(kid)) throw wrong(`keys[${index}] has the "kid" of a key before it, "${kid}"`)
    named.set(kid, { ...key, ...(isForEncryption(key) && { use: 'enc' }), kid })
  }
  return { keys: [...named.values()] }
}

/** Why a key is of no use, if it is of none. */
function mistakeOf(key: JWK): string | undefined {
  if (typeof key?.kty !== 'string') return 'has no "kty"'
  const secret = key.kty === 'AKP' ? 'priv' : 'd'
  if (typeof key[secret] !== 'string') return `is no private key, it has no "${secret}"`
  if (key.kid !== undefined && typeof key.kid !== 'string') return 'has a "kid" that is no text'
  if (key.use !== undefined && key.use !== 'sig' && key.use !== 'enc') {
    return `is neither for signing ("sig") nor for encryption ("enc"): its "use" is "${key.use}"`
  }
  const fitting = fittingAlgorithms(key)
  if (fitting.length === 0) return explainMisfit(key)
  if (key.alg === undefined || fitting.includes(key.alg)) return undefined
  const does = isForEncryption(key) ? 'decrypts' : 'signs'
  return `has the "alg" "${key.alg}", but ${kindOfKey(key)} ${does} with ${fitting.join(', ')}`
}

/** The algorithms that these keys can sign with. */
export function signingAlgorithms({ keys }: SigningKeys): string[] {
  return algorithmsOf(keys.filter((key) => !isForEncryption(key)))
}

/** How many keys a client may have to choose from when it checks a signature. */
export function signingKeyCount({ keys }: SigningKeys): number {
  return keys.filter((key) => !isForEncryption(key)).length
}

/** The algorithms of what these keys can decrypt. */
export function decryptionAlgorithms({ keys }: SigningKeys): string[] {
  return algorithmsOf(keys.filter(isForEncryption))
}

function algorithmsOf(keys: readonly JWK[]): string[] {
  return [...new Set(keys.flatMap((key) => key.alg ?? fittingAlgorithms(key)))]
}

/** The key that signs with an algorithm: one that says so comes before those that merely could. */
export function signingKey(keys: SigningKeys, alg: string): JWK | undefined {
  return encryptionKeyAlgorithms.includes(alg) ? undefined : keyFor(keys, alg)
}

/** The key that serves an algorithm of any kind. */
export function keyFor({ keys }: SigningKeys, alg: string): JWK | undefined {
  return (
    keys.find((key) => key.alg === alg) ??
    keys.find((key) => key.alg === undefined && fittingAlgorithms(key).includes(alg))
  )
}
