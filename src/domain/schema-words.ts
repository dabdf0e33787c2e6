import * as z from 'zod'
import { didYouMean, type ErrorDetail, formatPath } from '../errors.ts'

const wordsFor: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  url: 'a URL',
}

/** What people call a type of the schema library. */
export const wordFor = (type: string): string => wordsFor[type] ?? type

/** What is wrong, in people's words, where a schema has none of its own: to be given to its library with what it reads. */
export const plainly: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return `${issue.input === undefined ? 'is missing: ' : ''}expected ${wordFor(issue.expected)}`
    case 'invalid_value':
      return `expected ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}`
    case 'unrecognized_keys':
      return strangers(issue.keys, issue.inst)
    case 'invalid_union':
      return issue.errors.length === 0 ? undefined : `expected ${choices(issue.errors)}`
    default:
      return amounts(issue)
  }
}

/** Of {@link plainly} what is said of values that have the right type, and are too small, too large or of another form. */
export const amounts: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'too_small':
      return `expected ${thing(issue.origin)}${bound(issue.minimum, issue.inclusive, 'or more', 'more than')}`
    case 'too_big':
      return `expected ${thing(issue.origin)}${bound(issue.maximum, issue.inclusive, 'or less', 'less than')}`
    case 'not_multiple_of':
      return `expected a multiple of ${issue.divisor}`
    case 'invalid_format':
      return issue.format === 'regex'
        ? `expected text of the form ${issue.pattern}`
        : `expected ${wordFor(issue.format)}`
    default:
      return undefined
  }
}

/** Reads what a schema has found wrong, with paths as people write them. */
export function errorsOf({ issues }: z.core.$ZodError): ErrorDetail[] {
  return issues.map(({ path, message }) => ({ path: formatPath(path.map(step)), message }))
}

/** A step of a path of the schema library. */
function step(key: PropertyKey): string | number {
  return typeof key === 'number' ? key : String(key)
}

/** Says which member was likely meant, where there is none of that name. */
function strangers(keys: readonly string[], schema: unknown): string {
  const members = schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
  return keys.map((key) => `no such member "${key}".${didYouMean(key, members)}`).join(' ')
}

function choices(options: readonly (readonly z.core.$ZodIssue[])[]): string {
  const words = options.map(([issue]) => issue?.message.replace(/^(?:is missing: )?expected /, '') ?? '')
  return [...new Set(words)].filter((word) => word !== '').join(', or ')
}

function bound(limit: number | bigint, inclusive = true, up: string, beyond: string): string {
  return inclusive ? `${limit} ${up}` : `${beyond} ${limit}`
}

/** What is counted; of text and lists, their length. */
function thing(origin: string): string {
  if (origin === 'string') return `text with a length of `
  if (origin === 'array' || origin === 'set') return `a list with a length of `
  return 'a number, '
}
