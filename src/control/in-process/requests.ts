import { UnderstudyError } from '../../errors.ts'
import { entryOf } from '../../journal/entry.ts'
import { findRecords, type JournalQuery, readQuery } from '../../journal/query.ts'
import { selects } from '../../journal/selector.ts'
import type { JournalEntry, RequestsControl, RequestsQuery, Waiting } from '../requests.ts'
import type { Access } from './access.ts'

export function controlRequests({ issuer: find }: Access): RequestsControl {
  async function* follow(
    issuer: string,
    written: RequestsQuery,
    { signal }: Waiting,
  ): AsyncGenerator<JournalEntry, void> {
    const { journal } = await find(issuer)
    const query = readQuery(written)
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
      const query: JournalQuery = readQuery(written)
      const records = await findRecords(journal, query, signal)
      return records.map((record) => entryOf(record, query.secrets))
    },
    async request(issuer, id, { secrets = false } = {}) {
      const { name, journal } = await find(issuer)
      const record = /^\d+$/.test(id) ? journal.get(Number(id)) : undefined
      if (record === undefined) throw unknown(id, name)
      return entryOf(record, secrets)
    },
    async clearRequests(issuer) {
      const { journal } = await find(issuer)
      journal.clear()
    },
    followRequests: (issuer, query = {}, waiting = {}) => follow(issuer, query, waiting),
  }
}

/** The signal of those who have none. */
const never = new AbortController().signal

function unknown(id: string, issuer: string): UnderstudyError {
  const message = `Failed to find the request "${id}" of "${issuer}": there is no such entry. It may have given way to newer ones, or to a reset.`
  return new UnderstudyError('ERR_REQUEST_UNKNOWN', 404, message)
}
