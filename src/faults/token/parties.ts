import * as z from 'zod'
import { defineTokenFault, noParams } from '../fault.ts'
import { allTokens, withClaims, withoutClaims } from './change.ts'
import { clauses } from './clauses.ts'

const stranger = 'somebody-else'

/** Signed userinfo should name these, so that a client may do without. */
const unlessUserinfo = { client: 'reject', clientOf: { userinfo: 'either' } } as const

const issuers = {
  other: () => 'https://other-issuer.example',
  'trailing-slash': (iss: string) => (iss.endsWith('/') ? iss.slice(0, -1) : `${iss}/`),
  'other-case': (iss: string) => iss.toUpperCase(),
}

/** Faults of who has made a token, for whom, and about whom. */
export const partyFaults = [
  defineTokenFault({
    name: 'invalid-iss',
    summary: 'The token names another issuer.',
    see: clauses.idTokenValidation,
    tokens: allTokens,
    client: 'reject',
    params: z.strictObject({
      variant: z
        .enum(['other', 'trailing-slash', 'other-case'])
        .default('other')
        .describe('How it differs: another issuer, a slash more or less at the end, or in upper case.'),
      iss: z.string().optional().describe('The issuer to name, in place of a variant.'),
    }),
    exam: { alsoWith: [{ variant: 'trailing-slash' }, { variant: 'other-case' }] },
    patch: (jwt, { variant, iss }) => withClaims(jwt, { iss: iss ?? issuers[variant](String(jwt.payload.iss)) }),
  }),
  defineTokenFault({
    name: 'missing-iss',
    summary: 'The token does not say who issued it.',
    see: clauses.idToken,
    tokens: allTokens,
    ...unlessUserinfo,
    params: noParams,
    patch: (jwt) => withoutClaims(jwt, 'iss'),
  }),
  defineTokenFault({
    name: 'invalid-aud',
    summary: 'The token is for somebody else.',
    see: clauses.idTokenValidation,
    tokens: allTokens,
    client: 'reject',
    params: z.strictObject({ aud: z.string().default(stranger).describe('Whom the token is for.') }),
    patch: (jwt, { aud }) => withClaims(jwt, { aud }),
  }),
  defineTokenFault({
    name: 'missing-aud',
    summary: 'The token does not say whom it is for.',
    see: clauses.idToken,
    tokens: allTokens,
    ...unlessUserinfo,
    params: noParams,
    patch: (jwt) => withoutClaims(jwt, 'aud'),
  }),
  defineTokenFault({
    name: 'multiple-aud-without-azp',
    summary: 'The token is for the client and for somebody else, and does not say who asked for it.',
    see: clauses.idTokenValidation,
    tokens: ['id_token'],
    client: 'reject',
    params: z.strictObject({ aud: z.string().default(stranger).describe('Whom else the token is for.') }),
    patch: (jwt, { aud }, { client }) => withClaims(withoutClaims(jwt, 'azp'), { aud: [client, aud] }),
  }),
  defineTokenFault({
    name: 'invalid-azp',
    summary: 'The token is for the client and for somebody else, who is said to have asked for it.',
    see: clauses.idTokenValidation,
    tokens: ['id_token'],
    client: 'reject',
    params: z.strictObject({ azp: z.string().default(stranger).describe('Who is said to have asked for it.') }),
    patch: (jwt, { azp }, { client }) => withClaims(jwt, { aud: [client, azp], azp }),
  }),
  defineTokenFault({
    name: 'missing-sub',
    summary: 'The token does not say whom it is about.',
    see: clauses.idToken,
    tokens: ['id_token', 'access_token', 'userinfo'],
    client: 'reject',
    // RFC 9068 has it among the claims, and not among the checks: an API may have no use for it.
    clientOf: { access_token: 'either' },
    params: noParams,
    patch: (jwt) => withoutClaims(jwt, 'sub'),
  }),
  defineTokenFault({
    name: 'refresh-token-invalid-issuer',
    summary: 'The ID token that comes with a refresh names another issuer than the first one.',
    see: clauses.refresh,
    tokens: ['id_token'],
    grantTypes: ['refresh_token'],
    client: 'reject',
    params: noParams,
    patch: (jwt) => withClaims(jwt, { iss: issuers.other() }),
  }),
  defineTokenFault({
    name: 'refresh-token-invalid-sub',
    summary: 'The ID token that comes with a refresh is about somebody else than the first one.',
    see: clauses.refresh,
    tokens: ['id_token'],
    grantTypes: ['refresh_token'],
    client: 'reject',
    params: z.strictObject({ sub: z.string().default(stranger).describe('Whom it is about.') }),
    patch: (jwt, { sub }) => withClaims(jwt, { sub }),
  }),
  defineTokenFault({
    name: 'id-token-as-access-token',
    summary: 'In the place of the access token stands what an ID token says: for the client rather than for the API.',
    see: clauses.bestPractice('3.12'),
    tokens: ['access_token'],
    client: 'reject',
    params: noParams,
    patch: (jwt, _, { client, issuer, nowSeconds }) => ({
      header: { ...jwt.header, typ: 'JWT' },
      payload: {
        ...withoutClaims(jwt, 'scope', 'client_id', 'jti').payload,
        iss: issuer,
        aud: client,
        nonce: 'of-an-id-token',
        auth_time: nowSeconds,
      },
    }),
  }),
  defineTokenFault({
    name: 'access-token-as-id-token',
    summary: 'In the place of the ID token stands what an access token says: for the API rather than for the client.',
    see: clauses.bestPractice('3.12'),
    tokens: ['id_token'],
    client: 'reject',
    params: noParams,
    patch: ({ header, payload }, _, { audience, client }) => ({
      header: { ...header, typ: 'at+jwt' },
      payload: {
        iss: payload.iss,
        sub: payload.sub,
        aud: audience,
        client_id: client,
        scope: 'openid',
        iat: payload.iat,
        exp: payload.exp,
      },
    }),
  }),
] as const
