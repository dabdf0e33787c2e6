import { linkSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, utimes, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import * as z from 'zod'
import { UnderstudyError } from '../errors.ts'

const beatMs = 2_000
const lookMs = 250

/** Who holds a lock. `space` names the machine, its boot and the process namespace in which `pid` means something. */
const Holder = z.object({ pid: z.int(), startedAt: z.string().optional(), space: z.string() })
type Holder = z.infer<typeof Holder>

export interface Lock {
  release(): void
}

/**
 * Takes a lock file, also from a process that died holding it.
 *
 * Whether the holder lives is asked of the operating system where it is of this machine and container; the number of a process
 * alone would lie, since containers give the same numbers again. A holder elsewhere proves its life by touching the file.
 *
 * @param path the lock file
 * @param subject what is locked, for messages
 * @param stillMs how long a lock from where we cannot see must lie still before its holder counts as dead
 * @throws UnderstudyError `ERR_STORE_LOCKED` where a living process holds it
 */
export async function acquireLock(path: string, subject: string, stillMs = 5_000): Promise<Lock> {
  const mine = JSON.stringify(holderOf(process.pid))
  while (!tryCreate(path, mine)) {
    const found = read(path)
    if (found === undefined) continue
    const holder = parseHolder(found.text)
    if (await isAlive(path, found.touchedAtMs, holder, stillMs)) throw lockedError(subject, path, holder)
    takeAway(path, found.text)
  }
  const beat = setInterval(() => touch(path), beatMs).unref()
  return {
    release() {
      clearInterval(beat)
      if (read(path)?.text === mine) rmSync(path, { force: true })
    },
  }
}

function tryCreate(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

function read(path: string): { text: string; touchedAtMs: number } | undefined {
  try {
    return { text: readFileSync(path, 'utf8'), touchedAtMs: statSync(path).mtimeMs }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    return Holder.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

async function isAlive(
  path: string,
  touchedAtMs: number,
  holder: Holder | undefined,
  stillMs: number,
): Promise<boolean> {
  if (holder?.space !== ownSpace()) return isTouched(path, touchedAtMs, stillMs)
  return isRunning(holder.pid) && holder.startedAt === startOf(holder.pid)
}

async function isTouched(path: string, sinceMs: number, stillMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < stillMs; waitedMs += lookMs) {
    await delay(lookMs)
    if (read(path)?.touchedAtMs !== sinceMs) return true
  }
  return false
}

/** Removes a dead holder's lock, but not one that another process has made in its place meanwhile. */
function takeAway(path: string, text: string): void {
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
    if (readFileSync(aside, 'utf8') !== text) linkSync(aside, path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EEXIST') throw error
  }
  rmSync(aside, { force: true })
}

function touch(path: string): void {
  const now = new Date()
  utimes(path, now, now, () => undefined)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

function holderOf(pid: number): Holder {
  return { pid, startedAt: startOf(pid), space: ownSpace() }
}

/** When a process began, in ticks since boot, where the system tells: numbers are given again, moments are not. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

function ownSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${hostname()} ${boot} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function lockedError(subject: string, path: string, holder: Holder | undefined): UnderstudyError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.space.split(' ')[0]}`
  return new UnderstudyError(
    'ERR_STORE_LOCKED',
    500,
    `Failed to open the store ${subject}: ${who} has it open (${path}). Stop that process, or give this one another store.`,
    { file: subject, pid: holder?.pid },
  )
}
