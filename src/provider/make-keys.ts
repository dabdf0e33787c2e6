import { generateKeyPair, type KeyObject, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import type { JWK } from 'jose'

const generate = promisify(generateKeyPair)

/** How a key of each algorithm is made. */
const makers: Record<string, () => Promise<{ privateKey: KeyObject }>> = {
  RS256: () => generate('rsa', { modulusLength: 2048 }),
  ES256: () => generate('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generate('ed25519'),
}

let prepared: Promise<JWK[]> | undefined

/**
 * Begins to make signing keys, in other threads.
 *
 * An RSA key takes about as long as loading the rest of the program, so a start that will need keys calls this before
 * it loads; which is why this file imports nothing that takes time.
 */
export function prepareKeys(): void {
  if (prepared !== undefined) return
  prepared = makeAll()
  // Who takes them hears of a failure.
  prepared.catch(() => undefined)
}

/** New signing keys, one an algorithm: those that are being prepared, else made now. No two callers get the same. */
export function makeKeys(): Promise<JWK[]> {
  const keys = prepared ?? makeAll()
  prepared = undefined
  return keys
}

/**
 * What tells a key that has just been made: an id that begins with its algorithm, and when it was.
 *
 * @see {@link https://openid.net/specs/openid-federation-1_0.html#section-8.7.2 OpenID Federation 8.7.2}, for `iat`
 */
export function newKeyMark(alg: string): { kid: string; iat: number } {
  return { kid: `${alg.toLowerCase()}-${randomUUID().slice(0, 8)}`, iat: Math.floor(Date.now() / 1000) }
}

/** A new key of the same kind, size and algorithm as another. */
export async function makeSuccessor({ kty, crv, n, alg, use }: JWK): Promise<JWK> {
  const { privateKey } = await generateLike(kty, crv, n)
  const jwk = privateKey.export({ format: 'jwk' }) as JWK
  return {
    ...jwk,
    ...(alg !== undefined && { alg }),
    ...(use !== undefined && { use }),
    ...newKeyMark(alg ?? `${kty}`),
  }
}

function generateLike(kty: string | undefined, crv = '', modulus = ''): Promise<{ privateKey: KeyObject }> {
  if (kty === 'RSA') return generate('rsa', { modulusLength: Buffer.byteLength(modulus, 'base64url') * 8 })
  return kty === 'EC' ? generate('ec', { namedCurve: crv }) : generate('ed25519')
}

function makeAll(): Promise<JWK[]> {
  return Promise.all(
    Object.entries(makers).map(async function makeKey([alg, make]): Promise<JWK> {
      const { privateKey } = await make()
      const jwk = privateKey.export({ format: 'jwk' }) as JWK
      return { ...jwk, alg, use: 'sig', ...newKeyMark(alg) }
    }),
  )
}
