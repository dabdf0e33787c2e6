import { randomBytes } from 'node:crypto'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { type Client, clientMembers, clientSchema } from '../../domain/client.ts'
import type { IssuerSettings } from '../../domain/issuer.ts'
import { errorsOf, plainly } from '../../domain/schema-words.ts'

/** Client metadata as it is sent. */
export type Metadata = Record<string, unknown>

/** What the issuer alone decides. */
export const decidedHere = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
] as const

const known = new Set(clientMembers)

/** @throws InvalidClientMetadata where the body is not what a registration is */
export function readBody(ctx: KoaContextWithOIDC): Metadata {
  if (!ctx.is('application/json')) throw new errors.InvalidClientMetadata('send the metadata as application/json')
  const body = parse((ctx.req as { body?: string }).body ?? '')
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new errors.InvalidClientMetadata('the metadata must be one JSON object')
  }
  return body as Metadata
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new errors.InvalidClientMetadata('the metadata must be one JSON object: this cannot be parsed')
  }
}

/**
 * What is understood of a client's wishes: unknown members are ignored, empty ones are left out, and what the issuer
 * decides is not theirs to say.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section 2}
 */
export function wishesIn(body: Metadata): Metadata {
  const decided = new Set<string>([...decidedHere, 'client_id', 'client_secret'])
  const wished = Object.entries(body).filter(
    ([name, value]) => known.has(name) && !decided.has(name) && value !== null && value !== '',
  )
  return Object.fromEntries(wished)
}

/** Claims by which tokens are told apart, and which a client that anybody has registered must not choose. */
const heldBack = ['iss', 'sub', 'aud'] as const

/**
 * Refuses what a client in the fixtures may have, and one that registers itself may not.
 *
 * @throws InvalidClientMetadata
 */
export function checkWishes(
  { claims, authorization_details_types: types }: Metadata,
  { authorization_details: declared }: Pick<IssuerSettings, 'authorization_details'>,
): void {
  const chosen = heldBack.filter((name) => typeof claims === 'object' && claims !== null && name in claims)
  if (chosen.length > 0) throw invalidMetadata('claims', `a client that registers itself cannot choose ${chosen[0]}`)
  const unknown = Array.isArray(types) ? types.find((type) => !Object.hasOwn(declared, String(type))) : undefined
  if (unknown !== undefined) throw invalidMetadata('authorization_details_types', `there is no type "${unknown}"`)
}

/** A secret that nobody guesses, long enough for every algorithm that signs with one. */
export function newSecret(): string {
  return randomBytes(48).toString('base64url')
}

/**
 * Metadata as a client of the fixtures.
 *
 * @throws InvalidClientMetadata whose code is `invalid_redirect_uri` where that is at fault
 */
export function clientOf(metadata: Metadata): Client {
  const { data, error } = clientSchema.safeParse(metadata, { error: plainly })
  if (data !== undefined) return data
  const [{ path, message } = { path: '', message: '' }] = errorsOf(error)
  throw invalidMetadata(path, message)
}

/** @param path of the member at fault; its code is that of redirect URIs where it is theirs */
export function invalidMetadata(path: string, message: string): Error {
  return new errors.InvalidClientMetadata(path === '' ? message : `${path}: ${message}`)
}
