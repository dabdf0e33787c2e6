import type { Endpoint } from '../../domain/exchange.ts'
import type { TokenType } from '../../faults/jwt.ts'

/** What a client does in its round: it logs in, asks who that is, and refreshes. */
export type Part = 'login' | 'userinfo' | 'refresh'

/** Where something can go wrong in a client's round. */
export interface Place {
  part: Part
  endpoint: Endpoint
  /** Of its token requests. */
  grantType?: 'authorization_code' | 'refresh_token'
  /** The signed token that the client is given there, and what has it be signed where few clients ask for that. */
  token?: { type: TokenType; registered?: string }
}

/** The places of a round, those first where a fault is usually meant that can be at several. */
export const places = {
  token: { part: 'login', endpoint: 'token', grantType: 'authorization_code', token: { type: 'id_token' } },
  authorization: {
    part: 'login',
    endpoint: 'authorization',
    token: { type: 'authorization_response', registered: 'authorization_signed_response_alg' },
  },
  discovery: { part: 'login', endpoint: 'discovery' },
  jwks: { part: 'login', endpoint: 'jwks' },
  userinfo: {
    part: 'userinfo',
    endpoint: 'userinfo',
    token: { type: 'userinfo', registered: 'userinfo_signed_response_alg' },
  },
  refresh: { part: 'refresh', endpoint: 'token', grantType: 'refresh_token', token: { type: 'id_token' } },
} as const satisfies Record<string, Place>

export type PlaceName = keyof typeof places

export const placeNames = Object.keys(places) as [PlaceName, ...PlaceName[]]
