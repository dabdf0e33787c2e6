import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cleanEnv, entry } from '../cli/run.ts'

export interface ServerProcess extends AsyncDisposable {
  readonly child: ChildProcess
  readonly url: string
  readonly port: number
  /** What it has said so far. */
  readonly said: { stdout: string; stderr: string }
  /** Sends a signal, waits for the end, and tells how it ended. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

export interface ProcessOptions {
  cwd?: string
  env?: Record<string, string>
  /** Bash that runs in the process before the server takes its place, such as `ulimit -f 100`. */
  before?: string
}

/**
 * A server in a process of its own that has said its ready line.
 *
 * @throws Error with what it said instead
 */
export async function startProcess(args: string[], options: ProcessOptions = {}): Promise<ServerProcess> {
  const command = [process.execPath, entry, 'start', '--port', '0', ...args]
  const [program = '', ...rest] = options.before === undefined ? command : inBash(options.before, command)
  const child = spawn(program, rest, {
    cwd: options.cwd,
    env: cleanEnv(options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  const ended = once(child, 'close')
  child.stdout.on('data', (chunk) => {
    said.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    said.stderr += chunk
  })
  await Promise.race([once(child.stdout, 'data'), ended])
  const url = /http:\/\/localhost:\d+/.exec(said.stdout)?.[0]
  if (url === undefined) {
    child.kill('SIGKILL')
    throw new Error(`The server did not start: ${said.stdout}${said.stderr}`)
  }

  async function stop(signal: NodeJS.Signals = 'SIGTERM') {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    await ended
    return { code: child.exitCode, signal: child.signalCode }
  }

  return {
    child,
    url,
    port: Number(new URL(url).port),
    said,
    stop,
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL')
    },
  }
}

function inBash(before: string, command: string[]): string[] {
  return ['bash', '-c', `${before}; exec "$@"`, 'bash', ...command]
}
