import type { Adapter } from 'lowdb'
import { AppendLog } from './append-log.ts'
import { applyChange, type Change } from './change.ts'
import { fileError } from './file-error.ts'
import type { Files } from './files.ts'
import type { Records } from './records.ts'
import { firstGeneration, logPathOf, type Recovered, recover } from './recover.ts'
import { draftPathOf, writeSnapshot } from './snapshot.ts'

/** What a {@link JournalFile} is made of. */
export interface JournalOptions {
  /** The snapshot; the logs stand beside it as `<file>.<generation>.log`. */
  file: string
  files: Files
  /** The logs are folded into a new snapshot when they outgrow this, and the snapshot. */
  compactAtBytes: number
  /** Is told in words what went wrong behind the scenes. */
  warn(message: string): void
}

/**
 * A lowdb adapter that appends changes to a log instead of writing everything anew.
 *
 * A snapshot of generation g and the logs g, g+1, … make the whole. Compaction opens log g+1, writes the snapshot g+1 beside
 * the old one while changes go on, renames it into place and removes the older logs. A change that the snapshot saw or missed
 * meanwhile is in log g+1, and replaying that ends at the same records either way; so a crash between any two steps loses nothing.
 */
export class JournalFile implements Adapter<Records> {
  readonly #options: JournalOptions
  readonly #records: Records
  readonly #stop = new AbortController()
  #queued: Change[] = []
  #log: AppendLog | undefined
  #generation = firstGeneration
  #older: string[] = []
  #olderBytes = 0
  #compactAtBytes: number
  #compaction: Promise<void> | undefined

  /** @param records what reading fills */
  constructor(options: JournalOptions, records: Records) {
    this.#options = options
    this.#records = records
    this.#compactAtBytes = options.compactAtBytes
  }

  /**
   * Fills the records from snapshot and logs, and gets ready to append.
   *
   * @throws UnderstudyError `ERR_STORE_FILE` or `ERR_STORE_VERSION`, with every file left as it was
   */
  async read(): Promise<Records> {
    const { file, files } = this.#options
    const found = recover(file, this.#records)
    for (const path of [draftPathOf(file), ...found.leftovers]) files.remove(path)
    if (found.snapshot === undefined) await this.#begin()
    else this.#resume(found, found.snapshot.sizeBytes)
    return this.#records
  }

  /** Puts a change behind those that the next write makes durable. */
  queue(change: Change): void {
    this.#queued.push(change)
  }

  /**
   * Appends what is queued, and only then lets the records show it.
   *
   * @throws UnderstudyError `ERR_STORE_WRITE`: then nothing of it has happened
   */
  async write(records: Records): Promise<void> {
    const changes = this.#queued
    if (changes.length === 0 || this.#log === undefined) return
    this.#queued = []
    this.#log.append(changes)
    for (const change of changes) applyChange(records, change)
    if (this.#compaction !== undefined || this.#loggedBytes(this.#log) <= this.#compactAtBytes) return
    this.#compaction = this.#compact(this.#log)
  }

  /** Stops compacting and lets go of the files. */
  async close(): Promise<void> {
    this.#stop.abort()
    await this.#compaction
    this.#log?.close()
    this.#log = undefined
  }

  /** The log comes first, so that a snapshot without one always means that something was lost. */
  async #begin(): Promise<void> {
    const { file, files } = this.#options
    this.#log = AppendLog.create(files, logPathOf(file, firstGeneration), firstGeneration)
    await writeSnapshot(files, file, firstGeneration, [])
  }

  #resume({ logs }: Recovered, snapshotBytes: number): void {
    const { file, files, compactAtBytes } = this.#options
    const older = logs.slice(0, -1)
    const last = logs.at(-1)
    if (last === undefined) throw fileError(file, 'has no log')
    this.#older = older.map((log) => log.path)
    this.#olderBytes = older.reduce((sum, log) => sum + log.goodBytes, 0)
    this.#generation = last.generation
    this.#compactAtBytes = Math.max(compactAtBytes, snapshotBytes)
    this.#log = AppendLog.reopen(files, last.path, last.goodBytes)
  }

  #loggedBytes(log: AppendLog): number {
    return this.#olderBytes + log.sizeBytes
  }

  /** Folds the logs into a snapshot. Where the disk refuses, all stays as it is, and the next try comes when the logs have grown. */
  async #compact(log: AppendLog): Promise<void> {
    const { file, compactAtBytes, warn } = this.#options
    try {
      this.#compactAtBytes = Math.max(compactAtBytes, await this.#fold(log))
    } catch (error) {
      this.#compactAtBytes += compactAtBytes
      if (!this.#stop.signal.aborted)
        warn(`Failed to compact the store ${file}: ${error}. It goes on, and will try again.`)
    }
    this.#compaction = undefined
  }

  async #fold(log: AppendLog): Promise<number> {
    const { file, files } = this.#options
    const generation = this.#generation + 1
    log.repair()
    this.#log = AppendLog.create(files, logPathOf(file, generation), generation)
    this.#generation = generation
    this.#older.push(log.path)
    this.#olderBytes += log.sizeBytes
    log.close()
    const sizeBytes = await writeSnapshot(files, file, generation, this.#records.entries(), this.#stop.signal)
    for (const path of this.#older) files.remove(path)
    this.#older = []
    this.#olderBytes = 0
    return sizeBytes
  }
}
