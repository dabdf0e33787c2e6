import type { Exchange } from '../domain/exchange.ts'
import type { Outcome, OutgoingCall, Registrations } from '../domain/outcome.ts'
import type { Spacing } from './spacing.ts'

/** An answer as it was really sent; by reference, since most are never looked at. */
export interface SentAnswer {
  status: number
  /** Names in lower case. */
  headers: Readonly<Record<string, number | string | string[] | undefined>>
  body: readonly (string | Uint8Array)[]
}

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
  const { exchange, answer, path } = record
  let size = overheadBytes + path.length + exchange.body.length
  for (const name in exchange.headers) size += exchange.headers[name]?.length ?? 0
  for (const part of answer?.body ?? []) size += part.length
  return size
}
