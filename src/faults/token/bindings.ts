import { createHash } from 'node:crypto'
import * as z from 'zod'
import { defineTokenFault, noParams } from '../fault.ts'
import { withClaims, withoutClaims } from './change.ts'
import { clauses } from './clauses.ts'

/** The left half of the digest of something that was never sent. */
const strangeHash = createHash('sha256').update('something else').digest().subarray(0, 16).toString('base64url')

/** The hashes by which an ID token is bound to what comes with it, and what a correct client does where one is missing. */
const hashes = [
  ['at', 'access token', clauses.hybridHash, 'reject', 'an ID token from the token endpoint may do without'],
  ['c', 'authorization code', clauses.hybridHash, 'reject', 'only one that comes by the browser has it'],
  ['s', 'state', clauses.stateHash, 'either', 'only one that comes by the browser has it, and only FAPI asks for it'],
] as const

const hashFaults = hashes.flatMap(([letter, what, see, missing, where]) => [
  defineTokenFault({
    name: `invalid-${letter}hash`,
    summary: `The hash that binds the token to the ${what} is that of another.`,
    see,
    tokens: ['id_token'],
    client: 'reject',
    // OIDC Core 3.1.3.8 lets a client look at what comes from the token endpoint, and does not ask it to.
    exam: { client: 'either' },
    params: noParams,
    patch: (jwt) => withClaims(jwt, { [`${letter}_hash`]: strangeHash }),
  }),
  defineTokenFault({
    name: `missing-${letter}hash`,
    summary: `The token is not bound to the ${what} that comes with it; ${where}.`,
    see,
    tokens: ['id_token'],
    client: missing,
    // OIDC Core 3.1.3.6: from the token endpoint it is optional.
    exam: { client: 'either' },
    params: noParams,
    patch: (jwt) => withoutClaims(jwt, `${letter}_hash`),
  }),
])

/** Faults of what binds an ID token to the request that it answers. */
export const bindingFaults = [
  defineTokenFault({
    name: 'nonce-invalid',
    summary: 'The token carries another nonce than the client sent.',
    see: clauses.idTokenValidation,
    tokens: ['id_token'],
    client: 'reject',
    exam: { needs: 'nonce' },
    params: z.strictObject({ nonce: z.string().default('another-nonce').describe('The nonce that it carries.') }),
    patch: (jwt, { nonce }) => withClaims(jwt, { nonce }),
  }),
  defineTokenFault({
    name: 'missing-nonce',
    summary: 'The token lacks the nonce that the client sent.',
    see: clauses.idTokenValidation,
    tokens: ['id_token'],
    client: 'reject',
    exam: { needs: 'nonce' },
    params: noParams,
    patch: (jwt) => withoutClaims(jwt, 'nonce'),
  }),
  ...hashFaults,
  defineTokenFault({
    name: 'acr-downgrade',
    summary: 'The person logged in less strongly than the client asked by acr_values.',
    see: clauses.idTokenValidation,
    tokens: ['id_token'],
    client: 'reject',
    exam: { needs: 'acr_values' },
    params: z.strictObject({ acr: z.string().default('0').describe('How strongly: the acr that the token names.') }),
    patch: (jwt, { acr }) => withClaims(jwt, { acr }),
  }),
] as const
