import { UnderstudyError } from '../../errors.ts'
import type { UnderstudySource } from '../source.ts'
import type { UnderstudyIssuer } from '../verbs.ts'
import { type Bench, type Cast, ownBench, type Stage, sharedBench } from './bench.ts'
import { type ChosenRows, choose, type RowChoice, whyNotMet } from './choice.ts'
import type { ClientRow } from './client-rows.ts'
import { examFixtures } from './fixtures.ts'
import { attempt, type ClientRound, type RoundOrder, type Said } from './login.ts'
import { type ExamReport, type ExamResult, verdictOf } from './report.ts'
import { type Round, readRound } from './round.ts'

/** How a client is examined. */
export interface ClientExam extends Cast, RowChoice {
  /** Has the client under examination go through one round. */
  login: ClientRound
  /** What is examined, as the report calls it. Default: the client id. */
  subject?: string
  /**
   * The issuer that the client already knows. It is reset before and after each fault, and nobody else should use it.
   * Default: a server is started for the exam, with an issuer for each fault.
   */
  issuer?: UnderstudyIssuer
  /** What the server is started with. Default: a user `alice` and a client for her. */
  source?: UnderstudySource
  /** How long a round may take, in milliseconds. Default: 30,000. */
  timeoutMs?: number
  /** How many rounds go on at once; one alone at an issuer that the client already knows. Default: 1. */
  parallel?: number
  /** Whether the client is to log in as ever once a fault is over. Default: true. */
  recovery?: boolean
  /** Told of each result as it comes. */
  onResult?: (result: ExamResult, progress: { done: number; of: number }) => void
}

type LeftOut = ExamReport['leftOut'][number]

/**
 * Has a client log in once with all as it should be, and then once with each fault that it can meet on its way: what it
 * must refuse it has to refuse, what is unusual and right it has to take, and it never may hang.
 *
 * @throws UnderstudyError `ERR_EXAM_CONTROL` (409) where it does not log in with all as it should be; `ERR_EXAM_INVALID`,
 *   `ERR_FAULT_UNKNOWN` and whatever keeps a server from being started
 */
export async function examineClient(exam: ClientExam): Promise<ExamReport> {
  const { rows, leftOut } = choose(exam)
  const bench = await benchOf(exam)
  try {
    const first = await inControl(exam, bench)
    return await examineRows(exam, bench, first, { rows, leftOut })
  } finally {
    await bench.close()
  }
}

function benchOf({ issuer, source = { fixtures: examFixtures }, ...exam }: ClientExam): Promise<Bench> | Bench {
  const { client, user, redirectUri } = exam
  return issuer === undefined ? ownBench(source, { client, user, redirectUri }) : sharedBench(issuer, exam)
}

interface Control {
  round: Round
  stage: Stage
  result: ExamResult
}

async function inControl(exam: ClientExam, bench: Bench): Promise<Control> {
  const stage = await bench.open()
  try {
    const { said, round } = await play(exam, stage)
    const { subject = stage.client.client_id } = exam
    if (said.did !== 'accept') throw refused(subject, said)
    const see = 'https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowSteps'
    const told = { fault: 'none', summary: 'All is as it should be.', expected: 'accept' as const, see }
    return { round, stage, result: { ...told, did: said.did, seen: said.seen, verdict: 'right' } }
  } finally {
    await stage.end()
  }
}

function refused(subject: string, { seen, output = '' }: Said): UnderstudyError {
  const printed = output === '' ? '' : `\n${output}`
  const message = `Failed to examine ${subject}: it does not log in where all is as it should be: ${seen}. Have it log in with the issuer, client and redirect URI that it is given.${printed}`
  return new UnderstudyError('ERR_EXAM_CONTROL', 409, message)
}

