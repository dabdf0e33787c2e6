import { generateKeyPair, type JsonWebKey, type KeyObject, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'

const generate = promisify(generateKeyPair)

/** How a key of each algorithm is made. */
const makers: Record<string, () => Promise<{ privateKey: KeyObject }>> = {
  RS256: () => generate('rsa', { modulusLength: 2048 }),
  ES256: () => generate('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generate('ed25519'),
}

/** A private key as a JWK, with its algorithm and a key id that tells it. */
export type MadeKey = JsonWebKey & { kty: string; alg: string; use: 'sig'; kid: string }

let prepared: Promise<MadeKey[]> | undefined

/**
 * Begins to make signing keys, in other threads: an RSA key takes as long as loading the rest of the program does, so
 * a start that will need new keys calls this first. This file loads nothing that is slow.
 */
export function prepareKeys(): void {
  prepared ??= makeAll()
}

/** New signing keys, one an algorithm: those being prepared, or else made now. No two callers get the same. */
export function makeKeys(): Promise<MadeKey[]> {
  const keys = prepared ?? makeAll()
  prepared = undefined
  return keys
}

function makeAll(): Promise<MadeKey[]> {
  return Promise.all(Object.keys(makers).map(makeKey))
}

async function makeKey(alg: keyof typeof makers): Promise<MadeKey> {
  const pair = await makers[alg]?.()
  if (pair === undefined) throw new RangeError(`Failed to make a key: nothing makes ${alg} keys.`)
  const jwk = pair.privateKey.export({ format: 'jwk' }) as JsonWebKey & { kty: string }
  return { ...jwk, alg, use: 'sig', kid: `${alg.toLowerCase()}-${randomUUID().slice(0, 8)}` }
}
