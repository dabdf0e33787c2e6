import { UnderstudyError } from '../errors.ts'
import type { Bucket, StoredRecord } from './store.ts'
import { recordOf, Table } from './table.ts'

type Tables = Map<string, Table>

/** All buckets with their collections, as every driver that answers from memory holds them. */
export class Records {
  readonly #url: string
  readonly #buckets = new Map<string, Tables>()
  #isClosed = false

  /** @param url the store's, for messages */
  constructor(url: string) {
    this.#url = url
  }

  /** The reading half of a bucket, which answers at once. */
  reads(bucket: string): Pick<Bucket, 'get' | 'ids' | 'idsBy'> {
    const table = (collection: string) => this.#open().get(bucket)?.get(collection)
    return {
      get(collection, id) {
        const text = table(collection)?.get(id)
        return text === undefined ? undefined : recordOf(text)
      },
      ids: (collection) => table(collection)?.ids() ?? [],
      idsBy: (collection, index, value) => table(collection)?.idsBy(index, value) ?? [],
    }
  }

  /** @param text the whole record, as `textOf` writes it */
  put(bucket: string, collection: string, id: string, record: Omit<StoredRecord, 'value'>, text: string): void {
    const buckets = this.#open()
    let tables = buckets.get(bucket)
    if (tables === undefined) {
      tables = new Map()
      buckets.set(bucket, tables)
    }
    let table = tables.get(collection)
    if (table === undefined) {
      table = new Table()
      tables.set(collection, table)
    }
    table.put(id, text, record)
  }

  delete(bucket: string, collection: string, id: string): void {
    this.#open().get(bucket)?.get(collection)?.delete(id)
  }

  /** @param collections those to empty; left out: all */
  clear(bucket: string, collections?: readonly string[]): void {
    const tables = this.#open().get(bucket)
    if (collections === undefined) tables?.clear()
    else for (const collection of collections) tables?.delete(collection)
  }

  drop(bucket: string): void {
    this.#open().delete(bucket)
  }

  /** Forgets everything; every later call is an error. */
  close(): void {
    this.#isClosed = true
    this.#buckets.clear()
  }

  /** Walks every record; may be left and resumed while others write, and meets whatever lived all the while. */
  *entries(): Generator<[bucket: string, collection: string, id: string, text: string], void, undefined> {
    for (const [bucket, tables] of this.#open()) {
      for (const [collection, table] of tables) {
        for (const [id, text] of table.entries()) yield [bucket, collection, id, text]
      }
    }
  }
  #open(): Map<string, Tables> {
    if (this.#isClosed) throw closedError(this.#url)
    return this.#buckets
  }
}

/** What every call on a closed store answers. */
export function closedError(url: string): UnderstudyError {
  return new UnderstudyError(
    'ERR_STORE_CLOSED',
    503,
    `Failed to use the store "${url}": it is closed. Open it again, or close it after its last use.`,
  )
}
