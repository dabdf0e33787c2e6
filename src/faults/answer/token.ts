import * as z from 'zod'
import { defineRewriteFault, membersOf, noParams } from '../fault.ts'
import { changed, replaced, without } from './members.ts'

const see = 'https://www.rfc-editor.org/rfc/rfc6749#section-5.1'
const endpoints = ['token'] as const

/** Token answers that lack something, or tell it in another way than they should. */
export const tokenAnswerFaults = [
  defineRewriteFault({
    name: 'missing-access-token',
    summary: 'The token answer has no access token.',
    see,
    endpoints,
    client: 'reject',
    params: noParams,
    member: 'access_token',
    rewrite: without('access_token'),
  }),
  defineRewriteFault({
    name: 'missing-token-type',
    summary: 'The token answer does not say what type of token it has.',
    see,
    endpoints,
    client: 'reject',
    params: noParams,
    member: 'token_type',
    rewrite: without('token_type'),
  }),
  defineRewriteFault({
    name: 'token-type-case',
    summary: 'The token type is written in another case; it is case insensitive.',
    see,
    endpoints,
    client: 'accept',
    params: z.strictObject({
      case: z.enum(['lower', 'upper']).default('lower').describe('`bearer` or `BEARER`.'),
    }),
    member: 'token_type',
    rewrite: (answer, { case: wanted }) =>
      replaced(answer, 'token_type', (type) =>
        wanted === 'lower' ? String(type).toLowerCase() : String(type).toUpperCase(),
      ),
  }),
  defineRewriteFault({
    name: 'missing-expires-in',
    summary: 'The token answer does not say how long its token lives, which is only recommended.',
    see,
    endpoints,
    client: 'accept',
    params: noParams,
    member: 'expires_in',
    rewrite: without('expires_in'),
  }),
  defineRewriteFault({
    name: 'expires-in-string',
    summary: 'How long the token lives is told as text.',
    see,
    endpoints,
    client: 'either',
    params: noParams,
    member: 'expires_in',
    rewrite: (answer) => replaced(answer, 'expires_in', String),
  }),
  defineRewriteFault({
    name: 'negative-expires-in',
    summary: 'The token lives for less than no time.',
    see,
    endpoints,
    client: 'reject',
    params: z.strictObject({ seconds: z.int().negative().default(-1).describe('How long, in seconds.') }),
    member: 'expires_in',
    rewrite: (answer, { seconds }) => replaced(answer, 'expires_in', () => seconds),
  }),
  defineRewriteFault({
    name: 'missing-id-token',
    summary: 'The token answer of a login has no ID token.',
    see: 'https://openid.net/specs/openid-connect-core-1_0.html#TokenResponse',
    endpoints,
    client: 'reject',
    // OIDC Core 12.2: a refresh need not bring one.
    exam: { refresh: 'accept' },
    params: noParams,
    member: 'id_token',
    rewrite: without('id_token'),
  }),
  defineRewriteFault({
    name: 'missing-refresh-token',
    summary: 'The token answer has no refresh token, though the client could use one.',
    see,
    endpoints,
    client: 'handle',
    params: noParams,
    member: 'refresh_token',
    rewrite: without('refresh_token'),
  }),
  defineRewriteFault({
    name: 'scope-narrowed',
    summary: 'The token answer tells of less scope than was asked for.',
    see: 'https://www.rfc-editor.org/rfc/rfc6749#section-3.3',
    endpoints,
    client: 'handle',
    params: z.strictObject({
      scope: z.string().optional().describe('The scope that is told. Default: all but the last.'),
    }),
    member: 'scope',
    rewrite: (answer, { scope }) =>
      replaced(answer, 'scope', (told) => scope ?? String(told).split(' ').slice(0, -1).join(' ')),
  }),
  defineRewriteFault({
    name: 'missing-scope',
    summary: 'The token answer does not tell its scope, which is as it was asked for.',
    see,
    endpoints,
    client: 'accept',
    params: noParams,
    member: 'scope',
    rewrite: without('scope'),
  }),
  defineRewriteFault({
    name: 'unknown-members',
    summary: 'The token answer has members that nobody has heard of.',
    see,
    endpoints,
    client: 'accept',
    params: z.strictObject({
      members: z
        .record(z.string(), z.json())
        .default({ understudy_unknown: { nested: [1, 'two', null] }, ext_expires_in: 3600 })
        .describe('Those that are added.'),
    }),
    rewrite: (answer, { members }) => {
      const told = membersOf(answer) ?? {}
      const isNews = Object.keys(members).some((name) => !(name in told))
      return isNews ? changed(answer, 'access_token', (known) => ({ ...members, ...known })) : undefined
    },
  }),
] as const
