import * as z from 'zod'
import { defineTokenFault, noParams } from '../fault.ts'
import type { Jwt } from '../jwt.ts'
import { allTokens, withClaims, withHeader } from './change.ts'
import { clauses } from './clauses.ts'

const critical = 'https://understudy.example/critical'

/** As many characters as a JWT lacks to have a size once its payload is written in base64url. */
function padding(jwt: Jwt, sizeBytes: number): string {
  const writtenBytes = (JSON.stringify(jwt.payload).length * 4) / 3
  return 'x'.repeat(Math.max(0, Math.ceil(((sizeBytes - writtenBytes) * 3) / 4)))
}

/** Faults of what form a token has, and forms that look like faults. */
export const formFaults = [
  defineTokenFault({
    name: 'wrong-typ',
    summary: 'The header says that the token is of another type.',
    see: clauses.bestPractice('3.11'),
    tokens: ['access_token', 'id_token', 'logout_token', 'introspection'],
    client: 'reject',
    // RFC 9068 and RFC 9701 have it checked; for the others it is advice, so that older clients may not know of it.
    clientOf: { id_token: 'either', logout_token: 'either' },
    params: z.strictObject({ typ: z.string().default('secevent+jwt').describe('The type in the header.') }),
    patch: (jwt, { typ }) => withHeader(jwt, { typ }),
  }),
  defineTokenFault({
    name: 'unknown-crit',
    summary: 'The header has a member that is to be understood, and that nobody knows.',
    see: clauses.jws('4.1.11'),
    tokens: allTokens,
    client: 'reject',
    params: noParams,
    patch: (jwt) => withHeader(jwt, { crit: [critical], [critical]: true }),
  }),
  defineTokenFault({
    name: 'malformed-jwt',
    summary: 'The token is no JWT.',
    see: clauses.jwt,
    tokens: allTokens,
    client: 'reject',
    params: z.strictObject({
      variant: z
        .enum(['two-parts', 'not-base64', 'not-json'])
        .default('two-parts')
        .describe('Its third part is missing, or its payload is not base64url, or not JSON.'),
    }),
    patch: (jwt, { variant }) => ({ ...jwt, malformed: variant }),
  }),
  defineTokenFault({
    name: 'aud-as-array',
    summary: 'The audience is a list of one.',
    see: clauses.jwtClaims('3'),
    tokens: allTokens,
    client: 'accept',
    params: noParams,
    patch: (jwt) => withClaims(jwt, { aud: [jwt.payload.aud].flat() }),
  }),
  defineTokenFault({
    name: 'unknown-claims',
    summary: 'The token has claims that nobody knows, of every shape that JSON has.',
    see: clauses.idToken,
    tokens: allTokens,
    client: 'accept',
    params: noParams,
    patch: (jwt) =>
      withClaims(jwt, {
        'https://understudy.example/text': 'Grüße, 世界 🎭',
        'https://understudy.example/map': { list: [1, 2.5, null, true, {}], empty: '' },
        x_null: null,
      }),
  }),
  defineTokenFault({
    name: 'large-token',
    summary: 'The token is larger than most.',
    see: clauses.jwt,
    tokens: allTokens,
    client: 'accept',
    params: z.strictObject({
      size_bytes: z.int().min(1).max(1_000_000).default(12_288).describe('How large at least.'),
    }),
    patch: (jwt, { size_bytes: sizeBytes }) => withClaims(jwt, { padding: padding(jwt, sizeBytes) }),
  }),
] as const
