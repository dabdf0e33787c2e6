import { UnderstudyError } from '../../errors.ts'
import type { Bench, Stage } from './bench.ts'
import type { ClientRow } from './client-rows.ts'
import type { Said } from './login.ts'
import { type Playing, play } from './play.ts'
import { type ExamReport, type ExamResult, verdictOf } from './report.ts'

/** How a fault is played. */
export interface RowExam extends Playing {
  /** Whether the client is to log in as ever once a fault is over. Default: true. */
  recovery?: boolean
}

export type LeftOut = ExamReport['leftOut'][number]

const unfired =
  'It did not fire, and this client logged in: it did not ask there this time, or was given nothing that could be changed so.'

/** Has a client meet a fault; what the issuer cannot play, and what the client has not met, is left out. */
export async function examineRow(exam: RowExam, bench: Bench, row: ClientRow): Promise<ExamResult | LeftOut> {
  const stage = await bench.open(row).catch(whyUnfit)
  if ('why' in stage) return leftOut(row, stage.why)
  try {
    const armed = await stage.issuer.arm(row.arm).catch(whyUnfit)
    if ('why' in armed) return leftOut(row, armed.why)
    const { said } = await play(exam, stage, { part: row.part, met: row })
    const fires = (await stage.issuer.armed()).find(({ id }) => id === armed.id)?.fires ?? 0
    if (fires === 0 && said.did === 'accept') return leftOut(row, unfired)
    const told = fires > 0 ? said : { did: 'break' as const, seen: `failed before it met the fault: ${said.seen}` }
    const result = resultOf(row, told)
    return exam.recovery === false ? result : await recovered(exam, stage, row, result)
  } finally {
    await stage.end()
  }
}

export function leftOut({ fault, place }: ClientRow, why: string): LeftOut {
  return { fault, place, why }
}

/** Why an issuer cannot play a fault: its keys may not be such, nor go with the rest of its fixtures. */
function whyUnfit(error: unknown): { why: string } {
  const codes = ['ERR_FAULT_INVALID', 'ERR_FIXTURES_INVALID']
  if (error instanceof UnderstudyError && codes.includes(error.code)) return { why: error.message }
  throw error
}

/** What came of a fault, and whether the client logs in again once it is over. */
async function recovered(exam: RowExam, stage: Stage, { part }: ClientRow, result: ExamResult): Promise<ExamResult> {
  await stage.renew()
  const { said } = await play(exam, stage, { part })
  if (said.did === 'accept') return { ...result, recovered: true }
  const seen = `${result.seen}; and once it was over, did not log in: ${said.seen}`
  return { ...result, seen, recovered: false, verdict: 'wrong' }
}

function resultOf({ fault, place, summary, expected, see }: ClientRow, { did, seen }: Said): ExamResult {
  return { fault, place, summary, expected, did, seen, verdict: verdictOf(expected, did), see }
}
