import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { atExit } from './at-exit.ts'
import { BrokenClient, type ClientRound, RefusedLogin, type RoundOrder } from './login.ts'
import { trustFor } from './trusting.ts'

/** Windows has no process groups. */
const hasGroups = process.platform !== 'win32'

/** So much of what a client prints is looked through, from the end; some print whole certificates with an error. */
const keptCharacters = 65_536

/** So much of that is shown. */
const shownCharacters = 2000

/** How long what a client has printed is waited for once it has ended, in milliseconds. */
const lastWordsMs = 500

/**
 * Has a client log in by a command of the shell, run once for each login, which tells by its exit code: 0, it has logged
 * in; any other, it refuses. What it needs to know is in its environment: `UNDERSTUDY_ISSUER_URL`, `UNDERSTUDY_CLIENT_ID`,
 * `UNDERSTUDY_CLIENT_SECRET`, `UNDERSTUDY_REDIRECT_URI`, `UNDERSTUDY_USER`, `UNDERSTUDY_PART`, and where there is a fault
 * `UNDERSTUDY_FAULT` and `UNDERSTUDY_PLACE`. Where the issuer has HTTPS, `UNDERSTUDY_CA` is the file of the authority to
 * trust, which Node, OpenSSL, curl and Python's requests are told of, too. Whatever it has started ends with it,
 * unless that has left its process group.
 */
export function loginByCommand(command: string): ClientRound {
  return async function login(order) {
    const trust = trustFor(order.authority)
    const env = { ...process.env, ...variables(order), ...trust.env }
    const child = spawn(command, { shell: true, detached: hasGroups, stdio: ['ignore', 'pipe', 'pipe'], env })
    const said = [lastOf(child.stdout), lastOf(child.stderr)] as const
    const closed = once(child, 'close').catch(() => {})
    const stop = () => kill(child)
    const isOver = atExit(stop)
    order.signal.addEventListener('abort', stop, { once: true })
    try {
      await once(child, 'exit')
      // What it has left behind would hold the pipes open.
      stop()
      await Promise.race([closed, sleep(lastWordsMs, undefined, { ref: false })])
    } finally {
      order.signal.removeEventListener('abort', stop)
      isOver()
      trust.end()
      // Nor is anybody waited for who has left the group.
      child.stdout.destroy()
      child.stderr.destroy()
    }
    judge(child, said[1]() || said[0]())
  }
}

function variables({ issuer, clientId, clientSecret, redirectUri, user, part, fault, place }: RoundOrder) {
  return {
    UNDERSTUDY_ISSUER_URL: issuer,
    UNDERSTUDY_CLIENT_ID: clientId,
    UNDERSTUDY_CLIENT_SECRET: clientSecret,
    UNDERSTUDY_REDIRECT_URI: redirectUri,
    UNDERSTUDY_USER: user,
    UNDERSTUDY_PART: part,
    UNDERSTUDY_FAULT: fault,
    UNDERSTUDY_PLACE: place,
  }
}

/** @throws RefusedLogin or BrokenClient, by how it has ended */
function judge({ exitCode, signalCode }: ChildProcess, printed: string): void {
  if (exitCode === 0) return
  const line = tellingLine(printed)
  const output = printed.slice(-shownCharacters)
  const why = line === '' ? '' : `: ${line}`
  if (signalCode !== null) throw new BrokenClient(`killed by ${signalCode}${why}`, { output })
  // A shell tells so that what it ran was killed by a signal.
  if (exitCode !== null && exitCode > 128 && exitCode <= 192)
    throw new BrokenClient(`exit ${exitCode}${why}`, { output })
  throw new RefusedLogin(`exit ${exitCode}${why}`, { output })
}

const namesError = /^\[?((?:Caused by: |Uncaught )?[\w.$]*(?:Error|Exception)\b.*?)\]?(?: \{)?$/

/** The last line that names an error, since programs print where it was and more behind it; else the last. */
function tellingLine(output: string): string {
  const lines = output.split('\n').map((line) => line.trimEnd())
  const named = lines.flatMap((line) => namesError.exec(line)?.[1] ?? [])
  return named.at(-1) ?? lines.at(-1)?.trim() ?? ''
}

/** Keeps the end of what comes. */
function lastOf(stream: Readable): () => string {
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-keptCharacters)
  })
  return () => stripVTControlCharacters(text).trim()
}

/** Ends a client and all that it has started. */
function kill(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    if (hasGroups) process.kill(-child.pid, 'SIGKILL')
    else child.kill('SIGKILL')
  } catch (error) {
    // Nobody is left; of a group that has ended and is not yet forgotten, macOS says that it may not be ended.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
