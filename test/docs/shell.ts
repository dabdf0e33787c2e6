import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { cleanEnv } from '../cli/run.ts'
import { root } from './blocks.ts'
import type { Toolchain } from './toolchains.ts'

/** As the package installs it, which keeps what was compiled from one run to the next. */
const entry = join(root, 'bin/understudy.js')

export interface ShellOptions {
  /** The port that stands in the place of 9400. */
  port: number
  /** What the page needs beside Understudy. */
  toolchain?: Toolchain | undefined
}

/** What a reader's terminal did: both streams as they came. */
export interface Spoken {
  code: number
  output: string
}

/**
 * A reader's terminal: runs what a page says in one folder, and keeps variables and functions from one block to the next.
 */
export class Shell {
  readonly folder: string
  #port: number
  /** In the place of 9401. */
  #adminPort = 0
  #server: { child: ChildProcess; closed: Promise<(number | null)[]> } | undefined
  readonly #env: NodeJS.ProcessEnv

  constructor({ port, toolchain }: ShellOptions) {
    this.folder = mkdtempSync(join(tmpdir(), 'understudy-docs-'))
    this.#port = port
    const bin = join(this.folder, '.bin')
    mkdirSync(bin)
    installCommands(bin)
    const found = toolchain?.find()
    if (toolchain !== undefined && found !== undefined) command(bin, toolchain.command, toolchain.script(found, bin))
    this.#env = cleanEnv({ PATH: `${bin}${delimiter}${process.env.PATH}` })
  }

  /** Runs lines of bash to their end; the first that fails ends them. */
  async run(lines: string): Promise<Spoken> {
    const state = join(this.folder, '.variables')
    const before = `touch ${state}; . ${state}; UNDERSTUDY_SERVER=${this.#url}; set -aeuo pipefail`
    const script = [before, this.#here(lines), `{ export -p; declare -f; } >${state}`].join('\n')
    const child = this.#spawn(script, {})
    const output = await outputOf(child)
    const [code] = child.exitCode === null ? await once(child, 'close') : [child.exitCode]
    return { code, output: this.#there(output) }
  }

  /**
   * Starts a server as the lines say, and waits until it is ready. Stops it again, unless the lines that follow on the
   * page are to speak to it.
   */
  async serve(lines: string, keep: boolean): Promise<Spoken> {
    await this.#stop()
    if (keep) this.#port = await freePort()
    this.#adminPort = await freePort()
    const child = this.#spawn(`exec ${this.#here(lines).trim()}`, { UNDERSTUDY_PORT: keep ? `${this.#port}` : '0' })
    const closed = once(child, 'close')
    let output = ''
    await new Promise<void>((resolve) => {
      outputOf(child, (text) => {
        output = text
        if (text.includes('Understudy is ready')) resolve()
      }).then(() => resolve())
    })
    this.#server = { child, closed }
    const code = keep ? (child.exitCode ?? 0) : await this.#stop()
    return { code, output: this.#there(output) }
  }

  /** Ends the server that runs, if one does; says how it ended. */
  async #stop(): Promise<number> {
    if (this.#server === undefined) return 0
    const { child, closed } = this.#server
    this.#server = undefined
    child.kill('SIGTERM')
    const [code] = await closed
    return code ?? 1
  }

  async close(): Promise<void> {
    await this.#stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #spawn(script: string, env: NodeJS.ProcessEnv): ChildProcess {
    return spawn('bash', ['-c', script], {
      cwd: this.folder,
      env: { ...this.#env, UNDERSTUDY_SERVER: this.#url, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  get #url(): string {
    return `http://localhost:${this.#port}`
  }

  #here(text: string): string {
    const hosts = text.replaceAll(/(localhost|127\.0\.0\.1):9400/g, `$1:${this.#port}`)
    return hosts.replaceAll(/\b9401\b/g, `${this.#adminPort}`)
  }

  #there(text: string): string {
    return text.replaceAll(`:${this.#port}`, ':9400')
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function outputOf(child: ChildProcess, onText: (soFar: string) => void = () => {}): Promise<string> {
  let output = ''
  const hear = (chunk: Buffer) => {
    output += chunk
    onText(output)
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  if (child.exitCode === null) await once(child, 'close')
  return output
}

/** `npx` and `understudy` run the sources; `curl` is stood in for where there is none. */
function installCommands(bin: string): void {
  const node = `exec "${process.execPath}"`
  command(bin, 'understudy', `${node} "${entry}" "$@"`)
  command(
    bin,
    'npx',
    `[ "$1" = understudy ] || { echo "npx $1 is not stood in for" >&2; exit 127; }\nshift\n${node} "${entry}" "$@"`,
  )
  const isMissing = spawnSync('curl', ['--version']).error !== undefined
  if (isMissing || process.env.DOCS_OWN_CURL)
    command(bin, 'curl', `${node} "${join(import.meta.dirname, 'curl.ts')}" "$@"`)
}

function command(bin: string, name: string, script: string): void {
  const file = join(bin, name)
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
}
