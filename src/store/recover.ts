import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { readLog } from './append-log.ts'
import { applyChange } from './change.ts'
import { fileError } from './file-error.ts'
import type { Records } from './records.ts'
import { readSnapshot, type SnapshotFacts } from './snapshot.ts'

/** The first generation of a new store. */
export const firstGeneration = 1

/** A log that was read. */
export interface FoundLog {
  path: string
  generation: number
  /** The bytes that hold whole lines; a killed process may leave half a line behind them. */
  goodBytes: number
  changes: number
}

/** What was found on the disk, and filled into the records. */
export interface Recovered {
  /** Undefined: there is no store yet. */
  snapshot: SnapshotFacts | undefined
  /** The logs that the snapshot needs, oldest first. */
  logs: FoundLog[]
  /** Logs that a crash kept from being removed, or from being begun. */
  leftovers: string[]
}

/**
 * Fills the records from a snapshot and its logs, and changes nothing on the disk.
 *
 * @param file the snapshot
 * @throws UnderstudyError `ERR_STORE_FILE` or `ERR_STORE_VERSION` where anything is not as it was written
 */
export function recover(file: string, records: Records): Recovered {
  const snapshot = existsSync(file) ? readSnapshot(file, (put) => applyChange(records, put)) : undefined
  const first = snapshot?.generation ?? firstGeneration
  const generations = generationsBeside(file)
  const current = generations.filter((generation) => generation >= first)
  const logs = readLogs(file, current, records)
  const needed = snapshot === undefined ? 0 : 1
  const last = logs.at(-1)
  if (last?.goodBytes === 0 && logs.length > needed) logs.pop()
  checkLogs(file, first, logs, snapshot)
  const kept = new Set(snapshot === undefined ? [] : logs.map((log) => log.generation))
  const leftovers = generations.filter((generation) => !kept.has(generation)).map((each) => logPathOf(file, each))
  return { snapshot, logs, leftovers }
}

/** Where the log of a generation stands. */
export function logPathOf(file: string, generation: number): string {
  return `${file}.${generation}.log`
}

function generationsBeside(file: string): number[] {
  const prefix = `${basename(file)}.`
  const names = readdirSync(dirname(file)).filter((name) => name.startsWith(prefix))
  const numbers = names.map((name) => /^(\d+)\.log$/.exec(name.slice(prefix.length))?.[1])
  return numbers.flatMap((number) => (number === undefined ? [] : [Number(number)])).sort((a, b) => a - b)
}

function readLogs(file: string, generations: number[], records: Records): FoundLog[] {
  return generations.map((generation) => {
    const path = logPathOf(file, generation)
    let changes = 0
    const goodBytes = readLog(path, generation, (change) => {
      changes += 1
      applyChange(records, change)
    })
    return { path, generation, goodBytes, changes }
  })
}

function checkLogs(file: string, first: number, logs: FoundLog[], snapshot: SnapshotFacts | undefined): void {
  if (snapshot !== undefined && logs.length === 0) throw fileError(logPathOf(file, first), 'is missing')
  if (snapshot === undefined && logs.some((log) => log.changes > 0)) {
    throw fileError(file, 'is missing, though its logs are there')
  }
  for (const [index, log] of logs.entries()) {
    if (log.generation !== first + index) throw fileError(logPathOf(file, first + index), 'is missing')
    const isLast = index === logs.length - 1
    const isWhole = log.goodBytes === statSync(log.path).size
    if (log.goodBytes === 0 || (!isLast && !isWhole)) throw fileError(log.path, 'is cut short')
  }
}
