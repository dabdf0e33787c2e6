import { createHash } from 'node:crypto'
import { didYouMean } from '../errors.ts'
import { clientMembers } from './client.ts'

/** What a value of a template may be made into on its way. */
export const templateFilters: Readonly<Record<string, (value: unknown) => unknown>> = {
  number: numberOf,
  id: (value) => numberOf(value) ?? numberMadeOf(String(value)),
  string: (value) => String(value),
  lower: (value) => String(value).toLowerCase(),
}

function numberOf(value: unknown): number | undefined {
  return value !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined
}

/** The same number for the same text, of nine digits. */
function numberMadeOf(text: string): number {
  return 100_000_000 + (createHash('sha256').update(text).digest().readUInt32BE() % 900_000_000)
}

/** What a template may name, and within it; undefined: anything, as deep as it goes. */
const roots: Readonly<Record<string, readonly string[] | undefined>> = {
  answer: undefined,
  user: ['username', 'sub', 'claims'],
  client: clientMembers.filter((name) => name !== 'client_secret'),
  grant: ['type', 'scope', 'expires_at'],
}

/** A place within a template that names nothing, and the way out. */
export interface Misspelling {
  path: (string | number)[]
  message: string
}

/** Finds what a template names that there never is. */
export function misspellingsOf(template: unknown, path: (string | number)[] = []): Misspelling[] {
  if (typeof template === 'string') {
    const message = template.startsWith('$') ? mistakeIn(template.slice(1)) : undefined
    return message === undefined ? [] : [{ path, message }]
  }
  if (Array.isArray(template)) return template.flatMap((each, index) => misspellingsOf(each, [...path, index]))
  if (typeof template !== 'object' || template === null) return []
  return Object.entries(template).flatMap(([name, each]) => misspellingsOf(each, [...path, name]))
}

function mistakeIn(expression: string): string | undefined {
  if (expression.startsWith('$')) return undefined
  const [place = '', ...filters] = expression.split('|').map((part) => part.trim())
  const [root = '', member] = place.split('.')
  if (!Object.hasOwn(roots, root)) {
    return `nothing is called "$${root}".${wayTo(root, Object.keys(roots), '$')} Write $$ for one $`
  }
  const members = roots[root]
  if (members !== undefined && member !== undefined && !members.includes(member)) {
    return `"$${root}" has no member "${member}".${wayTo(member, members)}`
  }
  const filter = filters.find((name) => !Object.hasOwn(templateFilters, name))
  return filter === undefined
    ? undefined
    : `there is no filter "${filter}".${wayTo(filter, Object.keys(templateFilters))}`
}

function wayTo(name: string, known: readonly string[], prefix = ''): string {
  const written = known.map((each) => prefix + each)
  return didYouMean(prefix + name, written) || ` There are ${written.join(', ')}.`
}
