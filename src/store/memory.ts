import { Records } from './records.ts'
import type { Bucket, Store } from './store.ts'
import { textOf } from './table.ts'

/** A store that lives and dies with the process; it answers at once, with no promises. */
export function memoryStore(): Store {
  const records = new Records('memory')

  function bucket(name: string): Bucket {
    return {
      ...records.reads(name),
      put: (collection, id, record) => records.put(name, collection, id, record, textOf(record)),
      delete: (collection, id) => records.delete(name, collection, id),
      clear: (collections) => records.clear(name, collections),
    }
  }

  return {
    url: 'memory',
    bucket,
    drop: async (name) => records.drop(name),
    close: async () => records.close(),
  }
}
