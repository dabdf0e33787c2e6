import * as z from 'zod'
import { defineTokenFault, noParams } from '../fault.ts'
import type { Jwt } from '../jwt.ts'
import { allTokens, withHeader } from './change.ts'
import { clauses } from './clauses.ts'

function withoutKid({ header, payload }: Jwt): Jwt {
  const { kid: _, ...rest } = header
  return { header: rest, payload }
}

const foreign = (file: string) => z.url().default(`https://attacker.example/${file}`)

/** Faults of how a token is signed, and of the key that its header points to. */
export const signatureFaults = [
  defineTokenFault({
    name: 'invalid-sig',
    summary: 'One bit of the signature is wrong.',
    see: clauses.idTokenValidation,
    tokens: allTokens,
    client: 'reject',
    params: noParams,
    patch: (jwt) => ({ ...jwt, sign: 'flipped' }),
  }),
  defineTokenFault({
    name: 'rogue-key',
    summary: 'The token is signed with a key that no JWKS has, under the id of one that the JWKS has.',
    see: clauses.idTokenValidation,
    tokens: allTokens,
    client: 'reject',
    params: noParams,
    patch: (jwt) => ({ ...jwt, sign: 'rogue' }),
  }),
  defineTokenFault({
    name: 'unknown-kid',
    summary: 'The token is signed with a key that no JWKS has, under an id of its own.',
    see: clauses.jws('4.1.4'),
    tokens: allTokens,
    client: 'reject',
    params: z.strictObject({ kid: z.string().default('unknown-key').describe('The id of the key.') }),
    patch: (jwt, { kid }) => ({ ...withHeader(jwt, { kid }), sign: 'rogue' }),
  }),
  defineTokenFault({
    name: 'hs256-confusion',
    summary: 'The token is signed by HS256, with the text of the public key for a secret.',
    see: clauses.bestPractice('3.1'),
    tokens: allTokens,
    client: 'reject',
    params: noParams,
    patch: (jwt) => ({ ...withHeader(jwt, { alg: 'HS256' }), sign: 'public-key' }),
  }),
  defineTokenFault({
    name: 'wrong-alg',
    summary: "The token is signed by another algorithm than was agreed on, with the issuer's key for that.",
    see: clauses.idTokenValidation,
    tokens: allTokens,
    client: 'reject',
    params: z.strictObject({
      alg: z
        .enum(['RS256', 'PS256', 'ES256', 'EdDSA'])
        .optional()
        .describe('The algorithm. Default: another one that the issuer has a key for, else ES256.'),
    }),
    patch: function signOtherwise(jwt, { alg }, { keys }) {
      const other = alg === undefined ? keys.find((key) => key.alg !== jwt.header.alg) : { alg, kid: undefined }
      const { alg: chosen, kid } = other ?? { alg: 'ES256', kid: undefined }
      const known = kid ?? keys.find((key) => key.alg === chosen)?.kid ?? jwt.header.kid
      return { ...withHeader(jwt, { alg: chosen, kid: known }), sign: 'usual' }
    },
  }),
  defineTokenFault({
    name: 'sig-none',
    summary: 'The token is not signed: its algorithm is none.',
    see: clauses.idToken,
    tokens: allTokens,
    // OIDC Core lets a client take such an ID token from the token endpoint, if it has asked for them.
    client: 'reject',
    clientOf: { id_token: 'either' },
    params: noParams,
    patch: (jwt) => ({ ...withHeader(withoutKid(jwt), { alg: 'none' }), sign: 'nothing' }),
  }),
  defineTokenFault({
    name: 'kid-absent-single-jwks',
    summary: 'The token does not name its key, and the JWKS has but one.',
    see: clauses.rotation,
    tokens: allTokens,
    client: 'accept',
    params: noParams,
    patch: withoutKid,
    unfit: (keyCount) =>
      keyCount === 1
        ? undefined
        : `the JWKS has ${keyCount} keys. Give the issuer a single one (keys: ./one-key.json), or arm kid-absent-multiple-jwks.`,
  }),
  defineTokenFault({
    name: 'kid-absent-multiple-jwks',
    summary: 'The token does not name its key, though the JWKS has several.',
    see: clauses.rotation,
    tokens: allTokens,
    client: 'either',
    params: noParams,
    patch: withoutKid,
    unfit: (keyCount) =>
      keyCount > 1
        ? undefined
        : 'the JWKS has but one key. Give the issuer several, as it has by default, or arm kid-absent-single-jwks.',
  }),
  defineTokenFault({
    name: 'embedded-jwk',
    summary: 'The token brings the public key along that it is signed with, which no JWKS has.',
    see: clauses.jws('4.1.3'),
    tokens: allTokens,
    client: 'reject',
    params: noParams,
    patch: (jwt) => ({ ...jwt, sign: 'rogue', embedsKey: true }),
  }),
  defineTokenFault({
    name: 'foreign-jku',
    summary: 'The token points to a JWKS elsewhere for its key.',
    see: clauses.bestPractice('3.10'),
    tokens: allTokens,
    client: 'reject',
    params: z.strictObject({ jku: foreign('jwks.json').describe('Where the key is said to be.') }),
    patch: (jwt, { jku }) => ({ ...withHeader(jwt, { jku }), sign: 'rogue' }),
  }),
  defineTokenFault({
    name: 'foreign-x5u',
    summary: 'The token points to a certificate elsewhere for its key.',
    see: clauses.bestPractice('3.10'),
    tokens: allTokens,
    client: 'reject',
    params: z.strictObject({ x5u: foreign('chain.pem').describe('Where the certificate is said to be.') }),
    patch: (jwt, { x5u }) => ({ ...withHeader(jwt, { x5u }), sign: 'rogue' }),
  }),
] as const
