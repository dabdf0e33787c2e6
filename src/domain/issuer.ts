import * as z from 'zod'
import { authorizationDetailTypeSchema } from './authorization-details.ts'
import { clientSchema, loginHintSchema } from './client.ts'
import { registrationSchema } from './registration.ts'
import { requestObjectsSchema } from './request-objects.ts'
import { resourceSchema } from './resource.ts'
import { scopeSchema } from './scope.ts'
import {
  accessTokenSchema,
  cibaSchema,
  deviceSchema,
  lifetimesSchema,
  refreshTokenSchema,
  tokenRuleSchema,
} from './tokens.ts'
import { type User, userEntrySchema } from './user.ts'

/** The name of the issuer at the root. */
export const rootIssuer = 'default'

/** Stands for every name, where issuers are made by their first request. */
export const templateIssuer = '*'

/** Names that no further issuer may have, since paths below the root begin with them; those of personas come on top. */
export const reservedIssuerNames: readonly string[] = [
  rootIssuer,
  '_understudy',
  '.well-known',
  'interaction',
  'favicon.ico',
]

/** What paths are put behind: a URL without the slashes at its end, which are part of the name of an issuer alone. */
export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}

const issuerUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
  .refine((url) => !/[?#]/.test(url), { error: 'expected a URL without a query or a fragment' })

/** What an issuer is, apart from its persona and its faults: the members that the provider needs. */
export const issuerSettingsSchema = z.strictObject({
  issuer: z
    .union([z.literal('auto'), issuerUrl])
    .default('auto')
    .describe('`auto`: the origin by which it is asked; or a fixed URL.'),
  browser_url: issuerUrl
    .optional()
    .describe('Where a browser reaches it, if back ends use another name. Needs a fixed issuer.'),
  open: z
    .boolean()
    .default(false)
    .describe('Whether any client and any user are taken, beside those that are declared.'),
  lifetimes: lifetimesSchema.default({}),
  access_token: accessTokenSchema.default({}),
  id_token: z
    .strictObject({ signed_response_alg: z.string().default('RS256') })
    .prefault({})
    .describe('The signing algorithm of clients that do not say theirs.'),
  refresh_token: refreshTokenSchema.prefault({}),
  device: deviceSchema.prefault({}),
  ciba: cibaSchema.prefault({}).describe('Backchannel authentication requests.'),
  authorization_details: z
    .record(z.string().min(1), authorizationDetailTypeSchema)
    .default({})
    .describe('The types of authorization details (RFC 9396) that clients may ask for.'),
  request_objects: requestObjectsSchema.prefault({}).describe('Authorization requests in signed JWTs.'),
  registration: registrationSchema.prefault({}).describe('Whether and how clients may register themselves.'),
  login_hint: loginHintSchema
    .default('suggest')
    .describe(
      'What becomes of a `login_hint`: the login page suggests that user, or that user is logged in without it.',
    ),
  acr_values: z
    .array(z.string().regex(/^[\x21-\x7e]+$/, { error: 'expected a name without spaces' }))
    .default([])
    .describe('The authentication context classes (`acr`) that logins can have; the first is the usual one.'),
  dpop: z
    .strictObject({
      nonce: z.boolean().default(false).describe('Whether proofs must carry a nonce of the server: use_dpop_nonce.'),
    })
    .prefault({})
    .describe('What is asked of DPoP proofs.'),
  session_bound: z.boolean().default(false).describe('Whether tokens end with the session they came from.'),
  request_faults: z.boolean().default(true).describe('Whether a request may arm a fault for its own flow.'),
  keys: z.string().default('shared').describe('`shared` by the process, `own`, or the path of a JWK Set.'),
  jwks: z
    .strictObject({ cache_control: z.string().optional() })
    .prefault({})
    .describe('The Cache-Control of the JWKS.'),
  journal: z
    .strictObject({
      max_entries: z
        .int()
        .min(0)
        .max(1_000_000)
        .default(5000)
        .describe('How many requests are remembered; 0: none, which makes each a little faster.'),
      max_bytes: z.int().min(1024).default(8_388_608).describe('How much memory they may take, about.'),
    })
    .prefault({})
    .describe('How much is remembered of what was asked and answered; the oldest gives way.'),
  scopes: z
    .record(
      z
        .string()
        .regex(
          /^[\x21\x23-\x5b\x5d-\x7e]+$/,
          'expected a scope name: visible ASCII without spaces, quotes or backslashes',
        ),
      scopeSchema,
    )
    .default({}),
  resources: z
    .record(z.string().min(1), resourceSchema)
    .default({})
    .describe(
      'The APIs that access tokens are for, by name; where any is declared, no other resource can be asked for.',
    ),
  users: z.array(userEntrySchema).default([]),
  clients: z.array(clientSchema).default([]),
  token_rules: z.array(tokenRuleSchema).default([]),
})

export type IssuerSettings = z.output<typeof issuerSettingsSchema>

/** Functions that a fixtures module may add to an issuer. */
export interface IssuerHooks {
  /** More claims about a user, merged over those of the fixtures. */
  claims?: (
    user: User,
    context: { scope: string[]; client: string },
  ) => Record<string, unknown> | Promise<Record<string, unknown>>
  /** Sees every token before it is signed; what it returns replaces the claims. */
  onToken?: (
    token: { type: 'access_token' | 'id_token' | 'userinfo'; claims: Record<string, unknown> },
    context: { client: string; user?: string; scope: string[] },
  ) => Record<string, unknown> | undefined | Promise<Record<string, unknown> | undefined>
  /** Sees every protocol request; may name a fault that answers it. */
  onRequest?: (request: RequestView) => FaultStep | undefined | Promise<FaultStep | undefined>
}

/** What `onRequest` sees of a request. */
export interface RequestView {
  endpoint: string
  method: string
  headers: Readonly<Record<string, string | undefined>>
  params: Readonly<Record<string, string | undefined>>
  client?: string | undefined
}

/** A fault by name, with its parameters. */
export type FaultStep = string | { fault: string; with?: Record<string, unknown> }
