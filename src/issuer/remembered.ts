import type { IssuerBucket } from './bucket.ts'

type Collection = 'Arming' | 'Clock' | 'Keys'

/** What an issuer goes on with after a restart, beside its flows and its edits: faults, clock and keys. */
export class Remembered {
  readonly #records: IssuerBucket
  readonly #writes: Promise<void>[] = []

  constructor(records: IssuerBucket) {
    this.#records = records
  }

  /** Stores a value, or forgets it where it is undefined; `settled` tells when that is done. */
  put(collection: Collection, key: string, value: unknown): void {
    const records = this.#records
    const written = value === undefined ? records.delete(collection, key) : records.put(collection, key, { value })
    if (!(written instanceof Promise)) return
    // Whoever waits for `settled` hears of a failure; nobody else may be hit by it.
    written.catch(() => {})
    this.#writes.push(written)
  }

  async get<Value>(collection: Collection, key: string): Promise<Value | undefined> {
    return (await this.#records.get(collection, key))?.value as Value | undefined
  }

  async all(collection: Collection): Promise<{ key: string; value: unknown }[]> {
    const found: { key: string; value: unknown }[] = []
    for (const key of await this.#records.ids(collection)) found.push({ key, value: await this.get(collection, key) })
    return found
  }

  /**
   * Waits until all is stored.
   *
   * @throws UnderstudyError `ERR_STORE_WRITE`
   */
  async settled(): Promise<void> {
    await Promise.all(this.#writes.splice(0))
  }
}
