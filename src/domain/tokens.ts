import * as z from 'zod'
import { durationSeconds } from '../time.ts'
import { claimsSchema } from './user.ts'

/** How long what the issuer hands out lives; in seconds once parsed. */
export const lifetimesSchema = z.strictObject({
  access_token: durationSeconds.optional(),
  refresh_token: durationSeconds.optional(),
  id_token: durationSeconds.optional(),
  authorization_code: durationSeconds.optional(),
  session: durationSeconds.optional(),
  session_idle: durationSeconds.optional(),
})

/** The lifetimes that a client may have of its own: a session is one browser's with all clients. */
export const clientLifetimesSchema = lifetimesSchema
  .omit({ session: true, session_idle: true })
  .transform((own): z.output<typeof lifetimesSchema> => own)

export type Lifetimes = z.output<typeof lifetimesSchema>

export const defaultLifetimes: Required<{ [Name in keyof Lifetimes]: number }> = {
  access_token: 3600,
  refresh_token: 2_592_000,
  id_token: 3600,
  authorization_code: 60,
  session: 1_209_600,
  session_idle: 86_400,
}

export const accessTokenSchema = z.strictObject({
  format: z.enum(['jwt', 'opaque']).optional().describe('Default: jwt.'),
  audience: z
    .union([z.string(), z.array(z.string()).min(1)])
    .optional()
    .describe('The `aud` of JWTs. Default: the issuer.'),
  issuer: z.string().optional().describe('The `iss` of JWTs. Default: the issuer as the client knows it.'),
  signed_response_alg: z
    .string()
    .optional()
    .describe('The signing algorithm of JWTs. Default: that of ID tokens, or RS256 where that is HS256.'),
  typ: z.string().optional().describe('The `typ` header of JWTs. Default: JWT; RFC 9068 says at+jwt.'),
  claims: z
    .union([z.literal('all'), z.literal('none'), z.array(z.string())])
    .optional()
    .describe('Which user claims JWTs carry. Default: those that no scope names.'),
})

export type AccessTokenSettings = z.output<typeof accessTokenSchema>

export const refreshTokenSchema = z.strictObject({
  rotation: z.enum(['rotate', 'reuse']).default('rotate').describe('Whether each refresh gives a new refresh token.'),
  grace: durationSeconds.default(0).describe('How long a rotated token is still taken, for clients that race.'),
  on_reuse: z
    .enum(['revoke_grant', 'reject'])
    .default('revoke_grant')
    .describe('What a second use of a rotated token does.'),
  requires_offline_access: z
    .boolean()
    .default(false)
    .describe('Only with the scope offline_access and prompt=consent.'),
})

export const deviceSchema = z.strictObject({
  interval: durationSeconds.default(5).describe('Seconds that a device waits between polls.'),
  expires_in: durationSeconds.default(600).describe('How long a device code lives.'),
})

export const cibaSchema = z.strictObject({
  interval: durationSeconds.default(5).describe('Seconds that a client waits between polls.'),
  expires_in: durationSeconds
    .default(600)
    .describe('How long a request waits for its user; a client may ask for less (`requested_expiry`).'),
  approve: z
    .enum(['ask', 'automatically'])
    .default('ask')
    .describe('Whether somebody decides (page, command, admin API), or every request is approved at once.'),
})

const words = z.union([z.string(), z.array(z.string())])

/** Claims by circumstance: what the fixtures call `token_rules`; of several that match, the later wins. */
export const tokenRuleSchema = z
  .strictObject({
    when: z
      .strictObject({
        scope: words.optional(),
        client: words.optional(),
        user: words.optional(),
        grant_type: words.optional(),
      })
      .default({}),
    token: z.enum(['access_token', 'id_token', 'userinfo']).default('access_token'),
    claims: claimsSchema,
  })
  .refine(({ token, claims }) => token !== 'access_token' || !('jti' in claims), {
    path: ['claims'],
    error: 'jti cannot be chosen: it is the handle by which the token is found again',
  })

export type TokenRule = z.output<typeof tokenRuleSchema>
