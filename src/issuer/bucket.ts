import type { Bucket, StoredRecord } from '../store/store.ts'

/** Collections that are the issuer's own, not its flows': a reset leaves them as they are. */
const keptCollections = new Set(['Keys'])

/** What of the flows a reset can tell apart. */
const sessionCollections = new Set(['Session'])

/**
 * An issuer's records between two resets: once retired, what a slow request still writes goes nowhere.
 */
export class IssuerBucket implements Bucket {
  readonly #records: Bucket
  #isRetired = false

  constructor(records: Bucket) {
    this.#records = records
  }

  /** Ends this generation; the next one is a new object on the same records. */
  retire(): void {
    this.#isRetired = true
  }

  /** Deletes what flows have left, but for what is kept. */
  async clearFlows(collections: readonly string[], keep: { sessions: boolean; tokens: boolean }): Promise<void> {
    const gone = collections.filter((collection) => {
      if (keptCollections.has(collection)) return false
      return sessionCollections.has(collection) ? !keep.sessions : !keep.tokens
    })
    await this.#records.clear(gone)
  }

  get(collection: string, id: string) {
    return this.#records.get(collection, id)
  }

  put(collection: string, id: string, record: StoredRecord) {
    return this.#isRetired ? undefined : this.#records.put(collection, id, record)
  }

  delete(collection: string, id: string) {
    return this.#isRetired ? undefined : this.#records.delete(collection, id)
  }

  idsBy(collection: string, index: string, value: string) {
    return this.#records.idsBy(collection, index, value)
  }

  ids(collection: string) {
    return this.#records.ids(collection)
  }

  clear(collections?: readonly string[]) {
    return this.#records.clear(collections)
  }
}
