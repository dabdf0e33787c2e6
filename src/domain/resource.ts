import * as z from 'zod'
import { accessTokenSchema, lifetimesSchema } from './tokens.ts'
import { claimsSchema } from './user.ts'

/** The methods that a served resource can take. */
export const resourceMethods = ['GET', 'POST'] as const

export type ResourceMethod = (typeof resourceMethods)[number]

const scopeName = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, { error: 'expected the name of a scope' })

const scopeNames = z.array(scopeName)

/** Claims as an answer has them: by their own names, or under others. */
const shownClaims = z.union([z.array(z.string()), z.record(z.string(), z.string())], {
  error: 'expected names of claims: a list, or a map of members to claims',
})

const indicator = z
  .string()
  .refine((uri) => URL.canParse(uri), { error: 'expected an absolute URI, such as https://api.example.com' })
  .refine((uri) => !uri.includes('#'), { error: 'a resource indicator has no fragment (#…)' })

const servedPath = z
  .string()
  .regex(/^(?:\/[A-Za-z0-9._~!$&'()*+,;=@-]+)+$/, { error: 'expected a path, such as /api/crates' })
  .refine((path) => !path.split('/').some((step) => step === '.' || step === '..'), {
    error: 'expected a path without "." and ".." in it',
  })

/**
 * An API that access tokens are for: what its tokens are, and, with a path, what it answers.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707 RFC 8707}
 */
export const resourceSchema = z.strictObject({
  resource: indicator
    .optional()
    .describe(
      'The indicator by which clients ask for its tokens. Default: its name where that is a URI, else its URL here.',
    ),
  path: servedPath.optional().describe('Where it is served, below the issuer. Left out: it is somewhere else.'),
  methods: z
    .array(z.enum(resourceMethods))
    .min(1)
    .optional()
    .describe('The methods that it takes there. Default: GET and POST.'),
  scopes: z
    .union([scopeNames, z.strictObject({ GET: scopeNames.optional(), POST: scopeNames.optional() })], {
      error: 'expected scopes: a list, or lists by method (GET, POST)',
    })
    .optional()
    .describe('What a request needs: all of these. Its tokens have these and those of `claims`. Default: any scope.'),
  claims: z
    .record(scopeName, shownClaims)
    .optional()
    .describe('What each scope shows of the user. Default: sub, and what the scope releases at userinfo.'),
  body: claimsSchema.optional().describe('Members of every good answer.'),
  app: z
    .strictObject({ scopes: scopeNames.optional(), body: claimsSchema.optional() })
    .optional()
    .describe('What a token without a user needs, and all that it sees. Default: as one with a user.'),
  access_token: accessTokenSchema.optional().describe('Overrides the access tokens of issuer and client.'),
  lifetimes: lifetimesSchema
    .pick({ access_token: true })
    .optional()
    .describe('Overrides the lifetimes of issuer and client.'),
})

export type Resource = z.output<typeof resourceSchema>

/** Resources by name, as an issuer has them. */
export type Resources = Readonly<Record<string, Resource>>

/** The indicator that a resource has wherever its issuer is; undefined: it is where it is served. */
export function indicatorOf(name: string, { resource }: Resource): string | undefined {
  return resource ?? (URL.canParse(name) ? name : undefined)
}

/** The methods that a served resource takes. */
export function methodsOf({ methods }: Resource): readonly ResourceMethod[] {
  return methods ?? resourceMethods
}

/** The scopes that a request to a served resource needs. */
export function neededScopes({ scopes = [] }: Resource, method: string): readonly string[] {
  if (Array.isArray(scopes)) return scopes
  return scopes[method === 'HEAD' ? 'GET' : (method as ResourceMethod)] ?? []
}

/** The scopes that tokens for a resource can have; undefined: any. */
export function scopesOf(resource: Resource): string[] | undefined {
  const { scopes, claims } = resource
  if (scopes === undefined && claims === undefined) return undefined
  const needed = methodsOf(resource).flatMap((method) => neededScopes(resource, method))
  return [...new Set([...needed, ...Object.keys(claims ?? {})])]
}

/**
 * What an answer shows of a user.
 *
 * @param known the user's claims, `sub` and `username` among them
 */
export function shownClaimsOf(
  { claims: mapping = {} }: Resource,
  granted: readonly string[],
  known: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const shown: Record<string, unknown> = {}
  for (const scope of granted) {
    const names = Object.hasOwn(mapping, scope) ? (mapping[scope] ?? []) : []
    const pairs = Array.isArray(names) ? names.map((name): [string, string] => [name, name]) : Object.entries(names)
    for (const [member, claim] of pairs) if (known[claim] !== undefined) shown[member] = known[claim]
  }
  return shown
}
