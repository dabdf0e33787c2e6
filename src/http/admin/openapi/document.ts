import type { Route } from '../route.ts'
import { examples } from './examples.ts'
import { nounOf, nouns } from './nouns.ts'
import { describeOperation, type Operation } from './operation.ts'
import { type Answer, problemSchema, sharedProblems } from './problems.ts'
import { collectSchemas, type Schema } from './schemas.ts'

/** As much of OpenAPI 3.1 as the admin API is described with. */
export interface ApiDocument {
  openapi: '3.1.1'
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } }
  servers: { url: string; description?: string }[]
  security: Record<string, string[]>[]
  tags: { name: string; description: string }[]
  paths: Record<string, Partial<Record<Route['method'], Operation>>>
  components: {
    schemas: Record<string, Schema>
    responses: Record<string, Answer>
    securitySchemes: Record<string, object>
  }
}

/** What an instance of the document is about. */
export interface Described {
  /** The URL of the admin API, such as `http://localhost:9400/_understudy`. */
  server: string
  version: string
  /** Whether a token is asked for; undefined: it depends on how the server is started. */
  needsToken?: boolean | undefined
}

const description = `Directs a running Understudy: what a test needs, and what it wants to know afterwards.

Bodies are JSON, errors are problem documents of RFC 9457 with a stable \`code\`. Members and parameters that are not
described here are refused.`

/**
 * The OpenAPI document of the admin API, made from the very declarations that its requests are routed and checked by.
 *
 * @param open operations that ask nobody for a token
 * @param guarded all others
 * @see {@link https://spec.openapis.org/oas/v3.1.1.html OpenAPI 3.1}
 */
export function describeApi(open: readonly Route[], guarded: readonly Route[], about: Described): ApiDocument {
  const routes = [...open, ...guarded]
  const schemas = collectSchemas(routes)
  const paths: ApiDocument['paths'] = {}
  for (const route of routes) {
    const operation = describeOperation(route, schemas, open.includes(route))
    paths[route.path] = { ...paths[route.path], [route.method]: operation }
  }
  const used = new Set(routes.map(({ path }) => nounOf(path)))
  return {
    openapi: '3.1.1',
    info: {
      title: 'Understudy admin API',
      version: about.version,
      description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: about.server }],
    security: about.needsToken === true ? [{ adminToken: [] }] : [{}, { adminToken: [] }],
    tags: [...used].map((name) => ({ name, description: nouns[name] ?? '' })),
    paths,
    components: {
      schemas: sorted({ ...exemplified(schemas.components), Problem: problemSchema }),
      responses: sharedProblems(),
      securitySchemes: {
        adminToken: {
          type: 'http',
          scheme: 'bearer',
          description: 'The token that the server was started with by `--admin-token`; without it, none is asked for.',
        },
      },
    },
  }
}

function exemplified(schemas: Record<string, Schema>): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      name in examples ? { ...schema, examples: [examples[name]] } : schema,
    ]),
  )
}

function sorted<Value>(named: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1)))
}
