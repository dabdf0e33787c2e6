import { open, rm, writeFile } from 'node:fs/promises'
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
 * Checks that a report can be written where it is asked for, before an exam that may take minutes.
 *
 * @throws UnderstudyError `ERR_USAGE` (400) where it cannot
 */
export async function checkWritable({ junit }: ReportOptions): Promise<void> {
  if (junit === undefined) return
  try {
    await tryToWrite(junit)
  } catch (error) {
    const why = (error as Error).message
    const message = `Failed to open --junit ${junit} for writing: ${why}. Name a file in a folder that is there and may be written to.`
    throw new UnderstudyError('ERR_USAGE', 400, message)
  }
}

/** What is there stays until there is something to write, and nothing is left where nothing was. */
async function tryToWrite(path: string): Promise<void> {
  const there = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  const opened = there ?? (await open(path, 'wx'))
  await opened.close()
  if (there === undefined) await rm(path)
}

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
