import * as z from 'zod'
import { endpoints } from '../domain/exchange.ts'
import { issuerSettingsSchema } from '../domain/issuer.ts'

/** The endpoints whose paths a persona may choose. */
export const pathNames = [
  'authorization',
  'token',
  'device_authorization',
  'device_verification',
  'userinfo',
  'introspection',
  'revocation',
  'pushed_authorization_request',
  'backchannel_authentication',
  'registration',
  'end_session',
  'jwks',
] as const

export type PathName = (typeof pathNames)[number]

/** The grants that a persona may have, by their short names. */
export const personaGrants = [
  'authorization_code',
  'implicit',
  'refresh_token',
  'client_credentials',
  'device_code',
  'ciba',
  'password',
  'token_exchange',
  'jwt_bearer',
] as const

const path = z
  .string()
  .regex(/^(?:\/[A-Za-z0-9._~!$&'()*+,;=@-]+)+$/, { error: 'expected a path, such as /oauth/token' })
  .refine((path) => !path.split('/').some((step) => step === '.' || step === '..'), {
    error: 'expected a path without "." and ".." in it',
  })

/** The endpoints whose good answers have members: a revocation says nothing, and the end of a session is a page. */
const answering = endpoints.filter((name) => name !== 'revocation' && name !== 'end_session')

/** Answers by endpoint, and there by grant type or `*`; each member a template. */
const answersSchema = z.partialRecord(z.enum(answering), z.record(z.string(), z.record(z.string(), z.json())))

const errorShapeSchema = z.strictObject({
  error: z.string().optional().describe('Another code, in the body and in WWW-Authenticate.'),
  status: z.int().min(400).max(599).optional(),
  members: z.record(z.string(), z.json()).optional().describe('The members of the body, as templates.'),
})

const { shape } = issuerSettingsSchema

const defaultsSchema = z.strictObject({
  lifetimes: shape.lifetimes.unwrap().optional(),
  access_token: shape.access_token.unwrap().optional(),
  refresh_token: shape.refresh_token.unwrap().optional(),
  device: shape.device.unwrap().optional(),
  scopes: shape.scopes.unwrap().optional(),
  resources: shape.resources.unwrap().optional(),
  users: shape.users.unwrap().optional().describe('Who can sign in where the issuer declares nobody.'),
  clients: shape.clients.unwrap().optional().describe('The clients of an issuer that declares none.'),
})

const clientDefaultsSchema = z.strictObject({
  grant_types: z.array(z.enum(personaGrants)).optional(),
  token_endpoint_auth_method: z.enum(['client_secret_basic', 'client_secret_post']).optional(),
})

const lookSchema = z.strictObject({
  name: z.string().max(60).optional().describe('The name of the provider.'),
  accent: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, { error: 'expected a colour such as #0069ff' })
    .optional()
    .describe('The colour of buttons and links.'),
  allow: z.string().max(60).optional().describe('What the button says that allows.'),
})

/** What can be said of a persona, all of it plain data. */
export const traitsSchema = z.strictObject({
  endpoints: z
    .strictObject(
      Object.fromEntries(pathNames.map((name) => [name, path.optional()])) as Record<
        PathName,
        z.ZodOptional<typeof path>
      >,
    )
    .optional()
    .describe('Paths below the issuer.'),
  without: z.array(z.enum(pathNames)).optional().describe('Endpoints that it has not got.'),
  discovery: z.boolean().optional().describe('Whether there are discovery documents.'),
  openid: z.boolean().optional().describe('Whether it has the scopes of OpenID Connect; else its own alone.'),
  response_iss: z.boolean().optional().describe('Whether authorization responses carry `iss` (RFC 9207).'),
  grant_types: z.array(z.enum(personaGrants)).optional().describe('The grants that it has.'),
  token_endpoint_auth_methods: z
    .array(z.enum(['client_secret_basic', 'client_secret_post']))
    .optional()
    .describe('How a client may send its secret. Default: either way.'),
  redirect_uri: z
    .enum(['required', 'optional'])
    .optional()
    .describe('Whether a client that has registered one redirect URI may leave it out. Default: required.'),
  pkce: z
    .enum(['optional', 'required'])
    .optional()
    .describe('Whether code requests need PKCE; it is checked either way.'),
  default_scope: z
    .array(z.string())
    .optional()
    .describe(
      'The scopes of an authorization or password request that names none. Left out: at least one must be named.',
    ),
  parameters_in_query: z
    .boolean()
    .optional()
    .describe('Whether a POST for tokens may have its parameters in the query.'),
  device_at_verification: z
    .boolean()
    .optional()
    .describe('Whether a POST with a client_id to the page for user codes is a device authorization request.'),
  dpop: z.boolean().optional().describe('Whether clients may bind tokens to keys of theirs (RFC 9449).'),
  bare_bearer: z.boolean().optional().describe('Whether an access token is taken without the word Bearer.'),
  narrowing: z
    .boolean()
    .optional()
    .describe('Whether a refresh for fewer scopes narrows the access tokens that were issued before.'),
  refresh_token_characters: z
    .string()
    .regex(/^[\x21-\x7e]{1,8}$/, { error: 'expected up to eight characters of visible ASCII' })
    .optional()
    .describe('Characters that every refresh token has in it.'),
  access_tokens: z
    .partialRecord(
      z.enum(personaGrants),
      z.strictObject({
        format: z.enum(['jwt', 'opaque']),
        signed_response_alg: z
          .enum(['HS256', 'RS256', 'ES256', 'EdDSA'])
          .optional()
          .describe('HS256 signs with the secret of the client.'),
      }),
    )
    .optional()
    .describe('What access tokens of a grant are, where they are not as all others.'),
  answers: answersSchema
    .optional()
    .describe('The members of good answers, in order, by endpoint and grant type (or "*").'),
  errors: z
    .partialRecord(z.enum(endpoints), z.record(z.string(), errorShapeSchema))
    .optional()
    .describe('How errors look, by endpoint and code (or "*").'),
  client_defaults: clientDefaultsSchema.optional().describe('What a client is that does not say it.'),
  defaults: defaultsSchema.optional().describe('What an issuer is that does not say it.'),
  look: lookSchema.optional().describe('How its pages look.'),
})

/** What a persona says of itself, in the fixtures' own words. */
export type Traits = z.input<typeof traitsSchema>

/** What may be chosen of a persona: by the name of the choice, the traits that it brings. */
export interface Switch {
  /** One sentence. */
  description: string
  default: string
  choices: Readonly<Record<string, Traits>>
}

/** A persona as its file declares it: how it differs from `generic`. */
export interface PersonaSource extends Traits {
  name: string
  /** One sentence. */
  summary: string
  /** What is special about it, one sentence each. */
  notes?: readonly string[]
  switches?: Readonly<Record<string, Switch>>
}

/** What makes an issuer look like a named real provider, everything filled in. */
export interface Persona extends Omit<Traits, 'endpoints'> {
  name: string
  summary: string
  endpoints: Record<PathName, string>
}

/** The endpoints that a persona has, each with its path. */
export function endpointsOf({ endpoints, without = [] }: Persona): [name: PathName, path: string][] {
  return pathNames.filter((name) => !without.includes(name)).map((name) => [name, endpoints[name]])
}

export function definePersona<const Name extends string>(
  persona: PersonaSource & { name: Name },
): PersonaSource & {
  name: Name
} {
  return persona
}
