import type { Schema } from './schemas.ts'

/** Follows references to the components of a document. */
export type Resolve = (schema: Schema) => Schema

/**
 * A value that a schema takes: its own example where it has one, else one with the members that have to be there.
 *
 * @param name what the value is called, where its type alone says little
 */
export function exampleOf(schema: Schema, resolve: Resolve, name = ''): unknown {
  const whole = resolve(schema)
  if (whole.examples !== undefined) return whole.examples[0]
  if ('const' in whole) return whole.const
  if ('default' in whole) return whole.default
  if (whole.enum !== undefined) return whole.enum[0]
  const [option] = whole.oneOf ?? whole.anyOf ?? whole.allOf ?? []
  if (option !== undefined) return exampleOf(option, resolve, name)
  if (whole.type === 'array') return whole.items === undefined ? [] : [exampleOf(whole.items, resolve, name)]
  if (whole.type === 'object') return exampleOfObject(whole, resolve)
  return usual[name] ?? byFormat[whole.format ?? ''] ?? byType[String(whole.type)] ?? null
}

function exampleOfObject({ properties = {}, required = [] }: Schema, resolve: Resolve): Record<string, unknown> {
  const members = Object.entries(properties).filter(([name]) => required.includes(name))
  return Object.fromEntries(members.map(([name, member]) => [name, exampleOf(member, resolve, name)]))
}

/** Names of the documented fixtures, so that an example works where those are served. */
const usual: Readonly<Record<string, unknown>> = {
  issuer: 'default',
  name: 'default',
  user: 'alice',
  username: 'alice',
  client: 'web-app',
  client_id: 'web-app',
  scope: 'crate',
  scenario: 'tv-expires',
  user_code: 'RSIK-KRAM',
  // Those of the fixtures cannot be ended.
  'issuers issuer': 'shop',
  'faults id': '5f2c81aa',
  'requests id': '12',
}

const byFormat: Readonly<Record<string, unknown>> = {
  'date-time': '2030-01-01T00:00:00.000Z',
  uri: 'http://localhost:3000/',
}

const byType: Readonly<Record<string, unknown>> = {
  string: 'text',
  integer: 1,
  number: 1,
  boolean: true,
}

/** What stands for a parameter of a path or query in an example of a noun's operation. */
export function exampleOfParameter(noun: string, name: string, schema: Schema, resolve: Resolve): string {
  const named = usual[`${noun} ${name}`] ?? usual[name] ?? `{${name}}`
  const example = 'examples' in resolve(schema) ? exampleOf(schema, resolve, name) : named
  return String(example)
}
