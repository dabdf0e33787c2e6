import type { Control } from '../control/control.ts'
import type { JournalEntry, RequestsClearing, RequestsQuery } from '../control/requests.ts'

/** Gives up what takes its time. */
interface Following {
  signal?: AbortSignal | undefined
}

/** The journal of one issuer: what it was asked, and what it really answered. */
export interface Requests {
  /**
   * What the query finds, oldest first; with `count` and `wait` once there is that much, or when the time is over or the
   * issuer ends.
   *
   * @example `await idp.requests({ endpoint: 'token', client: 'web-app', count: 2, wait: '5s' })`
   */
  (query?: RequestsQuery): Promise<JournalEntry[]>
  /** One entry, by its id. @throws UnderstudyError `ERR_REQUEST_UNKNOWN` */
  get(id: string, options?: { secrets?: boolean }): Promise<JournalEntry>
  /** Entries as they come, until the signal is given or the loop is left; with `since` earlier ones come first. */
  follow(query?: RequestsQuery, following?: Following): AsyncIterable<JournalEntry>
  /** Forgets all entries, or those with a tag. */
  clear(which?: RequestsClearing): Promise<void>
}

export function requestsOf(control: Control, issuer: string): Requests {
  const requests = (query?: RequestsQuery) => control.requests(issuer, query)
  return Object.assign(requests, {
    get: (id: string, options?: { secrets?: boolean }) => control.request(issuer, id, options),
    follow: (query?: RequestsQuery, following?: Following) => control.followRequests(issuer, query, following),
    clear: (which?: RequestsClearing) => control.clearRequests(issuer, which),
  })
}
