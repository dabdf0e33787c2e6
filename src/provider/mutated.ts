import { createHmac, randomBytes } from 'node:crypto'
import type { JWK } from 'jose'
import type { Malformed, MutatedJwt } from '../faults/jwt.ts'
import { type SigningKeys, signingAlgorithms, signingKey } from './keys.ts'
import { makeKeyFor } from './make-keys.ts'
import { encode, holdKey } from './signing.ts'

/** What the usual signature of a token is made with. */
export interface SigningMeans {
  keys: SigningKeys
  /** Of the client, for algorithms that sign with it. */
  secret: string | undefined
}

/** Keys that no JWKS has, by algorithm; made when they are first needed. */
const rogueKeys = new Map<string, Promise<JWK>>()
const rogueSecret = randomBytes(32)

/** Signs a JWT as the faults that have changed it say: the one place where a bad signature is made. */
export async function signMutated(jwt: MutatedJwt, means: SigningMeans): Promise<string> {
  const alg = String(jwt.header.alg)
  const key = isHmac(alg) ? undefined : await keyOf(jwt, alg, means)
  const embedded = jwt.embedsKey && key && { jwk: holdKey(key, alg).keyObject().export({ format: 'jwk' }) }
  const header = encode({ ...jwt.header, ...embedded })
  const payload = encode(jwt.payload)
  const signature = await signatureOf(jwt, `${header}.${payload}`, { alg, key, ...means })
  return spoil([header, payload, signature.toString('base64url')], jwt.malformed)
}

function isHmac(alg: string): boolean {
  return alg.startsWith('HS')
}

/** The private key that signs; none where nothing does. */
async function keyOf({ sign }: MutatedJwt, alg: string, { keys }: SigningMeans): Promise<JWK | undefined> {
  if (sign === 'nothing') return undefined
  return (sign === 'rogue' ? undefined : signingKey(keys, alg)) ?? rogueKey(alg)
}

function rogueKey(alg: string): Promise<JWK> {
  const known = rogueKeys.get(alg) ?? makeKeyFor(alg)
  rogueKeys.set(alg, known)
  return known
}

interface Means extends SigningMeans {
  alg: string
  key: JWK | undefined
}

async function signatureOf(jwt: MutatedJwt, input: string, means: Means): Promise<Buffer> {
  const { alg, key } = means
  if (jwt.sign === 'nothing') return Buffer.alloc(0)
  const signature =
    key === undefined ? hmac(alg, secretOf(jwt, means), input) : await holdKey(key, alg).sign(Buffer.from(input))
  const bytes = Buffer.from(signature)
  if (jwt.sign === 'flipped') bytes[0] = (bytes[0] ?? 0) ^ 1
  return bytes
}

function hmac(alg: string, secret: string | Buffer, input: string): Buffer {
  return createHmac(`sha${alg.slice(2)}`, secret)
    .update(input)
    .digest()
}

function secretOf({ sign, header }: MutatedJwt, { secret, keys }: Means): string | Buffer {
  if (sign === 'rogue' || (sign !== 'public-key' && secret === undefined)) return rogueSecret
  return sign === 'public-key' ? publicPem(keys, header.kid) : (secret ?? '')
}

/** What a client that confuses the two would take for a secret: the text of the public key that it knows by this id. */
function publicPem(keys: SigningKeys, kid: unknown): string {
  const [usual = ''] = signingAlgorithms(keys)
  const key = keys.keys.find((each) => each.kid === kid) ?? signingKey(keys, usual)
  if (key === undefined) throw new Error('There is no public key')
  const alg = key.alg ?? signingAlgorithms({ keys: [key] })[0] ?? usual
  return String(holdKey(key, alg).keyObject().export({ format: 'pem', type: 'spki' }))
}

function spoil([header, payload, signature]: [string, string, string], malformed: Malformed | undefined): string {
  if (malformed === 'two-parts') return `${header}.${payload}`
  if (malformed === 'not-base64') return `${header}.${payload.slice(0, 8)}*!${payload.slice(8)}.${signature}`
  if (malformed === 'not-json') return `${header}.${Buffer.from('{"iss":').toString('base64url')}.${signature}`
  return `${header}.${payload}.${signature}`
}
