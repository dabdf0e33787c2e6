import type { Exchange } from '../domain/exchange.ts'
import type { Outcome, OutgoingCall, Registrations } from '../domain/outcome.ts'
import type { Spacing } from './spacing.ts'

/** An answer as it was really sent, head and body as one text, or apart; most are never looked at. */
export type SentAnswer = string | { head: string; body: readonly (string | Uint8Array)[] }

/** A protocol request that was answered, or whose connection broke. */
export interface RequestRecord {
  kind: 'request'
  /** Rising in the order of the answers. */
  id: number
  /** Real time. */
  startedAtMs: number
  durationMs: number
  /** The path as it was asked for, issuer and all. */
  path: string
  exchange: Exchange
  outcome: Outcome
  /** Undefined where nothing was sent. */
  answer: SentAnswer | undefined
  /** Whether the connection was gone before all was sent. */
  broken: boolean
  spacing: Spacing | undefined
  registrations: Registrations
}

/** A call that the provider made itself. */
export interface CallRecord {
  kind: 'call'
  id: number
  startedAtMs: number
  call: OutgoingCall
}

/** What the journal keeps of one request or call, before anybody asks to see it. */
export type JournalRecord = RequestRecord | CallRecord

/** What a record costs beside its texts, about: the objects that it holds on to. */
const overheadBytes = 1536

/** How much memory a record holds on to, about. */
export function sizeOf(record: JournalRecord): number {
  if (record.kind === 'call') {
    const { call } = record
    return overheadBytes + call.url.length + call.body.length + (call.answer?.body.length ?? 0)
  }
  const { exchange, outcome, answer, path } = record
  let size = overheadBytes + path.length + exchange.body.length + outcome.headerLength
  if (answer === undefined) return size
  if (typeof answer === 'string') return size + answer.length
  size += answer.head.length
  for (const part of answer.body) size += part.length
  return size
}

/** The status of an answer, as its first line tells it. */
export function statusOf(answer: SentAnswer): number {
  const head = typeof answer === 'string' ? answer : answer.head
  return Number(head.slice(head.indexOf(' ') + 1, head.indexOf(' ') + 4))
}
