import * as z from 'zod'
import { certificateSubjects, registeredMetadata } from './client-metadata.ts'
import { accessTokenSchema, clientLifetimesSchema } from './tokens.ts'
import { claimsSchema } from './user.ts'

/** Short names that the fixtures accept for grant types that are long URNs. */
export const grantTypeAliases: Readonly<Record<string, string>> = {
  device_code: 'urn:ietf:params:oauth:grant-type:device_code',
  ciba: 'urn:openid:params:grant-type:ciba',
  token_exchange: 'urn:ietf:params:oauth:grant-type:token-exchange',
  jwt_bearer: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
}

/** The grant types that a client may be given, as the fixtures write them. */
export const grantTypes = [
  'authorization_code',
  'implicit',
  'refresh_token',
  'client_credentials',
  'device_code',
  'urn:ietf:params:oauth:grant-type:device_code',
  'ciba',
  'urn:openid:params:grant-type:ciba',
  'password',
  'token_exchange',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'jwt_bearer',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
] as const

/** The name that people use for a grant type: the short one where there is one. */
export function shortGrantType(grantType: string): string {
  for (const [short, long] of Object.entries(grantTypeAliases)) if (long === grantType) return short
  return grantType
}

const visibleAscii = /^[\x20-\x7e]+$/

const scopeList = z.union([z.string(), z.array(z.string()).transform((names) => names.join(' '))], {
  error: 'expected scope names: a list, or text with spaces between them',
})

/** What becomes of the parameter of this name. */
export const loginHintSchema = z.enum(['suggest', 'login'])

const redirectUri = z
  .string()
  .refine((uri) => URL.canParse(uri), { error: 'expected an absolute URI, such as http://localhost:3000/callback' })
  .refine((uri) => !uri.includes('#'), { error: 'a redirect URI has no fragment (#…)' })

const clientFields = z.strictObject({
  client_id: z
    .string()
    .regex(visibleAscii, { error: 'expected a client id: one or more ASCII characters' })
    .describe('Unique within an issuer.'),
  client_secret: z
    .string()
    .regex(visibleAscii, { error: 'expected a client secret: one or more ASCII characters' })
    .optional()
    .describe('Left out: a public client, unless it authenticates with keys.'),
  client_name: z.string().optional().describe('Shown on the login and consent pages. Default: the client id.'),
  redirect_uris: z.array(redirectUri).default([]).describe('Compared exactly, except for the port of loopback hosts.'),
  post_logout_redirect_uris: z
    .array(redirectUri)
    .default([])
    .describe('Where a browser may be sent after logging out.'),
  grant_types: z
    .array(z.enum(grantTypes))
    .default(['authorization_code'])
    .transform((types) => types.map((type): string => grantTypeAliases[type] ?? type))
    .describe('The grants it may use; device_code is short for its URN.'),
  response_types: z
    .array(z.string())
    .optional()
    .describe('Default: all that its grants allow: code for authorization_code, those with tokens for implicit.'),
  token_endpoint_auth_method: z
    .enum([
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
      'tls_client_auth',
      'self_signed_tls_client_auth',
      'none',
    ])
    .optional()
    .describe(
      'Default: any of Basic and post where there is a secret, else none. The tls ones need HTTPS, or a proxy.',
    ),
  scope: scopeList.optional().describe('Scopes this client may ask for. Default: all of the issuer.'),
  consent: z.enum(['ask', 'skip']).default('ask').describe('Whether the consent page is shown.'),
  auto_login: z.string().optional().describe('Log this user in without a page.'),
  login_hint: loginHintSchema.optional().describe('Overrides the login_hint of the issuer.'),
  issuer: z
    .string()
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe('The name (URL) by which this client knows the issuer, where it has two.'),
  lifetimes: clientLifetimesSchema.optional().describe('Overrides the lifetimes of the issuer.'),
  access_token: accessTokenSchema.optional().describe('Overrides the access tokens of the issuer.'),
  claims: claimsSchema.optional().describe('Claims in its client-credentials access tokens.'),
  ...registeredMetadata,
})

/** The members that an entry of `clients` may have. */
export const clientMembers: readonly string[] = Object.keys(clientFields.shape)

type ClientFields = z.output<typeof clientFields>

/** What a client may authenticate with. */
type Credentials = { readonly [Name in keyof ClientFields]?: unknown }

