import type { Records } from './records.ts'
import type { StoredRecord } from './store.ts'

/** One write, as the log keeps it and as memory then takes it. */
export type Change =
  | { op: 'put'; bucket: string; collection: string; id: string; record: Omit<StoredRecord, 'value'>; text: string }
  | { op: 'delete'; bucket: string; collection: string; id: string }
  | { op: 'clear'; bucket: string; collections?: readonly string[] | undefined }
  | { op: 'drop'; bucket: string }

/** The change as one line of JSON. */
export function lineOf(change: Change): string {
  switch (change.op) {
    case 'put':
      return `["put",${putLineOf(change.bucket, change.collection, change.id, change.text)}]`
    case 'delete':
      return JSON.stringify(['delete', change.bucket, change.collection, change.id])
    case 'clear':
      return JSON.stringify(['clear', change.bucket, change.collections])
    case 'drop':
      return JSON.stringify(['drop', change.bucket])
  }
}

/** What a record is in a snapshot's list, and behind `put` in a log: bucket, collection, id and `[value, expiry, indexes]`. */
export function putLineOf(bucket: string, collection: string, id: string, text: string): string {
  return `${JSON.stringify(bucket)},${JSON.stringify(collection)},${JSON.stringify(id)},${text}`
}

/** Reads a parsed line of a log, or undefined where it is none. */
export function changeOf(line: unknown): Change | undefined {
  if (!Array.isArray(line)) return undefined
  const [op, bucket, ...rest] = line
  if (typeof bucket !== 'string') return undefined
  if (op === 'put') return putOf([bucket, ...rest])
  if (op === 'drop') return { op, bucket }
  const [first, second] = rest
  if (op === 'delete' && typeof first === 'string' && typeof second === 'string') {
    return { op, bucket, collection: first, id: second }
  }
  if (op === 'clear' && first === null) return { op, bucket }
  if (op === 'clear' && isStrings(first)) return { op, bucket, collections: first }
  return undefined
}

/** Reads a parsed entry of a snapshot's list, or undefined where it is none. */
export function putOf(entry: unknown): Change | undefined {
  if (!Array.isArray(entry)) return undefined
  const [bucket, collection, id, tuple] = entry
  if (typeof bucket !== 'string' || typeof collection !== 'string' || typeof id !== 'string') return undefined
  if (!Array.isArray(tuple) || tuple.length !== 3) return undefined
  const [, expiresAtSeconds, indexes] = tuple
  if (expiresAtSeconds !== null && typeof expiresAtSeconds !== 'number') return undefined
  if (typeof indexes !== 'object') return undefined
  const record = { expiresAtSeconds: expiresAtSeconds ?? undefined, indexes: indexes ?? undefined }
  return { op: 'put', bucket, collection, id, record, text: JSON.stringify(tuple) }
}

/** Lets memory show the change. */
export function applyChange(records: Records, change: Change): void {
  if (change.op === 'put') records.put(change.bucket, change.collection, change.id, change.record, change.text)
  else if (change.op === 'delete') records.delete(change.bucket, change.collection, change.id)
  else if (change.op === 'clear') records.clear(change.bucket, change.collections)
  else records.drop(change.bucket)
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}
