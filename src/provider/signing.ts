import { constants, createPrivateKey, type KeyObject, type SignKeyObjectInput, sign } from 'node:crypto'
import type { JWK } from 'jose'
import type { SigningKeys } from './keys.ts'

/** A JWT before it is signed. */
export interface Unsigned {
  header: Record<string, unknown>
  claims: Record<string, unknown>
}

/** Signs with the key of an algorithm. */
export interface Signer {
  kid: string | undefined
  sign(jwt: Unsigned): string
}

/** How node:crypto is asked for each algorithm of JWS. */
interface Recipe {
  kty: string
  digest: string | null
  options: Omit<SignKeyObjectInput, 'key'>
}

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
const raw = { dsaEncoding: 'ieee-p1363' } as const

/** @see {@link https://www.rfc-editor.org/rfc/rfc7518#section-3.1 RFC 7518 section 3.1} */
const recipes: Readonly<Record<string, Recipe>> = {
  RS256: { kty: 'RSA', digest: 'sha256', options: {} },
  RS384: { kty: 'RSA', digest: 'sha384', options: {} },
  RS512: { kty: 'RSA', digest: 'sha512', options: {} },
  PS256: { kty: 'RSA', digest: 'sha256', options: pss },
  PS384: { kty: 'RSA', digest: 'sha384', options: pss },
  PS512: { kty: 'RSA', digest: 'sha512', options: pss },
  ES256: { kty: 'EC', digest: 'sha256', options: raw },
  ES384: { kty: 'EC', digest: 'sha384', options: raw },
  ES512: { kty: 'EC', digest: 'sha512', options: raw },
  EdDSA: { kty: 'OKP', digest: null, options: {} },
  Ed25519: { kty: 'OKP', digest: null, options: {} },
}

/**
 * Makes signers from a set of keys, each when it is first needed.
 *
 * It signs at once rather than by Web Crypto, whose promise costs more than an ES256 signature does.
 */
export function createSigners({ keys }: SigningKeys): (alg: string) => Signer {
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

function makeSigner(alg: string, keys: readonly JWK[]): Signer {
  const recipe = recipes[alg]
  const jwk =
    keys.find((key) => key.alg === alg) ?? keys.find((key) => key.alg === undefined && key.kty === recipe?.kty)
  if (recipe === undefined || jwk === undefined) throw new Error(`There is no signing key for ${alg}`)
  const key = { key: createPrivateKey({ key: jwk as object, format: 'jwk' }) as KeyObject, ...recipe.options }
  return {
    kid: jwk.kid,
    sign({ header, claims }) {
      const input = `${encode(header)}.${encode(claims)}`
      return `${input}.${sign(recipe.digest, Buffer.from(input), key).toString('base64url')}`
    },
  }
}

function encode(part: Record<string, unknown>): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
