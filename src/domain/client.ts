import { z } from 'zod'
import { accessTokenSchema, lifetimesSchema } from './tokens.ts'
import { claimsSchema } from './user.ts'

/** Short names that the fixtures accept for grant types that are long URNs. */
export const grantTypeAliases: Readonly<Record<string, string>> = {
  device_code: 'urn:ietf:params:oauth:grant-type:device_code',
}

/** The name that people use for a grant type: the short one where there is one. */
export function shortGrantType(grantType: string): string {
  for (const [short, long] of Object.entries(grantTypeAliases)) if (long === grantType) return short
  return grantType
}

const scopeList = z.union([z.string(), z.array(z.string()).transform((names) => names.join(' '))])

/**
 * A client: RFC 7591 metadata under its own names, and what Understudy adds to it.
 *
 * Metadata that is not named here is passed on as it is and checked by the provider.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section 2}
 */
export const clientSchema = z.looseObject({
  client_id: z.string().min(1).describe('Unique within an issuer.'),
  client_secret: z.string().min(1).optional().describe('Left out: a public client, unless it authenticates with keys.'),
  client_name: z.string().optional().describe('Shown on the login and consent pages. Default: the client id.'),
  redirect_uris: z
    .array(z.string().min(1))
    .default([])
    .describe('Compared exactly, except for the port of loopback hosts.'),
  post_logout_redirect_uris: z.array(z.string().min(1)).default([]),
  grant_types: z
    .array(z.string())
    .default(['authorization_code'])
    .transform((types) => types.map((type) => grantTypeAliases[type] ?? type)),
  response_types: z.array(z.string()).optional(),
  token_endpoint_auth_method: z
    .string()
    .optional()
    .describe('Default: any of Basic and post where there is a secret, else none.'),
  scope: scopeList.optional().describe('Scopes this client may ask for. Default: all of the issuer.'),
  consent: z.enum(['ask', 'skip']).default('ask').describe('Whether the consent page is shown.'),
  auto_login: z.string().optional().describe('Log this user in without a page.'),
  issuer: z.string().optional().describe('The name (URL) by which this client knows the issuer, where it has two.'),
  lifetimes: lifetimesSchema.optional().describe('Overrides the lifetimes of the issuer.'),
  access_token: accessTokenSchema.optional().describe('Overrides the access tokens of the issuer.'),
  claims: claimsSchema.optional().describe('Claims in its client-credentials access tokens.'),
})

export type Client = z.output<typeof clientSchema>
