import { listOf } from '../domain/words.ts'
import { endpointOf } from './fields.ts'
import { type JournalRecord, statusOf } from './record.ts'
import { redactHeader, redactParam, redactText } from './redact.ts'
import type { MemberTest } from './selector.ts'

/** A request that matches all of what was expected but one or two members. */
export interface NearMiss {
  /** The id of the request. */
  request: string
  /** What it was, in a few words. */
  summary: string
  differs: { member: string; expected: string; was: string }[]
}

/** Requests that differ in more are other requests. */
const mostDifferences = 2

const shownMisses = 3

/** The requests that come nearest to what was expected: the fewest differences first, of those the newest. */
export function nearMisses(tests: readonly MemberTest[], records: readonly JournalRecord[]): NearMiss[] {
  // Where all members differ, nothing is near.
  const most = Math.min(mostDifferences, tests.length - 1)
  return records
    .map((record) => ({ record, differing: tests.filter(({ passes }) => !passes(record)) }))
    .filter(({ differing }) => differing.length > 0 && differing.length <= most)
    .sort((a, b) => a.differing.length - b.differing.length || b.record.id - a.record.id)
    .slice(0, shownMisses)
    .map(({ record, differing }) => ({
      request: String(record.id),
      summary: summarize(record),
      differs: differing.map((test) => differenceOf(test, record)),
    }))
}

function differenceOf({ member, expected, actual }: MemberTest, record: JournalRecord): NearMiss['differs'][number] {
  const was = actual(record).map((value) => shown(member, value))
  return { member, expected: listOf(expected).join(' or '), was: was.length === 0 ? 'not there' : was.join(', ') }
}

/** A value as whoever reads a report may see it. */
function shown(member: string, value: string): string {
  const [kind = '', ...rest] = member.split('.')
  const name = rest.join('.')
  if (kind === 'header') return redactHeader(name.toLowerCase(), value)
  return kind === 'param' ? redactParam(name, value)[1] : redactText(value)
}

/** Near misses as lines of text. */
export function describeMisses(misses: readonly NearMiss[]): string {
  const lines = misses.map(({ request, summary, differs }) => {
    const told = differs.map(({ member, expected, was }) => `${member}: expected ${expected}, was ${was}`)
    return `\n  ${request} (${summary}) came near: ${told.join('; ')}`
  })
  return lines.join('')
}

function summarize(record: JournalRecord): string {
  if (record.kind === 'call') return `call to ${record.call.endpoint}, ${record.call.answer?.status ?? 'no answer'}`
  const { exchange, answer } = record
  return `${exchange.method} ${endpointOf(record)}, ${answer === undefined ? 'no answer' : statusOf(answer)}`
}
