import { isDeepStrictEqual } from 'node:util'
import type { Endpoint } from '../domain/exchange.ts'

/** The signed tokens that a fault may be for, as `when.token` names them. */
export const tokenTypes = [
  'id_token',
  'access_token',
  'userinfo',
  'logout_token',
  'authorization_response',
  'introspection',
] as const

export type TokenType = (typeof tokenTypes)[number]

/** The endpoints whose requests have each token signed. */
const signedAt: Readonly<Record<TokenType, readonly Endpoint[]>> = {
  id_token: ['token', 'authorization'],
  access_token: ['token', 'authorization'],
  userinfo: ['userinfo'],
  logout_token: ['end_session'],
  authorization_response: ['authorization'],
  introspection: ['introspection'],
}

/**
 * The endpoints where any of some tokens is signed.
 *
 * @param grantTypes the grants by which it must come, which only token requests have; undefined: any way
 */
export function endpointsOfTokens(tokens: readonly TokenType[], grantTypes?: readonly string[]): Endpoint[] {
  const endpoints = [...new Set(tokens.flatMap((token) => signedAt[token]))]
  return grantTypes === undefined ? endpoints : endpoints.filter((endpoint) => endpoint === 'token')
}

/**
 * Where what is armed is decided on: at an endpoint when a request comes in, when a token is about to be signed, when
 * the browser is about to be sent back to the client, when a client is about to be told of a logout, or
 * when a client is about to be shown a certificate.
 */
export type Site = Endpoint | `signing ${TokenType}` | 'responding' | 'notifying' | 'connecting'

/** A JWT before it is signed. */
export interface Jwt {
  header: Readonly<Record<string, unknown>>
  payload: Readonly<Record<string, unknown>>
}

/**
 * How a mutated JWT is signed; `header.alg` says by which algorithm, but for `nothing`.
 *
 * - `usual`: with the issuer's own key, as if nothing had happened; where it has none of this algorithm, with a rogue one
 * - `rogue`: with a key that no JWKS has
 * - `public-key`: with the public key of the usual one, as text, for an HMAC secret
 * - `nothing`: the signature is empty
 * - `flipped`: as usual, but for one bit
 */
export type SignedBy = 'usual' | 'rogue' | 'public-key' | 'nothing' | 'flipped'

/** How the text of a JWT is spoiled: its signature is missing with the dot before it, or its payload cannot be read. */
export type Malformed = 'two-parts' | 'not-base64' | 'not-json'

/** What a fault makes of a JWT. */
export interface MutatedJwt extends Jwt {
  /** Default: as before. */
  sign?: SignedBy
  malformed?: Malformed
  /** Whether the header carries the public key of what it is signed with. */
  embedsKey?: boolean
}

/** Whether two come out the same on the wire, but for what signing makes different every time. */
export function isSame(one: MutatedJwt, other: MutatedJwt): boolean {
  return isDeepStrictEqual(written(one), written(other))
}

function written({ sign = 'usual', ...jwt }: MutatedJwt): unknown {
  return JSON.parse(JSON.stringify({ ...jwt, sign }))
}

/** What a fault may know of a token beside what stands in it. */
export interface TokenFacts {
  token: TokenType
  /** Now, as times are signed into tokens. */
  nowSeconds: number
  /** The issuer as the client knows it. */
  issuer: string
  /** The client id of whom it is made for. */
  client: string
  /** What the client's JWT access tokens are for. */
  audience: unknown
  /** The id of the token of this type that was signed for the client before, if that had one. */
  previousJti: string | undefined
  /** What the issuer can sign with, by its keys. */
  keys: readonly { alg: string; kid: string }[]
}
