import { UnderstudyError } from '../../errors.ts'
import type { JournalEntry, RequestsControl, RequestsQuery, Waiting } from '../requests.ts'
import { whose } from '../whose.ts'
import { type Ask, path } from './ask.ts'
import { messagesOf } from './event-stream.ts'

/** Longer than any wait that a server takes. */
const longestWaitMs = 120_000

export const askRequests = (ask: Ask): RequestsControl => ({
  requests(issuer, query = {}, { signal } = {}) {
    const waitMs = query.wait === undefined ? 0 : longestWaitMs
    return ask('GET', path`/api/issuers/${issuer}/requests` + searchOf(query), { signal, waitMs })
  },
  request: (issuer, id, options = {}) => ask('GET', path`/api/issuers/${issuer}/requests/${id}` + searchOf(options)),
  clearRequests: async (issuer, which) =>
    ask('DELETE', path`/api/issuers/${issuer}/requests` + searchOf(whose(which) ?? {})),
  followRequests: (issuer, query = {}, waiting = {}) => follow(ask, issuer, query, waiting),
})

async function* follow(
  ask: Ask,
  issuer: string,
  query: RequestsQuery,
  { signal }: Waiting,
): AsyncGenerator<JournalEntry, void> {
  if (signal?.aborted) return
  // Whoever leaves the loop lets go of the connection, too.
  const left = new AbortController()
  const leave = () => left.abort()
  signal?.addEventListener('abort', leave)
  try {
    const response = await ask.open(path`/api/issuers/${issuer}/requests/stream` + searchOf(query), {
      signal: left.signal,
    })
    for await (const { event, data } of messagesOf(response)) {
      if (event === 'request') yield JSON.parse(data) as JournalEntry
      if (event === 'problem') throw problemOf(JSON.parse(data))
    }
  } catch (error) {
    if (!signal?.aborted) throw error
  } finally {
    signal?.removeEventListener('abort', leave)
    left.abort()
  }
}

/** What broke while entries were followed. */
function problemOf({ code, status, detail }: { code: string; status: number; detail: string }): UnderstudyError {
  return new UnderstudyError(code, status, detail)
}

/** A query as the admin API takes it: lists by repeating a name, and the names of parameters and headers after a dot. */
function searchOf(query: RequestsQuery): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (typeof value === 'object' && !Array.isArray(value)) {
      for (const [member, words] of Object.entries(value)) append(search, `${name}.${member}`, words)
    } else append(search, name, value)
  }
  return search.size === 0 ? '' : `?${search}`
}

function append(search: URLSearchParams, name: string, value: unknown): void {
  for (const each of [value].flat()) if (each !== undefined) search.append(name, String(each))
}
