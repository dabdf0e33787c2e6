import { errorIn, type ReadAnswer } from './answer.ts'
import { explain } from './explain/explain.ts'
import type { RequestRecord } from './record.ts'

/** Why a request was refused. */
export interface RefusalView {
  error: string
  description?: string
  /** In words for people who are new to OAuth: what was wrong, and what to do. */
  why: string
}

/** Says why a request was refused; undefined for one that was not. */
export function refusalOf(record: RequestRecord, answer: ReadAnswer | undefined): RefusalView | undefined {
  const { exchange, outcome, registrations } = record
  const told = answer && errorIn(answer)
  const { refused } = outcome
  const error = told?.error ?? refused?.error
  if (error === undefined || answer === undefined) return undefined
  const description = told?.description ?? refused?.description
  const why = explain({
    endpoint: exchange.endpoint,
    method: exchange.method,
    status: answer.status,
    error,
    said: saying(description, refused?.detail),
    params: exchange.params,
    authorization: first(exchange.headers.authorization),
    contentType: first(exchange.headers['content-type']),
    clientId: outcome.client,
    client: registrations.clients.get(outcome.client ?? ''),
    user: outcome.user,
    presented: refused?.presented,
    registrations,
    fired: exchange.fired,
    reachedProvider: refused !== undefined,
    atSeconds: (record.startedAtMs + record.durationMs) / 1000,
  })
  return description === undefined ? { error, why } : { error, description, why }
}

/** A description with what the provider kept to itself, unless it holds that already. */
function saying(description: string | undefined, detail: string | undefined): string {
  if (detail === undefined || description?.includes(detail)) return description ?? ''
  return description === undefined ? detail : `${description}: ${detail}`
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
