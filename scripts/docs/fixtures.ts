import { defaultLifetimes } from '../../src/domain/tokens.ts'
import { fixturesJsonSchema } from '../../src/fixtures/json-schema.ts'
import { documentSchema } from '../../src/fixtures/schema.ts'
import { code, table } from './markdown.ts'

/** As much of JSON Schema as the fixtures' has. */
interface Schema {
  type?: string
  description?: string
  default?: unknown
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  required?: string[]
  $ref?: string
  $defs?: Record<string, Schema>
  pattern?: string
}

const root = fixturesJsonSchema() as Schema

/** What the schema fills in for members that are left out. */
const presets = { ...documentSchema.parse({}), lifetimes: defaultLifetimes } as Record<string, unknown>

/** Maps and lists that have a table of their own, by the path of their members. */
const sections: readonly [path: string, schema: Schema][] = [
  ['lifetimes', memberOf('lifetimes')],
  ['access_token', memberOf('access_token')],
  ['id_token', memberOf('id_token')],
  ['refresh_token', memberOf('refresh_token')],
  ['device', memberOf('device')],
  ['jwks', memberOf('jwks')],
  ['scopes.<name>', memberOf('scopes').additionalProperties as Schema],
  ['users[]', definition('user').anyOf?.find(({ type }) => type === 'object') ?? {}],
  ['clients[]', definition('client')],
  ['token_rules[]', memberOf('token_rules').items ?? {}],
  ['faults[]', definition('fault')],
  ['faults[].when', definition('fault').properties?.when ?? {}],
  ['scenarios.<name>', memberOf('scenarios').additionalProperties as Schema],
]

function memberOf(name: string): Schema {
  return root.properties?.[name] ?? {}
}

function definition(name: string): Schema {
  return root.$defs?.[name] ?? {}
}

/** Every member of a fixtures document, with its type and default. */
export function fixturesReference(): string {
  return [
    '### An issuer',
    '',
    ...tableOf('', root),
    ...sections.flatMap(([path, schema]) => section(path, schema)),
  ].join('\n')
}

function section(path: string, schema: Schema): string[] {
  return ['', `### ${code(path)}`, '', ...tableOf(path, schema)]
}

function tableOf(path: string, { properties = {}, required = [] }: Schema): string[] {
  const members = Object.entries(properties).map(([name, member]) => [name, resolved(member)] as const)
  const told = path === '' ? members : members.filter(([, { description }]) => path !== 'clients[]' || description)
  const silent = members.filter((member) => !told.includes(member)).map(([name]) => code(name))
  const rows = told.map(([name, member]) => [
    code(name) + (required.includes(name) ? ' (required)' : ''),
    typeOf(member),
    defaultOf(path, name, member),
    whatOf(path, name, member),
  ])
  const rest = silent.length === 0 ? [] : ['', `And, handed to the provider as they are: ${silent.join(', ')}.`]
  return [...table(['member', 'type', 'default', 'what'], rows), ...rest]
}

function resolved(schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : { ...definition(name), ...schema }
}

function whatOf(path: string, name: string, { description = '' }: Schema): string {
  if (path !== '') return description
  const own = sections.find(([section]) => section.replace(/\[\]$|\.<name>$/, '') === name)
  const link = own === undefined ? '' : `[Members](#${anchorOf(own[0])}).`
  return [description, link].filter(Boolean).join(' ')
}

/** The anchor that a heading gets. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-')
}

function defaultOf(path: string, name: string, { default: own }: Schema): string {
  const preset = path === '' ? presets[name] : (presets[path] as Record<string, unknown> | undefined)?.[name]
  const value = own ?? (typeof preset === 'object' ? undefined : preset)
  if (value === undefined || (typeof value === 'object' && JSON.stringify(value).length <= 2)) return ''
  return code(typeof value === 'number' && isDuration(path, name) ? durationOf(value) : textOf(value))
}

function isDuration(path: string, name: string): boolean {
  const holder = path === '' ? root : sections.find(([section]) => section === path)?.[1]
  return typeOf(holder?.properties?.[name] ?? {}) === 'duration'
}

function durationOf(seconds: number): string {
  const [unit = 's', size = 1] =
    Object.entries({ d: 86_400, h: 3600, m: 60 }).find(([, size]) => seconds >= size && seconds % size === 0) ?? []
  return `${seconds / size}${unit}`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The type of a member in words for people. */
function typeOf(schema: Schema): string {
  const { type, enum: choices, const: only, anyOf, items } = resolved(schema)
  if (anyOf?.some(({ pattern }) => pattern?.includes('ms|s|m|h'))) return 'duration'
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? ''
  if (anyOf !== undefined) return typeOfUnion(anyOf)
  if (choices !== undefined)
    return choices.length > 9 ? 'a name' : choices.map((choice) => code(String(choice))).join(', ')
  if (only !== undefined) return code(String(only))
  if (type === 'array') return items === undefined ? 'list' : `list of ${typeOf(items)}`
  const words: Record<string, string> = {
    string: 'text',
    object: 'map',
    integer: 'whole number',
    boolean: 'true or false',
  }
  return words[type ?? ''] ?? type ?? 'any'
}

/** "text, or a list of such" for what may be one or several; else every type that there may be. */
function typeOfUnion(options: readonly Schema[]): string {
  const words = (union: readonly Schema[]) => [...new Set(union.map(typeOf))].join(', or ')
  const single = words(options.filter(({ type }) => type !== 'array'))
  const isOneOrMore = options.some(({ items }) => items !== undefined && typeOf(items) === single)
  return isOneOrMore ? `${single}, or a list of such` : words(options)
}