const hasKeys = (client: Credentials): boolean => client.jwks !== undefined || client.jwks_uri !== undefined

/**
 * Fills in what follows from the rest: no way to authenticate means `none`, and response types follow from the grants.
 * With a secret the method stays open, so that Basic and post are both taken.
 */
export function normalizeClient(client: ClientFields): ClientFields & { response_types: string[] } {
  return {
    ...client,
    token_endpoint_auth_method: client.token_endpoint_auth_method ?? usualMethod(client),
    response_types: client.response_types ?? usualResponseTypes(client.grant_types),
  }
}

/** Whether a client, as it is written, has no way to authenticate. */
export function isPublic(client: Readonly<Record<string, unknown>>): boolean {
  return (client.token_endpoint_auth_method ?? usualMethod(client)) === 'none'
}

/** How a client authenticates that does not say it; undefined: by whatever its secret and keys allow. */
function usualMethod(client: Credentials): ClientFields['token_endpoint_auth_method'] {
  if (client.client_secret !== undefined || hasKeys(client)) return undefined
  return subjectsOf(client).length === 0 ? 'none' : 'tls_client_auth'
}

/** By which parts of its certificate a client is known. */
function subjectsOf(client: Credentials): string[] {
  return certificateSubjects.filter((name) => client[name] !== undefined)
}

/** What a client may ask the authorization endpoint for, by its grants. */
function usualResponseTypes(grants: readonly string[]): string[] {
  const code = grants.includes('authorization_code') ? ['code'] : []
  const implicit = grants.includes('implicit') ? ['id_token', 'id_token token', 'token'] : []
  const hybrid = implicit.map((types) => `code ${types}`)
  return [...code, ...implicit, ...(code.length > 0 ? hybrid : [])]
}

/** What the members say together and cannot mean: the member, and why. */
function contradictions(client: ClientFields): [member: string, message: string][] {
  const method = client.token_endpoint_auth_method
  const found: [string, string][] = []
  if (method?.startsWith('client_secret_') && client.client_secret === undefined) {
    found.push(['token_endpoint_auth_method', `${method} needs a client_secret`])
  }
  if (method === 'private_key_jwt' && !hasKeys(client)) {
    found.push(['token_endpoint_auth_method', 'private_key_jwt needs jwks or jwks_uri'])
  }
  if (method === 'self_signed_tls_client_auth' && !hasKeys(client)) {
    found.push(['token_endpoint_auth_method', `${method} needs jwks or jwks_uri, with the certificate as x5c`])
  }
  const subjects = subjectsOf(client)
  if (subjects.length > 1) found.push([subjects[1] as string, `a client has one of ${subjects.join(', ')}`])
  if (method === 'tls_client_auth' && subjects.length === 0) {
    found.push(['token_endpoint_auth_method', `${method} needs one of ${certificateSubjects.join(', ')}`])
  }
  if (method !== undefined && method !== 'tls_client_auth' && subjects[0] !== undefined) {
    found.push([subjects[0], `it is for tls_client_auth, and the client has ${method}`])
  }
  if ((method ?? usualMethod(client)) === 'none' && client.grant_types.includes('client_credentials')) {
    const why = 'client_credentials is for clients that authenticate, and this one is public'
    found.push(['grant_types', `${why}. Give it a client_secret, or keys`])
  }
  if (client.claims !== undefined && 'jti' in client.claims) {
    found.push(['claims', 'jti cannot be chosen: it is the handle by which the token is found again'])
  }
  const redirecting = client.grant_types.find((grant) => grant === 'authorization_code' || grant === 'implicit')
  if (redirecting !== undefined && client.redirect_uris.length === 0) {
    found.push(['redirect_uris', `the grant ${redirecting} needs at least one redirect URI`])
  }
  return found
}

/**
 * A client: RFC 7591 metadata under its own names, and what Understudy adds to it; normalized.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section 2}
 */
export const clientSchema = clientFields
  .superRefine((client, context) => {
    for (const [member, message] of contradictions(client)) {
      context.addIssue({ code: 'custom', path: [member], message })
    }
  })
  .transform(normalizeClient)
  .meta({ id: 'client', description: 'RFC 7591 metadata under its own names, and what Understudy adds to it.' })

export type Client = z.output<typeof clientSchema>
