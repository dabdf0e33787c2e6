import * as z from 'zod'
import { defineTokenFault, noParams } from '../fault.ts'
import type { TokenType } from '../jwt.ts'
import { withClaims, withoutClaims } from './change.ts'
import { clauses } from './clauses.ts'

const tokens = ['id_token', 'access_token', 'userinfo'] as const satisfies TokenType[]

/** Claims that surprise: real providers have been seen to tell them so. */
export const surpriseFaults = [
  defineTokenFault({
    name: 'email-verified-as-string',
    summary: 'That the address is verified is told as text.',
    see: clauses.standardClaims,
    tokens,
    client: 'handle',
    params: z.strictObject({
      email_verified: z.enum(['true', 'false']).default('true').describe('The text; both are true to a careless eye.'),
    }),
    patch: (jwt, claims) => withClaims(jwt, claims),
  }),
  defineTokenFault({
    name: 'numeric-sub',
    summary: 'The subject is a number.',
    see: clauses.idToken,
    tokens,
    client: 'handle',
    params: z.strictObject({ sub: z.int().default(100_101).describe('The number.') }),
    patch: (jwt, claims) => withClaims(jwt, claims),
  }),
  defineTokenFault({
    name: 'groups-overage',
    summary: 'In the place of too many groups stands a reference to where they can be had.',
    see: clauses.aggregatedClaims,
    tokens,
    client: 'handle',
    params: z.strictObject({
      endpoint: z.url().default('https://graph.example/users/me/getMemberObjects').describe('Where they can be had.'),
    }),
    patch: (jwt, { endpoint }) =>
      withClaims(withoutClaims(jwt, 'groups'), {
        _claim_names: { groups: 'src1' },
        _claim_sources: { src1: { endpoint } },
      }),
  }),
  defineTokenFault({
    name: 'same-email-new-sub',
    summary: 'Somebody with the same address has another subject than before.',
    see: 'https://openid.net/specs/openid-connect-core-1_0.html#ClaimStability',
    tokens,
    client: 'handle',
    params: z.strictObject({ sub: z.string().optional().describe('The subject. Default: the usual one and "-new".') }),
    patch: (jwt, { sub }) => withClaims(jwt, { sub: sub ?? `${jwt.payload.sub}-new` }),
  }),
  defineTokenFault({
    name: 'missing-email',
    summary: 'There is no address, though the scope was granted.',
    see: clauses.standardClaims,
    tokens,
    client: 'handle',
    params: noParams,
    patch: (jwt) => withoutClaims(jwt, 'email', 'email_verified'),
  }),
] as const
