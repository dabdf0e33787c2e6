import * as z from 'zod'
import { defineRewriteFault, noParams } from '../fault.ts'
import { changed, replaced, without } from './members.ts'

const see = 'https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse'
const aggregated = 'https://openid.net/specs/openid-connect-core-1_0.html#AggregatedDistributedClaims'
const endpoints = ['userinfo'] as const

const claims = z
  .record(z.string(), z.json())
  .default({ shoe_size: 8, eye_color: 'blue' })
  .describe('Those that stand elsewhere.')

/** Userinfo that is about somebody else, or not all there; not of clients that have it signed. */
export const userinfoFaults = [
  defineRewriteFault({
    name: 'userinfo-invalid-sub',
    summary: 'Userinfo is about somebody else than the ID token.',
    see,
    endpoints,
    client: 'reject',
    params: z.strictObject({ sub: z.string().default('somebody-else').describe('The subject.') }),
    rewrite: (answer, { sub }) => replaced(answer, 'sub', () => sub),
  }),
  defineRewriteFault({
    name: 'userinfo-missing-sub',
    summary: 'Userinfo does not say whom it is about.',
    see,
    endpoints,
    client: 'reject',
    params: noParams,
    rewrite: without('sub'),
  }),
  defineRewriteFault({
    name: 'userinfo-missing-claims',
    summary: 'Userinfo tells nothing but the subject.',
    see,
    endpoints,
    client: 'handle',
    params: noParams,
    rewrite: (answer) => changed(answer, 'sub', ({ sub }) => ({ sub })),
  }),
  defineRewriteFault({
    name: 'aggregated-claims',
    summary: 'Some claims of userinfo stand in a JWT of somebody else, that the client need not know.',
    see: aggregated,
    endpoints,
    client: 'accept',
    params: z.strictObject({ claims }),
    rewrite: (answer, { claims: elsewhere }) =>
      changed(answer, 'sub', (members) => ({ ...members, ...pointTo(elsewhere, { JWT: unsecured(elsewhere) }) })),
  }),
  defineRewriteFault({
    name: 'distributed-claims',
    summary: 'Some claims of userinfo must be fetched from somebody else, that the client need not ask.',
    see: aggregated,
    endpoints,
    client: 'accept',
    params: z.strictObject({
      claims,
      endpoint: z.url().default('https://claims.example/userinfo').describe('Where they can be had.'),
    }),
    rewrite: (answer, { claims: elsewhere, endpoint }) =>
      changed(answer, 'sub', (members) => ({
        ...members,
        ...pointTo(elsewhere, { endpoint, access_token: 'ksj3n283dke' }),
      })),
  }),
] as const

function pointTo(elsewhere: Readonly<Record<string, unknown>>, source: Readonly<Record<string, string>>) {
  const names = Object.keys(elsewhere).map((name) => [name, 'src1'])
  return { _claim_names: Object.fromEntries(names), _claim_sources: { src1: source } }
}

/** A JWT without a signature, as RFC 7519 section 6.1 has it. */
function unsecured(payload: object): string {
  const parts = [{ alg: 'none' }, { iss: 'https://claims.example', ...payload }]
  return `${parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`
}
