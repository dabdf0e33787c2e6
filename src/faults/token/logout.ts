import * as z from 'zod'
import { defineTokenFault, noParams } from '../fault.ts'
import type { TokenType } from '../jwt.ts'
import { withClaims, withoutClaims } from './change.ts'
import { clauses } from './clauses.ts'

const rejected = {
  see: clauses.logoutValidation,
  tokens: ['logout_token'] as const satisfies TokenType[],
  client: 'reject',
} as const

/** Faults that only logout tokens can have. */
export const logoutFaults = [
  defineTokenFault({
    ...rejected,
    name: 'no-event',
    summary: 'The logout token does not say that it is one: it has no events.',
    params: noParams,
    patch: (jwt) => withoutClaims(jwt, 'events'),
  }),
  defineTokenFault({
    ...rejected,
    name: 'wrong-event',
    summary: 'The logout token tells of something else than a logout.',
    params: z.strictObject({
      event: z
        .string()
        .default('https://schemas.openid.net/secevent/risc/event-type/account-disabled')
        .describe('Of what.'),
    }),
    patch: (jwt, { event }) => withClaims(jwt, { events: { [event]: {} } }),
  }),
  defineTokenFault({
    ...rejected,
    name: 'with-nonce',
    summary: 'The logout token has a nonce, as if it were an ID token.',
    params: z.strictObject({ nonce: z.string().default('of-an-id-token').describe('The nonce.') }),
    patch: (jwt, { nonce }) => withClaims(jwt, { nonce }),
  }),
  defineTokenFault({
    ...rejected,
    name: 'no-sub-no-sid',
    summary: 'The logout token does not say who has logged out, nor of which session.',
    params: noParams,
    patch: (jwt) => withoutClaims(jwt, 'sub', 'sid'),
  }),
  defineTokenFault({
    ...rejected,
    name: 'replayed-jti',
    summary: 'The logout token has the id of the one that the client was sent before.',
    see: clauses.logoutToken,
    params: z.strictObject({
      jti: z.string().optional().describe('The id. Default: that of the one before, else always the same.'),
    }),
    patch: (jwt, { jti }, { previousJti }) => withClaims(jwt, { jti: jti ?? previousJti ?? 'replayed' }),
  }),
] as const
