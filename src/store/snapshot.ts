import { statSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { type Change, putLineOf, putOf } from './change.ts'
import { checkHeader, fileError, formatVersion, parsed } from './file-error.ts'
import { type Files, linesOf, writeAll } from './files.ts'

const format = 'understudy-store'
/** Records written in one event-loop turn: about a millisecond's work. */
const sliceRecords = 500

/** A record's bucket, collection, id and text. */
export type Entry = readonly [bucket: string, collection: string, id: string, text: string]

/** What a snapshot tells besides its records. */
export interface SnapshotFacts {
  /** The first log whose changes it may lack. */
  generation: number
  sizeBytes: number
}

/**
 * Writes a snapshot beside the old one, in slices that let others work between them, and puts it in its place at once.
 *
 * It is one JSON document, a record a line. It is synced to the disk before the rename, since the logs it replaces are
 * removed afterwards.
 *
 * @param entries may change while they are walked: what changes is in the log of `generation` as well
 * @param signal stops the work; the old snapshot then stays
 * @returns its size in bytes
 */
export async function writeSnapshot(
  files: Files,
  path: string,
  generation: number,
  entries: Iterable<Entry>,
  signal?: AbortSignal,
): Promise<number> {
  const draft = draftPathOf(path)
  try {
    const sizeBytes = await writeDraft(files, draft, slicesOf(generation, entries), signal)
    files.rename(draft, path)
    return sizeBytes
  } catch (error) {
    discard(files, draft)
    throw error
  }
}

async function writeDraft(
  files: Files,
  draft: string,
  slices: Iterable<string>,
  signal: AbortSignal | undefined,
): Promise<number> {
  const fd = files.open(draft, 'w')
  try {
    let sizeBytes = 0
    for (const slice of slices) {
      sizeBytes += writeAll(files, fd, slice, sizeBytes)
      await nextTurn()
      signal?.throwIfAborted()
    }
    await files.sync(fd)
    return sizeBytes
  } finally {
    files.close(fd)
  }
}

/** Where a snapshot stands until it is whole. */
export function draftPathOf(path: string): string {
  return `${path}.draft`
}

/**
 * Reads a snapshot.
 *
 * @param onPut takes its records as puts
 * @throws UnderstudyError `ERR_STORE_FILE` or `ERR_STORE_VERSION` where it is not, byte for byte, what was written
 */
export function readSnapshot(path: string, onPut: (change: Change) => void): SnapshotFacts {
  let generation: number | undefined
  let count = 0
  let sum = 0
  let isWhole = false
  for (const { text } of linesOf(path)) {
    if (isWhole) throw fileError(path, 'goes on after its end')
    if (generation === undefined) generation = checkHeader(path, parsed(`${text}]}`) ?? parsed(text), format)
    else if (text.startsWith(']')) {
      isWhole = text === footerOf(count, sum)
      if (!isWhole) throw fileError(path, 'is damaged: its records are not those that its last line counts')
    } else {
      count += 1
      const put = putOf(parsed(text.startsWith(',') ? text.slice(1) : text))
      if (put === undefined) throw fileError(path, `is damaged in line ${count + 1}`)
      onPut(put)
    }
    sum = crc32(`${text}\n`, sum)
  }
  if (generation === undefined) throw fileError(path, 'is no store of Understudy, or its beginning is damaged')
  if (!isWhole) throw fileError(path, 'is cut short')
  return { generation, sizeBytes: statSync(path).size }
}

function* slicesOf(generation: number, entries: Iterable<Entry>): Generator<string, void, undefined> {
  let slice = `${JSON.stringify({ format, version: formatVersion, generation, records: [] }).slice(0, -2)}\n`
  let sum = crc32(slice)
  let count = 0
  for (const [bucket, collection, id, text] of entries) {
    const line = `${count === 0 ? '' : ','}[${putLineOf(bucket, collection, id, text)}]\n`
    sum = crc32(line, sum)
    slice += line
    count += 1
    if (count % sliceRecords !== 0) continue
    yield slice
    slice = ''
  }
  yield `${slice}${footerOf(count, sum)}\n`
}

function footerOf(count: number, sum: number): string {
  return `],"count":${count},"crc32":"${sum.toString(16).padStart(8, '0')}"}`
}

/** Removes a draft that came to nothing. */
function discard(files: Files, draft: string): void {
  try {
    files.remove(draft)
  } catch {
    // The disk refuses: it stays, nobody reads it, and the next opening removes it.
  }
}
