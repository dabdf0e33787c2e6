import * as z from 'zod'
import { defineStateFault, membersOf, noParams } from '../fault.ts'

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
    async act(port, { keep_old: keep }) {
      await port.rotateKeys({ keepOld: keep })
      return true
    },
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
    async act(port, { keep_old: keep }) {
      await port.rotateKeys({ keepOld: keep })
      return true
    },
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
    async act(port, _params, { identity: { grant } }) {
      if (grant === undefined) return false
      await port.revokeGrant(grant)
      return true
    },
  }),
  defineStateFault({
    name: 'token-revoked-early',
    summary: 'The access token that has just been issued is revoked, long before it expires.',
    see: 'https://www.rfc-editor.org/rfc/rfc6750#section-3.1',
    endpoints: ['token'],
    client: 'handle',
    params: noParams,
    at: () => 'answer',
    async act(port, _params, { answer }) {
      const token = answer && membersOf(answer)?.access_token
      if (typeof token !== 'string') return false
      await port.revokeToken(token)
      return true
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
    async act(port, _params, { identity: { user } }) {
      if (user === undefined) return false
      await port.endSessions(user)
      return true
    },
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
    async act(port, _params, { identity: { grant } }) {
      if (grant === undefined) return false
      await port.revokeGrant(grant)
      return true
    },
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
    async act(port, _params, { identity: { user } }) {
      if (user === undefined) return false
      await port.lockUser(user)
      return true
    },
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
    async act(port, _params, { exchange: { client }, identity }) {
      const id = identity.client ?? client
      if (id === undefined) return false
      await port.rotateSecret(id)
      return true
    },
  }),
] as const
