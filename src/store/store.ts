/** A value or a promise of it: drivers that hold everything in memory answer at once. */
export type MaybePromise<T> = T | Promise<T>

/** The record's own secondary keys: at most one value an index. */
export type Indexes = Readonly<Record<string, string>>

export interface StoredRecord {
  /** JSON. A store copies it on the way in and on the way out, so that no caller can change what another reads. */
  value: unknown
  /** Real time in seconds since the epoch; a driver may drop the record `retentionSeconds` after it. Undefined: kept for ever. */
  expiresAtSeconds?: number | undefined
  indexes?: Indexes | undefined
}

/** How long an expired record is kept, so that "expired" can be told from "unknown". */
export const retentionSeconds = 86_400

/**
 * Where everything that a test can see is kept.
 *
 * A write is durable, as far as the driver promises it, before its promise resolves and before a reader sees it.
 */
export interface Store {
  /** The driver's URL as the user gave it, such as `memory` or `json:data/store.json`. */
  readonly url: string
  /** The records of one issuer (or of the process itself), apart from all others. */
  bucket(name: string): Bucket
  /** Forgets a bucket and all of its records. */
  drop(name: string): Promise<void>
  /** Flushes and lets go of files and locks; later calls are errors. */
  close(): Promise<void>
}

/** Records by collection and id. */
export interface Bucket {
  get(collection: string, id: string): MaybePromise<StoredRecord | undefined>
  put(collection: string, id: string, record: StoredRecord): MaybePromise<void>
  delete(collection: string, id: string): MaybePromise<void>
  /** The ids of the records of a collection whose index has this value. */
  idsBy(collection: string, index: string, value: string): MaybePromise<string[]>
  /** All ids of a collection. */
  ids(collection: string): MaybePromise<string[]>
  /** Deletes all records, or those of the named collections. */
  clear(collections?: readonly string[]): MaybePromise<void>
}
