import * as z from 'zod'
import { defineStateFault, membersOf, noParams, type StateEffect, type StateRequest } from '../fault.ts'

const rotation = 'https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys'
const refresh = 'https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2'
const revoked = 'https://www.rfc-editor.org/rfc/rfc6749#section-5.2'

const keepOld = z.strictObject({
  keep_old: z.boolean().default(true).describe('Whether the old keys stay in the JWKS.'),
})

const moment = (usual: 'request' | 'answer') =>
  z.strictObject({
    at: z.enum(['request', 'answer']).default(usual).describe(`Before the request is served, or once it is answered.`),
  })

const revokesGrant = ({ identity: { grant } }: StateRequest): StateEffect | undefined =>
  grant === undefined ? undefined : { effect: 'revoke-grant', id: grant }

const doesToUser =
  (effect: 'end-sessions' | 'lock-user') =>
  ({ identity: { user: username } }: StateRequest): StateEffect | undefined =>
    username === undefined ? undefined : { effect, username }

/** What happens to keys, tokens, sessions and people while a client is busy with something else. */
export const stateFaults = [
  defineStateFault({
    name: 'signing-key-rotation',
    summary: 'Once this is answered, the issuer signs with new keys.',
    see: rotation,
    endpoints: ['token'],
    alsoAt: ['authorization', 'userinfo', 'jwks', 'discovery'],
    client: 'accept',
    params: keepOld,
    at: () => 'answer',
    effect: (_request, { keep_old: keepOld }) => ({ effect: 'rotate-keys', keepOld }),
  }),
  defineStateFault({
    name: 'signing-key-rotation-just-before-signing',
    summary: 'The issuer rotates its keys after the client has fetched the JWKS, and before it signs.',
    see: rotation,
    endpoints: ['token'],
    alsoAt: ['userinfo', 'introspection'],
    client: 'accept',
    params: keepOld,
    at: () => 'request',
    effect: (_request, { keep_old: keepOld }) => ({ effect: 'rotate-keys', keepOld }),
  }),
  defineStateFault({
    name: 'refresh-token-reused',
    summary: 'Somebody else has used the refresh token before, so that all that came of it is revoked.',
    see: refresh,
    endpoints: ['token'],
    grantTypes: ['refresh_token'],
    client: 'handle',
    params: noParams,
    at: () => 'request',
    effect: revokesGrant,
  }),
  defineStateFault({
    name: 'token-revoked-early',
    summary: 'The access token that has just been issued is revoked, long before it expires.',
    see: 'https://www.rfc-editor.org/rfc/rfc6750#section-3.1',
    endpoints: ['token'],
    client: 'handle',
    params: noParams,
    at: () => 'answer',
    effect({ answer }) {
      const token = answer && membersOf(answer)?.access_token
      return typeof token === 'string' ? { effect: 'revoke-token', token } : undefined
    },
  }),
  defineStateFault({
    name: 'session-lost',
    summary: 'The user is signed out everywhere, and no client is told.',
    see: 'https://openid.net/specs/openid-connect-core-1_0.html#AuthError',
    endpoints: ['token'],
    alsoAt: ['userinfo'],
    client: 'handle',
    params: moment('answer'),
    at: ({ at }) => at,
    effect: doesToUser('end-sessions'),
  }),
  defineStateFault({
    name: 'consent-withdrawn',
    summary: 'The user takes back what was allowed: every token of the grant is dead.',
    see: revoked,
    endpoints: ['token'],
    alsoAt: ['userinfo', 'introspection'],
    client: 'handle',
    params: moment('answer'),
    at: ({ at }) => at,
    effect: revokesGrant,
  }),
  defineStateFault({
    name: 'user-locked',
    summary: 'The user is locked out from now on.',
    see: revoked,
    endpoints: ['token'],
    alsoAt: ['userinfo'],
    client: 'handle',
    params: moment('answer'),
    at: ({ at }) => at,
    effect: doesToUser('lock-user'),
  }),
  defineStateFault({
    name: 'client-secret-rotated',
    summary: 'The client has a new secret, and nobody has told it.',
    see: revoked,
    endpoints: ['token'],
    alsoAt: ['introspection', 'revocation', 'pushed_authorization_request', 'device_authorization'],
    client: 'handle',
    params: moment('request'),
    at: ({ at }) => at,
    effect({ exchange: { client }, identity }) {
      const clientId = identity.client ?? client
      return clientId === undefined ? undefined : { effect: 'rotate-secret', clientId }
    },
  }),
] as const