async function examineRows(exam: ClientExam, bench: Bench, control: Control, chosen: ChosenRows): Promise<ExamReport> {
  const leftOut: LeftOut[] = [...chosen.leftOut]
  const results = new Map<ClientRow, ExamResult>()
  const met = chosen.rows.filter((row) => {
    const why = whyNotMet(row, control)
    if (why !== undefined) leftOut.push(unmet(row, why))
    return why === undefined
  })
  let done = 0
  async function take(row: ClientRow): Promise<void> {
    const result = await examineRow(exam, bench, row)
    done += 1
    if ('why' in result) {
      leftOut.push(result)
      return
    }
    results.set(row, result)
    exam.onResult?.(result, { done, of: met.length })
  }
  await inTurns(
    met.filter(({ https }) => !https),
    bench.isShared ? 1 : (exam.parallel ?? 1),
    take,
  )
  // A wrong certificate is shown to whoever connects, and so to all that go on at once.
  await inTurns(
    met.filter(({ https }) => https),
    1,
    take,
  )
  const all = [control.result, ...met.flatMap((row) => results.get(row) ?? [])]
  const { subject = control.stage.client.client_id } = exam
  return { subject, passed: all.every(({ verdict }) => verdict === 'right'), results: all, leftOut }
}

/** Takes rows one after the other, so many at once. */
async function inTurns(rows: readonly ClientRow[], hands: number, take: (row: ClientRow) => Promise<void>) {
  const queue = rows.values()
  async function work(): Promise<void> {
    for (const row of queue) await take(row)
  }
  await Promise.all(Array.from({ length: hands }, work))
}

const unfired =
  'It did not fire, and this client logged in: it did not ask there this time, or was given nothing that could be changed so.'

function unmet({ fault, place }: ClientRow, why: string): LeftOut {
  return { fault, place, why }
}

async function examineRow(exam: ClientExam, bench: Bench, row: ClientRow): Promise<ExamResult | LeftOut> {
  const stage = await bench.open(row).catch(whyUnfit)
  if ('why' in stage) return unmet(row, stage.why)
  try {
    const armed = await stage.issuer.arm(row.arm).catch(whyUnfit)
    if ('why' in armed) return unmet(row, armed.why)
    const { said } = await play(exam, stage, row)
    const fires = (await stage.issuer.armed()).find(({ id }) => id === armed.id)?.fires ?? 0
    if (fires === 0 && said.did === 'accept') return unmet(row, unfired)
    const told = fires > 0 ? said : { did: 'break' as const, seen: `failed before it met the fault: ${said.seen}` }
    const result = resultOf(row, told)
    return exam.recovery === false ? result : await recovered(exam, stage, result)
  } finally {
    await stage.end()
  }
}

/** Why an issuer cannot play a fault: its keys may not be such, nor go with the rest of its fixtures. */
function whyUnfit(error: unknown): { why: string } {
  const codes = ['ERR_FAULT_INVALID', 'ERR_FIXTURES_INVALID']
  if (error instanceof UnderstudyError && codes.includes(error.code)) return { why: error.message }
  throw error
}

async function recovered(exam: ClientExam, stage: Stage, result: ExamResult): Promise<ExamResult> {
  await stage.renew()
  const { said } = await play(exam, stage)
  if (said.did === 'accept') return { ...result, recovered: true }
  const seen = `${result.seen}; and once it was over, did not log in: ${said.seen}`
  return { ...result, seen, recovered: false, verdict: 'wrong' }
}

function resultOf({ fault, place, summary, expected, see }: ClientRow, { did, seen }: Said): ExamResult {
  return { fault, place, summary, expected, did, seen, verdict: verdictOf(expected, did), see }
}

/** One round; a client that says that it logged in, and was given no tokens, has broken. */
async function play(exam: ClientExam, stage: Stage, row?: ClientRow): Promise<{ said: Said; round: Round }> {
  const said = await attempt(exam.login, orderOf(stage, row), exam.timeoutMs ?? 30_000)
  const round = await readRound(stage.issuer)
  if (said.did !== 'accept' || round.wasGivenTokens) return { said, round }
  return { said: { did: 'break', seen: 'it says that it logged in, and was given no tokens' }, round }
}

function orderOf(
  { issuer, client, user, redirectUri, authority }: Stage,
  row: ClientRow | undefined,
): Omit<RoundOrder, 'signal'> {
  const { client_id: clientId, client_secret: clientSecret } = client
  return {
    issuer: issuer.url,
    clientId,
    ...(clientSecret !== undefined && { clientSecret }),
    redirectUri,
    user,
    ...(authority !== undefined && { authority }),
    part: row?.part ?? 'refresh',
    ...(row && { fault: row.fault, place: row.place }),
  }
}
