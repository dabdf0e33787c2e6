import { stringify } from 'yaml'
import { didYouMean, UnderstudyError } from '../errors.ts'
import { personas } from '../personas/catalog.ts'
import type { PersonaSource } from '../personas/persona.ts'

/** @throws UnderstudyError `ERR_PERSONA_UNKNOWN` */
export function findPersona(name: string): PersonaSource {
  const found = personas.find((persona) => persona.name === name)
  if (found !== undefined) return found
  const names = personas.map((persona) => persona.name)
  const way = didYouMean(name, names) || ` There are ${names.join(', ')}.`
  throw new UnderstudyError('ERR_PERSONA_UNKNOWN', 404, `Failed to find the persona "${name}": there is none.${way}`)
}

/** What is special about a persona, as people read it. */
export function describePersona({
  name,
  summary,
  notes = [],
  endpoints = {},
  switches = {},
  ...traits
}: PersonaSource): string {
  const { grant_types: grants, without = [], defaults = {} } = traits
  const { scopes = {}, resources = {}, users = [], clients = [] } = defaults
  const sections: [title: string, lines: string[]][] = [
    ['What is special', notes.map((note) => note)],
    ['Paths', Object.entries(endpoints).map(([endpoint, path]) => `${endpoint.padEnd(28)} ${path}`)],
    ['Not there', without.length > 0 ? [without.join(', ')] : []],
    ['Grants', grants === undefined ? [] : [grants.join(', ')]],
    ['Scopes', Object.entries(scopes).map(([scope, { description = '' }]) => `${scope.padEnd(28)} ${description}`)],
    [
      'Options',
      Object.entries(switches).map(
        ([key, each]) => `${key}: ${Object.keys(each.choices).join(' | ')} (${each.default})  ${each.description}`,
      ),
    ],
    ['Sample resources', Object.values(resources).map(describeResource)],
    ['Default users', users.map(describeUser)],
    ['Default clients', clients.map((client) => `${client.client_id} / ${client.client_secret ?? '(public)'}`)],
  ]
  const told = sections.filter(([, lines]) => lines.length > 0)
  const blocks = told.map(([title, lines]) => `${title}\n${lines.map((line) => `  ${line}\n`).join('')}`)
  return [`${name}: ${summary}\n`, ...blocks].join('\n')
}

type Defaults = NonNullable<PersonaSource['defaults']>

function describeResource({ path = '', scopes = [] }: NonNullable<Defaults['resources']>[string]): string {
  const byMethod = Array.isArray(scopes) ? { GET: scopes } : scopes
  const needs = Object.entries(byMethod).map(
    ([method, names = []]) => `${method} needs ${names.join(' ') || 'no scope'}`,
  )
  return `${path.padEnd(28)} ${needs.join(', ')}`
}

/** Of a user without a password any is right. */
function describeUser(user: NonNullable<Defaults['users']>[number]): string {
  const { username, password = '(any password)' } = typeof user === 'string' ? { username: user } : user
  return `${username} / ${password}`
}

/** Fixtures in which an issuer plays a persona, with its options to be chosen and its user and client to be changed. */
export function personaFixtures({ name, summary, switches = {}, defaults = {} }: PersonaSource): string {
  const { users, clients } = defaults
  const options = Object.entries(switches).map(
    ([key, each]) => `  #   ${key}: ${each.default}   # ${Object.keys(each.choices).join(' | ')}. ${each.description}`,
  )
  const chosen =
    options.length > 0 ? ['persona:', `  extends: ${name}`, '  # options:', ...options] : [`persona: ${name}`]
  const declared = users === undefined && clients === undefined ? '' : stringify({ users, clients }, { lineWidth: 0 })
  return [`# ${summary}`, ...chosen, declared].join('\n')
}
