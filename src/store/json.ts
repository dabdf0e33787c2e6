import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { Low } from 'lowdb'
import { UnderstudyError } from '../errors.ts'
import { endOfTurn } from '../turn.ts'
import type { Change } from './change.ts'
import { fileError } from './file-error.ts'
import { diskFiles, type Files } from './files.ts'
import { JournalFile } from './journal-file.ts'
import { acquireLock } from './lock.ts'
import { closedError, Records } from './records.ts'
import type { Bucket, Store } from './store.ts'
import { textOf } from './table.ts'

export interface JsonStoreOptions {
  /** The logs are folded into a new snapshot when they outgrow this, and the snapshot. Default: 8 MB. */
  compactAtBytes?: number
  /** How the disk is written. Default: the real one. */
  files?: Files
  /** Is told in words what went wrong behind the scenes. Default: a warning of the process. */
  warn?: (message: string) => void
}

/**
 * A store in files: a JSON snapshot at `file`, append logs beside it as `<file>.<generation>.log`, and `<file>.lock`.
 *
 * Reads are answered at once from memory. All writes of one event-loop turn are one `write(2)`, and resolve together once it
 * has returned.
 *
 * @param file its folders are made
 * @throws UnderstudyError `ERR_STORE_FILE`, `ERR_STORE_VERSION` or `ERR_STORE_LOCKED`, with every file left as it was
 */
export async function jsonStore(
  file: string,
  { compactAtBytes = 8 * 1024 * 1024, files = diskFiles, warn = process.emitWarning }: JsonStoreOptions = {},
): Promise<Store> {
  const url = `json:${file}`
  const path = resolved(file)
  const lock = await acquireLock(`${path}.lock`, path).catch(refuse(path))
  const records = new Records(url)
  const journal = new JournalFile({ file: path, files, compactAtBytes, warn }, records)
  const low = new Low(journal, records)
  let turn: Promise<void> | undefined
  let closing: Promise<void> | undefined

  /** Queues a change; one promise serves all changes of a turn. */
  function commit(change: Change): Promise<void> {
    if (closing !== undefined) return Promise.reject(closedError(url))
    journal.queue(change)
    turn ??= writeSoon()
    return turn
  }

  async function writeSoon(): Promise<void> {
    await endOfTurn()
    turn = undefined
    await low.write()
  }

  function bucket(name: string): Bucket {
    return {
      ...records.reads(name),
      put: (collection, id, { value, expiresAtSeconds, indexes }) =>
        commit({
          op: 'put',
          bucket: name,
          collection,
          id,
          record: { expiresAtSeconds, indexes: { ...indexes } },
          text: textOf({ value, expiresAtSeconds, indexes }),
        }),
      delete: (collection, id) => commit({ op: 'delete', bucket: name, collection, id }),
      clear: (collections) => commit({ op: 'clear', bucket: name, collections: collections?.slice() }),
    }
  }

  async function close(): Promise<void> {
    await turn?.catch(ignoreSinceItsCallerKnows)
    try {
      await journal.close()
    } finally {
      records.close()
      lock.release()
    }
  }

  await low.read().catch(async (error) => {
    await close()
    return refuse(path)(error)
  })
  return {
    url,
    bucket,
    drop: (name) => commit({ op: 'drop', bucket: name }),
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

function ignoreSinceItsCallerKnows(): void {}

/** Makes the operating system's refusals the store's own. */
function refuse(path: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof UnderstudyError) throw error
    throw fileError(path, `cannot be used (${error instanceof Error ? error.message : error})`, error)
  }
}

/** The file itself where a link leads to it, since a rename would replace the link; its folders are made. */
function resolved(file: string): string {
  const path = resolve(file)
  try {
    makeFolder(dirname(path))
    return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path))
  } catch (error) {
    return refuse(path)(error)
  }
}

/** Makes a folder and those above it one by one: Node's own recursion never ends where nothing can be made, as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  if (dirname(folder) !== folder) makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!existsSync(folder)) throw error
  }
}
