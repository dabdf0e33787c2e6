import { statSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { UnderstudyError } from '../errors.ts'
import { type Change, changeOf, lineOf } from './change.ts'
import { checkHeader, fileError, formatVersion, parsed } from './file-error.ts'
import { type Files, linesOf, writeAll } from './files.ts'

const format = 'understudy-store-log'
const sumLength = 8

/**
 * The log of one generation: a header, then a line for each change, with its checksum before it.
 *
 * A change is safe from `kill -9` once `write(2)` has returned, since the page cache outlives the process: so there is no fsync.
 */
export class AppendLog {
  readonly path: string
  readonly #files: Files
  readonly #fd: number
  #sizeBytes: number
  #isTorn = false

  private constructor(files: Files, path: string, fd: number, sizeBytes: number) {
    this.#files = files
    this.path = path
    this.#fd = fd
    this.#sizeBytes = sizeBytes
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Makes a new log with nothing but its header. */
  static create(files: Files, path: string, generation: number): AppendLog {
    const fd = files.open(path, 'w')
    try {
      return new AppendLog(files, path, fd, writeAll(files, fd, headerOf(generation), 0))
    } catch (error) {
      files.close(fd)
      files.remove(path)
      throw error
    }
  }

  /** Opens a log that was read before, and cuts what follows its last whole line. */
  static reopen(files: Files, path: string, goodBytes: number): AppendLog {
    const fd = files.open(path, 'r+')
    const log = new AppendLog(files, path, fd, goodBytes)
    log.#isTorn = statSync(path).size > goodBytes
    log.repair()
    return log
  }

  /**
   * Appends all changes, or none of them.
   *
   * @throws UnderstudyError `ERR_STORE_WRITE` where the disk takes no more; the log is then as it was before
   */
  append(changes: readonly Change[]): void {
    try {
      this.repair()
      this.#isTorn = true
      this.#sizeBytes += writeAll(this.#files, this.#fd, linesFor(changes), this.#sizeBytes)
      this.#isTorn = false
    } catch (error) {
      this.#repairIfPossible()
      throw writeError(this.path, error)
    }
  }

  /** Cuts the rest of a write that failed. */
  repair(): void {
    if (!this.#isTorn) return
    this.#files.truncate(this.#fd, this.#sizeBytes)
    this.#isTorn = false
  }

  close(): void {
    this.#files.close(this.#fd)
  }

  /** Where the disk refuses even this, the next append tries again before it writes. */
  #repairIfPossible(): void {
    try {
      this.repair()
    } catch {
      this.#isTorn = true
    }
  }
}

/**
 * Reads a log.
 *
 * @param path the file
 * @param generation the one that its name says
 * @param onChange takes the changes in order
 * @returns how many bytes hold whole lines: 0 where even the header was cut short
 * @throws UnderstudyError `ERR_STORE_FILE` or `ERR_STORE_VERSION` at the first line that is not as it was written
 */
export function readLog(path: string, generation: number, onChange: (change: Change) => void): number {
  let line = 0
  let goodBytes = 0
  for (const { text, endByte } of linesOf(path)) {
    line += 1
    goodBytes = endByte
    if (line > 1) onChange(parseLine(path, line, text))
    else if (checkHeader(path, parsed(text), format) !== generation) {
      throw fileError(path, `has another generation in its header than in its name`)
    }
  }
  return goodBytes
}

function headerOf(generation: number): string {
  return `${JSON.stringify({ format, version: formatVersion, generation })}\n`
}

function linesFor(changes: readonly Change[]): string {
  let text = ''
  for (const change of changes) {
    const line = lineOf(change)
    text += `${sumOf(line)} ${line}\n`
  }
  return text
}

function parseLine(path: string, line: number, text: string): Change {
  const json = text.slice(sumLength + 1)
  const change = text.startsWith(`${sumOf(json)} `) ? changeOf(parsed(json)) : undefined
  if (change === undefined) throw fileError(path, `is damaged in line ${line}`)
  return change
}

/** The checksum of a text, as eight hexadecimal digits. */
export function sumOf(text: string): string {
  return crc32(text).toString(16).padStart(sumLength, '0')
}

function writeError(path: string, cause: unknown): UnderstudyError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new UnderstudyError(
    'ERR_STORE_WRITE',
    503,
    `Failed to write to the store: ${path} took no more (${reason}). Make room on the disk and try again; nothing was changed.`,
    { file: path },
    { cause },
  )
}
