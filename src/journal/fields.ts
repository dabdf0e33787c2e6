import type { FiredFault } from '../domain/exchange.ts'
import { errorIn, readAnswer } from './answer.ts'
import { type CallRecord, type JournalRecord, type RequestRecord, statusOf } from './record.ts'

/** What a record can be selected by, beside parameters and headers. */
export const fieldNames = [
  'kind',
  'endpoint',
  'method',
  'url',
  'client',
  'user',
  'grant_type',
  'scope',
  'grant',
  'tag',
  'flow',
  'fault',
  'status',
  'error',
] as const

export type FieldName = (typeof fieldNames)[number]

type Values = (string | undefined)[]

/** The endpoint of a request as the journal names it: later hops of an authorization are no other authorization. */
export function endpointOf({ exchange }: RequestRecord): string {
  return exchange.continued ? 'interaction' : exchange.endpoint
}

/** The scope that a request asked for, or that what it presented was granted. */
export function scopeOf({ outcome, exchange }: RequestRecord): string | undefined {
  return outcome.scope ?? exchange.params.scope
}

const ofRequest: Readonly<Record<FieldName, (record: RequestRecord) => Values>> = {
  kind: () => ['request'],
  endpoint: (record) => [endpointOf(record)],
  method: ({ exchange }) => [exchange.method],
  url: ({ path }) => [path],
  client: ({ outcome }) => [outcome.client],
  user: ({ outcome }) => [outcome.user],
  grant_type: ({ exchange }) => [exchange.grantType],
  scope: (record) => (scopeOf(record) ?? '').split(' ').filter(Boolean),
  grant: ({ outcome }) => [outcome.grant],
  tag: ({ exchange }) => [exchange.requested.tag, exchange.flow?.tag],
  flow: ({ exchange }) => [exchange.flow?.id],
  fault: ({ exchange }) => faultNames(exchange.fired),
  status: ({ answer }) => [answer && String(statusOf(answer))],
  error: (record) => {
    const answer = readAnswer(record)
    return [(answer && errorIn(answer)?.error) ?? record.outcome.refused?.error]
  },
}

const ofCall: Readonly<Record<FieldName, (record: CallRecord) => Values>> = {
  kind: () => ['call'],
  endpoint: ({ call }) => [call.endpoint],
  method: ({ call }) => [call.method],
  url: ({ call }) => [call.url],
  client: ({ call }) => [call.client],
  user: ({ call }) => [call.user],
  grant_type: () => [],
  scope: () => [],
  grant: () => [],
  tag: ({ call }) => [call.flow?.tag],
  flow: ({ call }) => [call.flow?.id],
  fault: ({ call }) => faultNames(call.fired ?? []),
  status: ({ call }) => [call.answer?.status.toString()],
  error: (record) => {
    const answer = readAnswer(record)
    return [answer && errorIn(answer)?.error]
  },
}

/** All values that a field of a record has; most have one or none. */
export function valuesOf(record: JournalRecord, field: FieldName): string[] {
  return known(record.kind === 'request' ? ofRequest[field](record) : ofCall[field](record))
}

/** The values of a parameter, of query and body together. */
export function paramValues(record: JournalRecord, name: string): string[] {
  if (record.kind === 'call') return new URLSearchParams(record.call.body).getAll(name)
  return known([record.exchange.params[name]])
}

/** The values of a request header, its name in lower case. */
export function headerValues(record: JournalRecord, name: string): string[] {
  return known([record.kind === 'call' ? record.call.headers[name] : record.exchange.headers[name]].flat())
}

/** A fault is known by its name, and by the id of what was armed. */
function faultNames(fired: readonly FiredFault[]): string[] {
  return fired.flatMap(({ id, fault }) => [fault, id])
}

function known(values: Values): string[] {
  return values.filter((value) => value !== undefined)
}
