import * as z from 'zod'
import { UnderstudyError } from '../errors.ts'
import type { Journal } from './journal.ts'
import { describeMisses, type NearMiss, nearMisses } from './near-miss.ts'
import { read } from './read.ts'
import type { JournalRecord } from './record.ts'
import { type MemberTest, selectorSchema, selectorShape, testsOf } from './selector.ts'
import { type ArmedView, describeUnfired, type UnfiredFault, unfiredFaults } from './unfired.ts'

const timesError = 'expected how often: a number, or {"min": 1, "max": 3}'

const timesSchema = z.union(
  [
    z.int().nonnegative(),
    z
      .strictObject({ min: z.int().nonnegative().optional(), max: z.int().nonnegative().optional() })
      .refine(({ min = 0, max = min }) => min <= max, { error: 'expected max to be at least min' }),
  ],
  { error: timesError },
)

const answerShape = { status: selectorShape.status, error: selectorShape.error }

const expectationShape = {
  when: selectorSchema.default({}).describe('Which requests are meant.'),
  times: timesSchema.optional().describe('How many of them there are to be. Default: at least one.'),
  answer: z.strictObject(answerShape).optional().describe('How they are to have been answered.'),
}

const expectationSchema = z
  .strictObject(expectationShape)
  .meta({ id: 'Expectation', description: 'Requests that a test expects to have been made.' })

const verificationShape = {
  expect: z.array(expectationSchema).default([]),
  tag: z.string().min(1).optional().describe('Only requests with this tag count, and only faults that are for it.'),
  unfired: z
    .union([z.boolean(), z.literal('added')], { error: 'expected true, false or "added"' })
    .default(true)
    .describe('Whether armed faults that never fired fail it; `added`: only those that the fixtures did not arm.'),
}

/** What a test expects of what was asked. */
export const verificationSchema = z
  .strictObject(verificationShape)
  .meta({ id: 'Verification', description: 'What a test expects of what was asked.' })

export type Verification = z.output<typeof verificationSchema>

/** A verification as it is written. */
export type WrittenVerification = z.input<typeof verificationSchema>

type Expectation = Verification['expect'][number]

/** What became of one expectation. */
export interface ExpectationReport {
  met: boolean
  when: Expectation['when']
  answer?: NonNullable<Expectation['answer']>
  times: { min: number; max?: number }
  /** How many requests matched. */
  matched: number
  /** Their ids; the newest where there are very many. */
  requests: string[]
  /** Where too few matched: requests that differ in little. */
  near_misses: NearMiss[]
}

/** What became of a verification. */
export interface VerifyReport {
  expectations: ExpectationReport[]
  unfired: UnfiredFault[]
}

/** More ids than anybody reads. */
const shownIds = 50

/**
 * Compares what a test expects with what was asked.
 *
 * @throws UnderstudyError `ERR_VERIFY_FAILED` (422) with the report in its details, `ERR_REQUEST_INVALID` (400),
 *   `ERR_NO_JOURNAL` (409) where there are expectations, and nothing is kept to hold against them
 */
export function verify(journal: Journal, armed: readonly ArmedView[], written: unknown = {}): VerifyReport {
  const { expect, tag, unfired } = read(verificationSchema, written, 'the expectations')
  if (expect.length > 0 && !journal.isKept) throw notKept()
  const inScope = tag === undefined ? () => true : testsOf({ tag })[0]?.passes
  const records = [...journal.since()].filter((record) => inScope?.(record))
  const expectations = expect.map((expectation) => judge(expectation, records))
  const scope = { tag, added: unfired === 'added', isKept: journal.isKept }
  const report = { expectations, unfired: unfired === false ? [] : unfiredFaults(armed, records, scope) }
  if (report.unfired.length > 0 || expectations.some(({ met }) => !met)) throw failed(report)
  return report
}

/** Without a journal an expectation of none would always be met, and any other never. */
function notKept(): UnderstudyError {
  const message =
    'Failed to verify: this issuer keeps no journal (journal.max_entries is 0), so nothing tells what was asked. Raise max_entries in its fixtures, or verify its armed faults alone.'
  return new UnderstudyError('ERR_NO_JOURNAL', 409, message)
}

function judge(expectation: Expectation, records: readonly JournalRecord[]): ExpectationReport {
  const { when, answer } = expectation
  const times = rangeOf(expectation.times)
  const tests: MemberTest[] = [
    ...testsOf(when),
    ...testsOf(answer ?? {}).map((test) => ({ ...test, member: `answer.${test.member}` })),
  ]
  const matching = records.filter((record) => tests.every(({ passes }) => passes(record)))
  const tooFew = matching.length < times.min
  return {
    met: !tooFew && matching.length <= (times.max ?? Number.POSITIVE_INFINITY),
    when,
    ...(answer && { answer }),
    times,
    matched: matching.length,
    requests: matching.slice(-shownIds).map(({ id }) => String(id)),
    near_misses: tooFew ? nearMisses(tests, records) : [],
  }
}

function rangeOf(times: Expectation['times']): { min: number; max?: number } {
  if (times === undefined) return { min: 1 }
  if (typeof times === 'number') return { min: times, max: times }
  const { min = 0, max } = times
  return max === undefined ? { min } : { min, max }
}

function failed(report: VerifyReport): UnderstudyError {
  const parts = [
    ...report.expectations.filter(({ met }) => !met).map(describeExpectation),
    ...report.unfired.map(describeUnfired),
  ]
  const lines = parts.map((part) => `\n- ${part.replaceAll('\n', '\n  ')}`)
  return new UnderstudyError('ERR_VERIFY_FAILED', 422, `Failed to verify:${lines.join('')}`, { ...report })
}

function describeExpectation({
  when,
  answer,
  times,
  matched,
  requests,
  near_misses: misses,
}: ExpectationReport): string {
  const what = `${describeSelector(when)}${answer === undefined ? '' : ` answered ${describeSelector(answer)}`}`
  const had =
    matched === 0 ? 'there was none' : `there ${matched === 1 ? 'was' : 'were'} ${matched} (${requests.join(', ')})`
  return `expected ${describeTimes(times)} with ${what}; ${had}.${describeMisses(misses)}`
}

function describeTimes({ min, max }: ExpectationReport['times']): string {
  const requests = (count: number) => `${count} request${count === 1 ? '' : 's'}`
  if (min === max) return min === 0 ? 'no request' : `exactly ${requests(min)}`
  if (max === undefined) return `at least ${requests(min)}`
  return min === 0 ? `at most ${requests(max)}` : `${min} to ${requests(max)}`
}

/** A selector in a few words: `endpoint=token client=web-app`. */
export function describeSelector(selector: Readonly<Record<string, unknown>>): string {
  const words = Object.entries(selector).flatMap(([name, value]) => {
    if (value === undefined) return []
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return [`${name}=${[value].flat().join(',')}`]
    return Object.entries(value).map(([key, word]) => `${name}.${key}=${[word].flat().join(',')}`)
  })
  return words.length === 0 ? 'anything' : words.join(' ')
}
