import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import type { Route } from '../route.ts'

/** As much of JSON Schema 2020-12 as the admin API is described with. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  description?: string
  title?: string
  format?: string
  pattern?: string
  default?: unknown
  const?: unknown
  enum?: unknown[]
  examples?: unknown[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
}

/** The schemas of all operations. */
export interface Schemas {
  /** Those with a name, by it. What is taken and what is answered under one name are two where they differ. */
  components: Record<string, Schema>
  query(route: Route): Schema | undefined
  body(route: Route): Schema | undefined
  answer(route: Route): Schema | undefined
}

type Direction = 'input' | 'output'

/** Makes the JSON Schemas of what operations take and answer. */
export function collectSchemas(routes: readonly Route[]): Schemas {
  const taken = convert('input', routes, ({ query, body }) => ({ query, body }))
  const answered = convert('output', routes, ({ good }) => ({ answer: good.schema }))
  // A name that stands for one form in requests and for another in answers becomes two.
  const differing = new Set(
    Object.keys(taken.named).filter(
      (name) => !isDeepStrictEqual(taken.named[name], answered.named[name] ?? taken.named[name]),
    ),
  )
  const nameTaken = (name: string) => (differing.has(name) ? `${name}Input` : name)
  const nameAnswered = (name: string) => name
  const components = {
    ...renamed(taken.named, nameTaken),
    ...renamed(answered.named, nameAnswered),
  }
  return {
    components,
    query: (route) => pointed(taken.of(route, 'query'), nameTaken),
    body: (route) => pointed(taken.of(route, 'body'), nameTaken),
    answer: (route) => pointed(answered.of(route, 'answer'), nameAnswered),
  }
}

/** All schemas of one direction at once, so that those with a name are made once. */
function convert(
  io: Direction,
  routes: readonly Route[],
  pick: (route: Route) => Record<string, z.ZodType | undefined>,
): { named: Record<string, Schema>; of(route: Route, part: string): Schema | undefined } {
  const entries = routes.flatMap((route) =>
    Object.entries(pick(route)).flatMap(([part, schema]) =>
      schema === undefined ? [] : [[keyOf(route, part), schema] as const],
    ),
  )
  const whole = z.toJSONSchema(z.object(Object.fromEntries(entries)), {
    io,
    unrepresentable: 'any',
    override({ jsonSchema }) {
      // A format says it to people and to tools; the pattern that zod adds says it once more, in ten lines.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern
    },
  }) as Schema & { $defs?: Record<string, Schema> }
  return { named: whole.$defs ?? {}, of: (route, part) => whole.properties?.[keyOf(route, part)] }
}

function keyOf({ method, path }: Route, part: string): string {
  return `${method} ${path} ${part}`
}

function renamed(named: Record<string, Schema>, nameOf: (name: string) => string): Record<string, Schema> {
  return Object.fromEntries(Object.entries(named).map(([name, schema]) => [nameOf(name), pointed(schema, nameOf)]))
}

/** A schema whose references lead to the components. */
function pointed<Value>(schema: Value, nameOf: (name: string) => string): Value {
  if (Array.isArray(schema)) return schema.map((each) => pointed(each, nameOf)) as Value
  if (typeof schema !== 'object' || schema === null) return schema
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      const [, name] = key === '$ref' ? (/^#\/\$defs\/(.+)$/.exec(String(value)) ?? []) : []
      return [key, name === undefined ? pointed(value, nameOf) : `#/components/schemas/${nameOf(name)}`]
    }),
  ) as Value
}
