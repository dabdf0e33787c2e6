import * as z from 'zod'
import { shortGrantType } from '../domain/client.ts'
import { endpoints } from '../domain/exchange.ts'
import { isRegex, listOf, matcher, type Words, wordsSchema } from '../domain/words.ts'
import { didYouMean } from '../errors.ts'
import { type FieldName, fieldNames, headerValues, paramValues, valuesOf } from './fields.ts'
import type { JournalRecord } from './record.ts'

/** What is called by the provider itself, and later hops of an authorization, beside the endpoints. */
const otherEndpoints = [
  'interaction',
  'jwks_uri',
  'sector_identifier_uri',
  'request_uri',
  'backchannel_logout',
] as const

const journalEndpoints: readonly string[] = [...endpoints, ...otherEndpoints]

const words = wordsSchema.optional()

const endpointWords = wordsSchema
  .superRefine((asked, context) => {
    for (const word of listOf(asked)) {
      if (isRegex(word) || journalEndpoints.includes(word)) continue
      const message = `there is no endpoint "${word}".${didYouMean(word, journalEndpoints)}`
      context.addIssue({ code: 'custom', message: `${message} Expected ${journalEndpoints.join(', ')}` })
    }
  })
  .optional()

const status = z
  .union([z.int().transform(String), wordsSchema, z.array(z.union([z.int().transform(String), z.string()]))], {
    error: 'expected a status such as 400, a /regex/, or a list of them',
  })
  .optional()

/** The members of a selector; each takes a word, a `/regex/`, or a list of which one is to match. */
export const selectorShape = {
  kind: words.describe('`request`, or `call` for what the provider asked others.'),
  endpoint: endpointWords.describe('Such as `token`; `interaction` for the later hops of an authorization.'),
  method: words.describe('HTTP method.'),
  url: words.describe('The path, as it was asked for; of a call all of the URL.'),
  client: words.describe('Client id.'),
  user: words.describe('Username.'),
  grant_type: words.describe('Of a token request; short names are accepted.'),
  scope: words.describe('One of the scopes that were asked for or granted.'),
  grant: words.describe('The id of the grant, as `grants` lists it.'),
  tag: words.describe('The tag of the request or of its flow.'),
  flow: words.describe('The id of the flow.'),
  fault: words.describe('A fault that fired, by name or by the id of the armed fault.'),
  status: status.describe('Of the answer.'),
  error: words.describe('The error code of the answer.'),
  param: z.record(z.string(), wordsSchema).optional().describe('Parameters by name, of query and body.'),
  header: z.record(z.string(), wordsSchema).optional().describe('Request headers by name.'),
}

export const selectorSchema = z
  .strictObject(selectorShape)
  .meta({ id: 'RequestSelector', description: 'Which entries are meant: all members must match.' })

export type Selector = z.output<typeof selectorSchema>

/** A selector as it is written. */
export type WrittenSelector = z.input<typeof selectorSchema>

/** The test of one member of a selector. */
export interface MemberTest {
  /** As it is written, such as `param.redirect_uri`. */
  member: string
  expected: Words
  passes(record: JournalRecord): boolean
  /** What the record has instead. */
  actual(record: JournalRecord): string[]
}

const normal: Partial<Record<FieldName, (word: string) => string>> = {
  method: (word) => word.toUpperCase(),
  grant_type: shortGrantType,
}

/** The tests that an entry must pass to be meant. */
export function testsOf(selector: Selector): MemberTest[] {
  return [
    ...fieldNames.flatMap((name) => {
      const expected = selector[name]
      if (expected === undefined) return []
      return [testOf(name, expected, (record) => valuesOf(record, name), normal[name])]
    }),
    ...Object.entries(selector.param ?? {}).map(([name, expected]) =>
      testOf(`param.${name}`, expected, (record) => paramValues(record, name)),
    ),
    ...Object.entries(selector.header ?? {}).map(([name, expected]) =>
      testOf(`header.${name}`, expected, (record) => headerValues(record, name.toLowerCase())),
    ),
  ]
}

/** Makes the test whether an entry is meant. */
export function selects(selector: Selector): (record: JournalRecord) => boolean {
  const tests = testsOf(selector)
  return (record) => tests.every(({ passes }) => passes(record))
}

function testOf(
  member: string,
  expected: Words,
  actual: (record: JournalRecord) => string[],
  normal?: (word: string) => string,
): MemberTest {
  const matches = matcher(expected, normal)
  return { member, expected, actual, passes: (record) => actual(record).some(matches) }
}
