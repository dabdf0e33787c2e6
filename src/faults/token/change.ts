import type { Jwt, TokenType } from '../jwt.ts'

/** Tokens whose shape is that of any JWT. */
export const allTokens = [
  'id_token',
  'access_token',
  'userinfo',
  'logout_token',
  'authorization_response',
  'introspection',
] as const satisfies TokenType[]

/** Tokens that must say when they end. */
export const endingTokens = [
  'id_token',
  'access_token',
  'logout_token',
  'authorization_response',
] as const satisfies TokenType[]

/** Tokens that live for a time and say how long. */
export const timedTokens = ['id_token', 'access_token', 'logout_token'] as const satisfies TokenType[]

/** A JWT with some claims put in the place of its own. */
export function withClaims({ header, payload }: Jwt, claims: Readonly<Record<string, unknown>>): Jwt {
  return { header, payload: { ...payload, ...claims } }
}

/** A JWT without some of its claims. */
export function withoutClaims({ header, payload }: Jwt, ...names: readonly string[]): Jwt {
  return { header, payload: Object.fromEntries(Object.entries(payload).filter(([name]) => !names.includes(name))) }
}

/** A JWT with some members put in the place of its header's own. */
export function withHeader({ header, payload }: Jwt, members: Readonly<Record<string, unknown>>): Jwt {
  return { header: { ...header, ...members }, payload }
}

/** A time of a JWT, in seconds; the other one where it has none. */
export function secondsOf(time: unknown, otherwise: number): number {
  return typeof time === 'number' ? time : otherwise
}
