import { generateKeyPair, type KeyObject, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import type { JWK } from 'jose'

const generate = promisify(generateKeyPair)

/** The algorithms that an issuer signs with, unless it has keys of its own choice. */
const usualAlgorithms = ['RS256', 'ES256', 'EdDSA'] as const

const curves: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

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
  const { privateKey } = await generateLike({ kty, crv, n, alg })
  const jwk = privateKey.export({ format: 'jwk' }) as JWK
  return {
    ...jwk,
    ...(alg !== undefined && { alg }),
    ...(use !== undefined && { use }),
    ...newKeyMark(alg ?? `${kty}`),
  }
}

function generateLike({ kty, crv = '', n = '', alg = '' }: JWK): Promise<{ privateKey: KeyObject }> {
  if (kty === 'RSA') return generate('rsa', { modulusLength: Buffer.byteLength(n, 'base64url') * 8 })
  if (kty === 'EC') return generate('ec', { namedCurve: crv })
  if (kty === 'AKP') return generateFor(alg)
  return crv === 'X25519' ? generate('x25519') : generate('ed25519')
}

/** A new private key for an algorithm of JWS, or one to decrypt with, with no mark of its own. */
export async function makeKeyFor(alg: string): Promise<JWK> {
  const { privateKey } = await generateFor(alg)
  return { ...(privateKey.export({ format: 'jwk' }) as JWK), alg }
}

function generateFor(alg: string): Promise<{ privateKey: KeyObject }> {
  if (/^(?:[RP]S|RSA-)/.test(alg)) return generate('rsa', { modulusLength: 2048 })
  if (alg.startsWith('ML-DSA-')) return generate(alg.toLowerCase() as 'ml-dsa-44')
  const namedCurve = alg.startsWith('ECDH-') ? 'P-256' : curves[alg]
  return namedCurve === undefined ? generate('ed25519') : generate('ec', { namedCurve })
}

function makeAll(): Promise<JWK[]> {
  return Promise.all(
    usualAlgorithms.map(async function makeKey(alg): Promise<JWK> {
      return { ...(await makeKeyFor(alg)), use: 'sig', ...newKeyMark(alg) }
    }),
  )
}
