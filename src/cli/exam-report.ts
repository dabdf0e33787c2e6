import { writeFile } from 'node:fs/promises'
import { UnderstudyError } from '../errors.ts'
import type { ExamReport } from '../sdk/exam/report.ts'
import { print } from './remote.ts'
import { table } from './table.ts'

interface ReportOptions {
  json?: boolean
  junit?: string
}

/** So many faults are named in one line. */
const mostNamed = 10

/**
 * Prints a report, and writes it where it is asked for.
 *
 * @param examined what a correct one is called: `API`
 * @throws UnderstudyError `ERR_EXAM_FAILED` (422) where anything is wrong
 */
export async function finish(report: ExamReport, options: ReportOptions, examined: string): Promise<void> {
  const { asJunit, placed } = await import('../sdk/exam/report.ts')
  if (options.junit !== undefined) await writeFile(options.junit, asJunit(report))
  print(report, options, () => asText(report, examined, placed))
  if (report.passed) return
  const wrong = report.results.filter(({ verdict }) => verdict === 'wrong').map(placed)
  const more = wrong.length > mostNamed ? ` and ${wrong.length - mostNamed} more` : ''
  const message = `${report.subject} is wrong about ${wrong.slice(0, mostNamed).join(', ')}${more}.`
  throw new UnderstudyError('ERR_EXAM_FAILED', 422, message)
}

type Placed = typeof import('../sdk/exam/report.ts').placed

function asText({ subject, results, leftOut }: ExamReport, examined: string, placed: Placed): string {
  const right = results.filter(({ verdict }) => verdict === 'right')
  const rows = results.map((result) => [
    result.verdict === 'right' ? 'ok' : 'WRONG',
    placed(result),
    result.expected,
    result.seen,
    result.verdict === 'right' ? '' : result.see,
  ])
  const head = ['', 'FAULT', `A CORRECT ${examined.toUpperCase()}`, 'THIS ONE', 'SEE']
  const sum = `${subject}: ${right.length} right, ${results.length - right.length} wrong`
  return `${table([head, ...rows])}\n${skipped(leftOut, placed)}${sum}\n`
}

/** What was left out, with each reason once. */
function skipped(leftOut: ExamReport['leftOut'], placed: Placed): string {
  const byReason = new Map<string, string[]>()
  for (const left of leftOut) byReason.set(left.why, [...(byReason.get(left.why) ?? []), placed(left)])
  return [...byReason].map(([why, names]) => `left out: ${names.join(', ')}. ${why}\n`).join('')
}
