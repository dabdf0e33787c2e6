import type { FiredFault } from '../domain/exchange.ts'
import { bodyKind } from '../domain/request-body.ts'
import { parseJson, type ReadAnswer, type Redirect, readAnswer } from './answer.ts'
import { type DecodedToken, issuedTokens, receivedTokens } from './decode.ts'
import { endpointOf, scopeOf } from './fields.ts'
import type { CallRecord, JournalRecord, RequestRecord } from './record.ts'
import { redactBody, redactHeader, redactMembers, redactParam, redactText } from './redact.ts'
import { type RefusalView, refusalOf } from './refused.ts'

type Texts = Record<string, string | string[]>
type Tokens = Record<string, DecodedToken>

/** An answer as it was really sent. */
export interface AnswerView {
  status: number
  headers: Texts
  body: string
  /** The body, where it is JSON. */
  json?: unknown
  /** Where the browser was sent, with what the client is told there; of a form that posts the answer, the same. */
  location?: Redirect
}

/** A request or a call, as people see it. */
export interface JournalEntry {
  id: string
  time: string
  kind: 'request' | 'call'
  endpoint: string
  method: string
  url: string
  client?: string
  user?: string
  grant_type?: string
  scope?: string
  grant?: string
  flow?: string
  tag?: string
  params: Record<string, string>
  headers: Texts
  /** Where it is no form. */
  body?: string
  tokens: { received: Tokens; issued: Tokens }
  answer?: AnswerView
  /** Whether the connection was gone before all was sent. */
  broken?: true
  /** Of a call: why no answer came. */
  failure?: string
  faults: FiredFault[]
  duration_ms: number
  since_previous_ms?: number
  required_ms?: number
  refusal?: RefusalView
}

/** Shows a record: parsed, decoded and explained, and with secrets blotted out unless they are asked for. */
export function entryOf(record: JournalRecord, secrets = false): JournalEntry {
  const show = secrets ? plain : blotting
  return record.kind === 'call' ? callEntry(record, show) : requestEntry(record, show)
}

/** How secrets are shown. */
interface Show {
  param(name: string, value: string): [name: string, value: string]
  header(name: string, value: string): string
  /** The body of a request that is no form. */
  body(text: string): string
  text(text: string): string
  /** What a token says. */
  claims<Claims extends Record<string, unknown>>(claims: Claims): Claims
}

const plain: Show = {
  param: (name, value) => [name, value],
  header: (_, value) => value,
  body: (text) => text,
  text: (text) => text,
  claims: (claims) => claims,
}
const blotting: Show = {
  param: redactParam,
  header: redactHeader,
  body: redactBody,
  text: redactText,
  claims: redactMembers,
}

function requestEntry(record: RequestRecord, show: Show): JournalEntry {
  const { exchange, outcome, spacing } = record
  const answer = readAnswer(record)
  const isForm = bodyKind(exchange.headers['content-type'], exchange.body) === 'form'
  const tag = exchange.requested.tag ?? exchange.flow?.tag
  const refusal = refusalOf(record, answer)
  return {
    id: String(record.id),
    time: new Date(record.startedAtMs).toISOString(),
    kind: 'request',
    endpoint: endpointOf(record),
    method: exchange.method,
    url: record.path,
    ...given({ client: outcome.client, user: outcome.user, grant_type: exchange.grantType }),
    ...given({ scope: scopeOf(record), grant: outcome.grant, flow: exchange.flow?.id, tag }),
    params: shownParams(exchange.params, show),
    headers: shownHeaders(exchange.headers, show),
    ...(exchange.body !== '' && !isForm && { body: show.body(exchange.body) }),
    tokens: {
      received: shownTokens(
        receivedTokens(exchange.params, exchange.headers.authorization as string | undefined),
        show,
      ),
      issued: answer === undefined ? {} : shownTokens(issuedTokens(answer, exchange.endpoint), show),
    },
    ...(answer && { answer: shownAnswer(answer, show) }),
    ...(record.broken && { broken: true as const }),
    faults: [...exchange.fired],
    duration_ms: rounded(record.durationMs),
    ...(spacing && { since_previous_ms: spacing.sincePreviousMs, required_ms: spacing.requiredMs }),
    ...(refusal && {
      refusal: {
        ...refusal,
        ...given({ description: refusal.description && show.text(refusal.description) }),
        why: show.text(refusal.why),
      },
    }),
  }
}

function callEntry(record: CallRecord, show: Show): JournalEntry {
  const { call } = record
  const answer = readAnswer(record)
  const params = Object.fromEntries(new URLSearchParams(call.body))
  return {
    id: String(record.id),
    time: new Date(record.startedAtMs).toISOString(),
    kind: 'call',
    endpoint: call.endpoint,
    method: call.method,
    url: call.url,
    ...given({ client: call.client, user: call.user, flow: call.flow?.id, tag: call.flow?.tag }),
    params: shownParams(params, show),
    headers: shownHeaders(call.headers, show),
    // What the provider sends, it has issued.
    tokens: { received: {}, issued: shownTokens(receivedTokens(params, undefined), show) },
    ...(answer && { answer: shownAnswer(answer, show) }),
    ...given({ failure: call.failure }),
    faults: [...(call.fired ?? [])],
    duration_ms: rounded(call.durationMs),
  }
}

function shownAnswer({ status, headers, body, redirect }: ReadAnswer, show: Show): AnswerView {
  const text = show.text(body)
  const json = /\bjson\b/.test(String(headers['content-type'] ?? '')) ? parseJson(text) : undefined
  return {
    status,
    headers: shownHeaders(headers, show),
    body: text,
    ...(json !== undefined && { json }),
    ...(redirect && { location: { url: redirect.url, params: shownParams(redirect.params, show) } }),
  }
}

function shownTokens(tokens: Tokens, show: Show): Tokens {
  return Object.fromEntries(
    Object.entries(tokens).map(([name, { header, claims }]) => [
      name,
      claims === undefined ? { header } : { header, claims: show.claims(claims) },
    ]),
  )
}

function shownParams(params: Readonly<Record<string, string | undefined>>, show: Show): Record<string, string> {
  const sent = Object.entries(params).filter((param): param is [string, string] => typeof param[1] === 'string')
  return Object.fromEntries(sent.map(([name, value]) => show.param(name, value)))
}

function shownHeaders(headers: Readonly<Record<string, string | string[] | undefined>>, show: Show): Texts {
  const texts: Texts = {}
  for (const [name, value] of Object.entries(headers)) {
    if (Array.isArray(value)) texts[name] = value.map((each) => show.header(name, each))
    else if (value !== undefined) texts[name] = show.header(name, value)
  }
  return texts
}

/** The members that are there. */
function given<Members extends Record<string, unknown>>(
  members: Members,
): { [Name in keyof Members]?: NonNullable<Members[Name]> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100
}
