import { UnderstudyError } from '../../errors.ts'
import type { UnderstudySource } from '../source.ts'
import type { UnderstudyIssuer } from '../verbs.ts'
import { type Bench, type Cast, ownBench, type Stage, sharedBench } from './bench.ts'
import { type ChosenRows, choose, type RowChoice, whyNotMet } from './choice.ts'
import type { ClientRow } from './client-rows.ts'
import { examineRow, type LeftOut, leftOut, type RowExam } from './examine-row.ts'
import { examFixtures } from './fixtures.ts'
import type { Said } from './login.ts'
import { play } from './play.ts'
import type { ExamReport, ExamResult } from './report.ts'
import type { Round } from './round.ts'

/** How a client is examined. */
export interface ClientExam extends RowExam, Cast, RowChoice {
  /** What is examined, as the report calls it. Default: the client id. */
  subject?: string
  /**
   * The issuer that the client already knows. It is reset before and after each fault, and nobody else should use it.
   * Default: a server is started for the exam, with an issuer for each fault.
   */
  issuer?: UnderstudyIssuer
  /** What the server is started with. Default: a user `alice` and a client for her. */
  source?: UnderstudySource
  /** How many rounds go on at once; one alone at an issuer that the client already knows. Default: 1. */
  parallel?: number
  /** Told of each result as it comes. */
  onResult?: (result: ExamResult, progress: { done: number; of: number }) => void
}

/**
 * Has a client log in once with all as it should be, and then once with each fault that it can meet on its way: what it
 * must refuse it has to refuse, what is unusual and right it has to take, and it never may hang.
 *
 * @throws UnderstudyError `ERR_EXAM_CONTROL` (409) where it does not log in with all as it should be; `ERR_EXAM_INVALID`,
 *   `ERR_FAULT_UNKNOWN` and whatever keeps a server from being started
 */
export async function examineClient(exam: ClientExam): Promise<ExamReport> {
  const chosen = choose(exam)
  for (const name of ['parallel', 'timeoutMs'] as const) checkCount(name, exam[name])
  const bench = await benchOf(exam)
  try {
    const control = await inControl(exam, bench)
    return await examineRows(exam, bench, control, chosen)
  } finally {
    await bench.close()
  }
}

function checkCount(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1)) return
  const message = `Failed to examine a client with ${name}: ${value}. Give a whole number, 1 or more.`
  throw new UnderstudyError('ERR_EXAM_INVALID', 400, message)
}

function benchOf(exam: ClientExam): Promise<Bench> | Bench {
  const { issuer, source = { fixtures: examFixtures } } = exam
  return issuer === undefined ? ownBench(source, exam) : sharedBench(issuer, exam)
}

interface Control {
  round: Round
  stage: Stage
  result: ExamResult
}

async function inControl(exam: ClientExam, bench: Bench): Promise<Control> {
  const stage = await bench.open()
  try {
    const { said, round } = await play(exam, stage, { part: 'refresh' })
    const { subject = stage.client.client_id } = exam
    if (said.did !== 'accept') throw refused(subject, said, round)
    const see = 'https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowSteps'
    const told = { fault: 'none', summary: 'All is as it should be.', expected: 'accept' as const, see }
    return { round, stage, result: { ...told, did: said.did, seen: said.seen, verdict: 'right' } }
  } finally {
    await stage.end()
  }
}

function refused(subject: string, { seen, output = '' }: Said, { pageAsked }: Round): UnderstudyError {
  const printed = output === '' ? '' : `\n${output}`
  const page = `A page was shown, since its authorization request says ${pageAsked.join(', ')}; an exam has nobody to answer it. Leave that out of the request for the exam.`
  const wayOut = 'Have it log in with the issuer, client and redirect URI that it is given.'
  const message = `Failed to examine ${subject}: it does not log in where all is as it should be: ${seen}. ${pageAsked.length > 0 ? page : wayOut}${printed}`
  return new UnderstudyError('ERR_EXAM_CONTROL', 409, message)
}

async function examineRows(exam: ClientExam, bench: Bench, control: Control, chosen: ChosenRows): Promise<ExamReport> {
  const outcomes = new Map<ClientRow, ExamResult | LeftOut>()
  for (const row of chosen.rows) {
    const why = whyNotMet(row, control)
    if (why !== undefined) outcomes.set(row, leftOut(row, why))
  }
  const met = chosen.rows.filter((row) => !outcomes.has(row))
  let done = 0
  async function take(row: ClientRow): Promise<void> {
    const outcome = await examineRow(exam, bench, row)
    outcomes.set(row, outcome)
    done += 1
    if (!('why' in outcome)) exam.onResult?.(outcome, { done, of: met.length })
  }
  const hands = bench.isShared ? 1 : (exam.parallel ?? 1)
  const [others, alone] = [met.filter(({ https }) => !https), met.filter(({ https }) => https)]
  await inTurns(others, hands, take)
  // A wrong certificate is shown to whoever connects, and so to all that go on at once.
  await inTurns(alone, 1, take)
  const { subject = control.stage.client.client_id } = exam
  return reportOf(
    subject,
    control,
    chosen.leftOut,
    chosen.rows.flatMap((row) => outcomes.get(row) ?? []),
  )
}

function reportOf(
  subject: string,
  { result: first }: Control,
  unmet: readonly LeftOut[],
  outcomes: readonly (ExamResult | LeftOut)[],
): ExamReport {
  const results = [first, ...outcomes.flatMap((outcome) => ('why' in outcome ? [] : outcome))]
  const skipped = [...unmet, ...outcomes.flatMap((outcome) => ('why' in outcome ? outcome : []))]
  return { subject, passed: results.every(({ verdict }) => verdict === 'right'), results, leftOut: skipped }
}

/** Takes rows one after the other, so many at once. */
async function inTurns(rows: readonly ClientRow[], hands: number, take: (row: ClientRow) => Promise<void>) {
  const queue = rows.values()
  async function work(): Promise<void> {
    for (const row of queue) await take(row)
  }
  await Promise.all(Array.from({ length: hands }, work))
}
