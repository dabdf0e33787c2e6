import { UnderstudyError } from '../../errors.ts'
import { entryOf } from '../../journal/entry.ts'
import { findRecords, type JournalQuery, readQuery } from '../../journal/query.ts'
import { selects } from '../../journal/selector.ts'
import { check } from '../check.ts'
import type { JournalEntry, RequestsControl, RequestsQuery, Waiting } from '../requests.ts'
import { whose } from '../whose.ts'
import type { Access } from './access.ts'

export function controlRequests({ issuer: find }: Access): RequestsControl {
  async function* follow(
    issuer: string,
    written: RequestsQuery,
    { signal }: Waiting,
  ): AsyncGenerator<JournalEntry, void> {
    const { journal } = await find(issuer)
    const query = readQuery(worded(written))
    const meant = selects(query)
    let left = query.limit ?? Number.POSITIVE_INFINITY
    for await (const record of journal.follow(query.since ?? journal.lastId, signal ?? never)) {
      if (!meant(record)) continue
      yield entryOf(record, query.secrets)
      left -= 1
      if (left <= 0) return
    }
  }

  return {
    async requests(issuer, written = {}, { signal = never } = {}) {
      const { journal } = await find(issuer)
      const query: JournalQuery = readQuery(worded(written))
      const records = await findRecords(journal, query, signal)
      return records.map((record) => entryOf(record, query.secrets))
    },
    async request(issuer, id, options = {}) {
      const { name, journal } = await find(issuer)
      const { entryOptions } = await import('../requests.ts')
      const { secrets = false } = check(entryOptions, options)
      const record = /^\d+$/.test(id) ? journal.get(Number(id)) : undefined
      if (record === undefined) throw unknown(id, name)
      return entryOf(record, secrets)
    },
    async clearRequests(issuer, which) {
      const { journal } = await find(issuer)
      const { clearing } = await import('../requests.ts')
      journal.clear(check(clearing.optional(), whose(which))?.tag)
    },
    followRequests: (issuer, query = {}, waiting = {}) => follow(issuer, query, waiting),
  }
}

/** A query whose regular expressions are the texts that they would be in a URL. */
function worded(value: unknown): unknown {
  if (value instanceof RegExp) return String(value)
  if (Array.isArray(value)) return value.map(worded)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, worded(member)]))
}

/** The signal of those who have none. */
const never = new AbortController().signal

function unknown(id: string, issuer: string): UnderstudyError {
  const message = `Failed to find the request "${id}" of "${issuer}": there is no such entry. It may have given way to newer ones, or to a reset.`
  return new UnderstudyError('ERR_REQUEST_UNKNOWN', 404, message)
}
