import * as z from 'zod'
import { defineNoticeFault, noParams } from '../fault.ts'

const logout = 'https://openid.net/specs/openid-connect-backchannel-1_0.html#BCActions'

/** Clients that hear of a logout by the back channel never, late, or twice. */
export const noticeFaults = [
  defineNoticeFault({
    name: 'logout-never-sent',
    summary: 'The user logs out, and the client is not told: no logout token is sent.',
    see: logout,
    client: 'handle',
    params: noParams,
    deliver: () => ({ times: 0 }),
  }),
  defineNoticeFault({
    name: 'logout-sent-late',
    summary: 'The logout token is sent long after the logout, which did not wait for it.',
    see: logout,
    client: 'accept',
    params: z.strictObject({
      ms: z.int().positive().max(600_000).default(5000).describe('How long after the logout, in milliseconds.'),
    }),
    deliver: ({ ms }) => ({ delayMs: ms }),
  }),
  defineNoticeFault({
    name: 'logout-sent-twice',
    summary: 'The same logout token is sent twice, as where the first answer was lost.',
    see: 'https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation',
    client: 'either',
    params: noParams,
    deliver: () => ({ times: 2 }),
  }),
] as const
