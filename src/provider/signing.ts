import { AsyncLocalStorage } from 'node:async_hooks'
import {
  constants,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  type SignKeyObjectInput,
  sign,
} from 'node:crypto'
import { promisify } from 'node:util'
import type { JWK } from 'jose'
import { ExternalSigningKey } from 'oidc-provider'
import QuickLRU from 'quick-lru'
import { type SigningKeys, signingKey } from './keys.ts'

/** A JWT before it is signed. */
export interface Unsigned {
  header: Record<string, unknown>
  claims: Record<string, unknown>
}

/** Signs with the key of an algorithm. */
export interface Signer {
  kid: string | undefined
  sign(jwt: Unsigned): Promise<string>
}

/** How node:crypto is asked for each algorithm of JWS. */
interface Recipe {
  digest: string | null
  options?: Omit<SignKeyObjectInput, 'key'>
  /** Of an elliptic curve: the size of each half of a signature. */
  halfBytes?: number
}

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }

/** @see {@link https://www.rfc-editor.org/rfc/rfc7518#section-3.1 RFC 7518 section 3.1} */
const recipes: Readonly<Record<string, Recipe>> = {
  RS256: { digest: 'sha256' },
  RS384: { digest: 'sha384' },
  RS512: { digest: 'sha512' },
  PS256: { digest: 'sha256', options: pss },
  PS384: { digest: 'sha384', options: pss },
  PS512: { digest: 'sha512', options: pss },
  ES256: { digest: 'sha256', halfBytes: 32 },
  ES384: { digest: 'sha384', halfBytes: 48 },
  ES512: { digest: 'sha512', halfBytes: 66 },
  EdDSA: { digest: null },
  Ed25519: { digest: null },
  'ML-DSA-44': { digest: null },
  'ML-DSA-65': { digest: null },
  'ML-DSA-87': { digest: null },
}

/** Runs outside of any request: what a thread of the pool has done holds on to where it began until a full collection. */
const outside = AsyncLocalStorage.snapshot()
const signInPool = promisify(sign)

const signAside = (...job: Parameters<typeof signInPool>): Promise<Buffer> => outside(signInPool, ...job)

/** A signing key that the provider holds without knowing how it signs: on a thread of the pool. */
class HeldKey extends ExternalSigningKey {
  readonly #recipe: Recipe
  readonly #private: KeyObject
  #public: KeyObject | undefined

  constructor(jwk: JWK, alg: string, recipe: Recipe) {
    super()
    Object.assign(this, { kid: jwk.kid, alg })
    this.#recipe = recipe
    this.#private = createPrivateKey({ key: jwk, format: 'jwk' } as Parameters<typeof createPrivateKey>[0])
  }

  override keyObject(): KeyObject {
    this.#public ??= createPublicKey(this.#private)
    return this.#public
  }

  override async sign(data: Uint8Array): Promise<Buffer> {
    const { digest, options, halfBytes } = this.#recipe
    // A bare key is far cheaper to hand over than one among options.
    const key = options === undefined ? this.#private : { key: this.#private, ...options }
    const signature = await signAside(digest, data, key)
    return halfBytes === undefined ? signature : joinHalves(signature, halfBytes)
  }
}

/**
 * An ECDSA signature as JWS has it, both numbers side by side, from the DER that node:crypto makes: asking it for
 * this form needs options, which cost as much as the signature itself.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7518#section-3.4 RFC 7518 section 3.4}
 */
function joinHalves(der: Buffer, halfBytes: number): Buffer {
  const joined = Buffer.alloc(halfBytes * 2)
  // Behind the head of the sequence, whose length takes a second byte where it is 128 or more.
  let at = (der[1] ?? 0) > 0x7f ? 3 : 2
  for (const end of [halfBytes, halfBytes * 2]) {
    const length = der[at + 1] ?? 0
    const digits = der.subarray(at + 2 + Math.max(0, length - halfBytes), at + 2 + length)
    digits.copy(joined, end - digits.length)
    at += 2 + length
  }
  return joined
}

/** By the keys as they are written, which issuers share: reading the three of a process takes 0.15 ms. */
const held = new QuickLRU<string, HeldKey>({ maxSize: 100 })

/** The keys as the provider takes them: those that say their algorithm are held, others it uses for all that fit. */
export function heldKeys({ keys }: SigningKeys): (JWK | HeldKey)[] {
  return keys.map(function heldKey(jwk) {
    const recipe = recipes[jwk.alg ?? '']
    if (recipe === undefined || jwk.kid === undefined) return jwk
    const written = JSON.stringify(jwk)
    const known = held.get(written) ?? new HeldKey(jwk, jwk.alg as string, recipe)
    held.set(written, known)
    return known
  })
}

/** Makes the signers of JWTs that the provider does not sign itself, each when it is first needed. */
export function createSigners(keys: SigningKeys): (alg: string) => Signer {
  const signers = new Map<string, Signer>()
  return function signerOf(alg) {
    let signer = signers.get(alg)
    if (signer === undefined) {
      signer = makeSigner(alg, keys)
      signers.set(alg, signer)
    }
    return signer
  }
}

function makeSigner(alg: string, keys: SigningKeys): Signer {
  const jwk = signingKey(keys, alg)
  if (jwk === undefined) throw new Error(`There is no signing key for ${alg}`)
  const key = holdKey(jwk, alg)
  return {
    kid: jwk.kid,
    async sign({ header, claims }) {
      const input = `${encode(header)}.${encode(claims)}`
      return `${input}.${(await key.sign(Buffer.from(input))).toString('base64url')}`
    },
  }
}

/** A private key, to sign with by one of the algorithms that it can serve. */
export function holdKey(jwk: JWK, alg: string): HeldKey {
  const recipe = recipes[alg]
  if (recipe === undefined) throw new Error(`There is no way to sign with ${alg}`)
  return new HeldKey(jwk, alg, recipe)
}

/** A part of a JWT as it is written. */
export function encode(part: Readonly<Record<string, unknown>>): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
