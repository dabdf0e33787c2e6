import type { IssuerModule } from '../fixtures/define.ts'
import type { Bucket } from '../store/store.ts'

const collection = 'Issuers'

/** The issuers that were created at run time and are to be there again after a restart. */
export class KeptIssuers {
  readonly #records: Bucket

  /** @param records of the process */
  constructor(records: Bucket) {
    this.#records = records
  }

  async all(): Promise<[name: string, declared: IssuerModule][]> {
    const all: [string, IssuerModule][] = []
    for (const name of await this.#records.ids(collection)) {
      const record = await this.#records.get(collection, name)
      if (record !== undefined) all.push([name, record.value as IssuerModule])
    }
    return all
  }

  /** Keeps an issuer, if it is all data: functions end with the process. */
  async keep(name: string, declared: IssuerModule): Promise<void> {
    const hasFunctions = Object.values(declared).some((member) => typeof member === 'function')
    if (!hasFunctions) await this.#records.put(collection, name, { value: declared })
  }

  async forget(name: string): Promise<void> {
    const isKept = (await this.#records.get(collection, name)) !== undefined
    if (isKept) await this.#records.delete(collection, name)
  }
}
