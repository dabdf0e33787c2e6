import * as z from 'zod'
import { durationSeconds } from '../../time.ts'
import { defineTokenFault, noParams } from '../fault.ts'
import { allTokens, endingTokens, secondsOf, timedTokens, withClaims, withoutClaims } from './change.ts'
import { clauses } from './clauses.ts'

const hourSeconds = 3600
const daySeconds = 86_400

/** What `with` takes of a time that is off by so much. */
const off = (seconds: number, description: string) =>
  z.strictObject({ by: durationSeconds.default(seconds).describe(description) })

/** RFC 9068 has these among the claims of an access token, and asks an API to look at no more than a time that is there. */
const unlessAccessToken = { clientOf: { access_token: 'either' } } as const

/** Faults of when a token was made and for how long it is good. */
export const timeFaults = [
  defineTokenFault({
    name: 'missing-iat',
    summary: 'The token does not say when it was issued.',
    see: clauses.idToken,
    // RFC 9701 section 5: a signed introspection response has one, too.
    tokens: [...timedTokens, 'introspection'],
    client: 'reject',
    ...unlessAccessToken,
    params: noParams,
    patch: (jwt) => withoutClaims(jwt, 'iat'),
  }),
  defineTokenFault({
    name: 'iat-too-old',
    summary: 'The token was issued too long ago, though it has not expired.',
    see: clauses.idTokenValidation,
    tokens: timedTokens,
    client: 'reject',
    ...unlessAccessToken,
    params: off(daySeconds, 'How long ago.'),
    patch: (jwt, { by }, { nowSeconds }) => withClaims(jwt, { iat: nowSeconds - by }),
  }),
  defineTokenFault({
    name: 'iat-in-future',
    summary: 'The token is yet to be issued.',
    see: clauses.idTokenValidation,
    tokens: timedTokens,
    client: 'reject',
    ...unlessAccessToken,
    params: off(hourSeconds, 'In how long.'),
    patch: (jwt, { by }, { nowSeconds }) => withClaims(jwt, { iat: nowSeconds + by }),
  }),
  defineTokenFault({
    name: 'exp-in-past',
    summary: 'The token has expired.',
    see: clauses.idTokenValidation,
    tokens: endingTokens,
    client: 'reject',
    params: off(hourSeconds, 'How long ago.'),
    patch: function expire(jwt, { by }, { nowSeconds }) {
      const iat = secondsOf(jwt.payload.iat, nowSeconds)
      const lifetime = secondsOf(jwt.payload.exp, iat) - iat
      const issued = jwt.payload.iat !== undefined && { iat: nowSeconds - by - lifetime }
      return withClaims(jwt, { ...issued, exp: nowSeconds - by })
    },
  }),
  defineTokenFault({
    name: 'missing-exp',
    summary: 'The token never expires.',
    see: clauses.idToken,
    tokens: endingTokens,
    client: 'reject',
    ...unlessAccessToken,
    params: noParams,
    patch: (jwt) => withoutClaims(jwt, 'exp'),
  }),
  defineTokenFault({
    name: 'not-yet-valid',
    summary: 'The token is not to be taken before a time that is yet to come.',
    see: clauses.jwtClaims('5'),
    tokens: allTokens,
    client: 'reject',
    params: off(hourSeconds, 'In how long.'),
    patch: (jwt, { by }, { nowSeconds }) => withClaims(jwt, { nbf: nowSeconds + by }),
  }),
  defineTokenFault({
    name: 'auth-time-too-old',
    summary: 'The person logged in longer ago than the max_age that the client asked for.',
    see: clauses.idTokenValidation,
    tokens: ['id_token'],
    client: 'reject',
    exam: { needs: 'max_age' },
    params: off(daySeconds, 'How long ago.'),
    patch: (jwt, { by }, { nowSeconds }) => withClaims(jwt, { auth_time: nowSeconds - by }),
  }),
  defineTokenFault({
    name: 'missing-auth-time',
    summary: 'The token does not say when the person logged in, though the client asked by max_age.',
    see: clauses.idToken,
    tokens: ['id_token'],
    client: 'reject',
    exam: { needs: 'max_age' },
    params: noParams,
    patch: (jwt) => withoutClaims(jwt, 'auth_time'),
  }),
] as const
