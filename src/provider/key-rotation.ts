import type { JWK } from 'jose'
import { didYouMean, UnderstudyError } from '../errors.ts'
import { encryptionKeyAlgorithms, isForEncryption, signingKeyAlgorithms } from './key-algorithms.ts'
import { decryptionAlgorithms, keyFor, type SigningKeys, signingAlgorithms } from './keys.ts'
import { makeKeyFor, makeSuccessor, newKeyMark } from './make-keys.ts'

/** The public side of a key, in a list. */
export interface KeyView {
  kid: string
  kty: string
  crv?: string
  alg?: string
  use?: string
  current: boolean
  since?: string
}

/** How keys are rotated. */
export interface KeyRotation {
  /** Left out: every algorithm. */
  alg?: string | undefined
  /** Whether the old keys stay in the JWKS. */
  keepOld: boolean
}

/** Tells what is public of each key. */
export function describeKeys(keys: SigningKeys): KeyView[] {
  const signing = currentKeys(keys)
  return keys.keys.map((key) => {
    const { kid = '', kty = '', crv, alg, use, iat } = key as JWK & { iat?: unknown }
    const view: KeyView = { kid, kty, current: signing.has(key) }
    if (crv !== undefined) view.crv = crv
    if (alg !== undefined) view.alg = alg
    if (use !== undefined) view.use = use
    if (typeof iat === 'number') view.since = new Date(iat * 1000).toISOString()
    return view
  })
}

/**
 * Puts new keys before those that serve now; a key that names no algorithm is followed by one that names none, and an
 * algorithm that has no key gets its first one.
 *
 * @returns the keys that there are then; the given ones stay as they are
 * @throws UnderstudyError `ERR_KEY_ALG` (400)
 */
export async function rotateKeys(keys: SigningKeys, { alg, keepOld }: KeyRotation): Promise<SigningKeys> {
  const current = alg === undefined ? undefined : keyFor(keys, alg)
  const retired = alg === undefined ? [...currentKeys(keys)] : [current ?? []].flat()
  const isFirst = alg !== undefined && current === undefined
  const made = isFirst ? [await makeFirst(alg)] : await Promise.all(retired.map(makeSuccessor))
  const kinds = new Set(retired.map(kindOf))
  const stays = (key: JWK) => keepOld || !kinds.has(kindOf(key))
  const gone = keys.keys.filter((key) => !stays(key))
  const rotated: SigningKeys = {
    keys: signingFirst([...made, ...keys.keys.filter(stays)]),
    base: keys.base ?? idsOf(keys.keys),
  }
  const dropped = [...(keys.dropped ?? []), ...idsOf(gone)]
  return dropped.length === 0 ? rotated : { ...rotated, dropped }
}

/** Clients that look at no `use` are fond of the first key. */
function signingFirst(keys: readonly JWK[]): JWK[] {
  return keys.toSorted((one, other) => Number(isForEncryption(one)) - Number(isForEncryption(other)))
}

/** The ids of keys, in their order. */
export function idsOf(keys: readonly JWK[]): string[] {
  return keys.map(({ kid }) => kid ?? '')
}

/** The keys that sign, and those that clients shall encrypt to, each for one algorithm or more. */
function currentKeys(keys: SigningKeys): Set<JWK> {
  const served = [...signingAlgorithms(keys), ...decryptionAlgorithms(keys)]
  return new Set(served.flatMap((alg) => keyFor(keys, alg) ?? []))
}

async function makeFirst(alg: string): Promise<JWK> {
  const known = [...signingKeyAlgorithms, ...encryptionKeyAlgorithms]
  if (known.includes(alg)) {
    const use = isForEncryption({ alg }) ? 'enc' : 'sig'
    return { ...(await makeKeyFor(alg)), use, ...newKeyMark(alg) }
  }
  const hint = didYouMean(alg, known) || ` There are: ${known.join(', ')}.`
  throw new UnderstudyError(
    'ERR_KEY_ALG',
    400,
    `Failed to rotate the key of "${alg}": no key is of that algorithm.${hint}`,
  )
}

/** Keys of one kind serve the same algorithms. */
function kindOf({ kty, crv, alg, use }: JWK): string {
  return [kty, crv, alg, use].join(' ')
}
