import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { CommanderError } from 'commander'
import { vi } from 'vitest'
import { fail } from '../../src/cli/fail.ts'
import { createProgram } from '../../src/cli/program.ts'

export interface Ran {
  code: number
  stdout: string
  stderr: string
}

export const entry = join(import.meta.dirname, '../../src/cli/main.ts')

/** The environment without what would steer the command line under test. */
export function cleanEnv(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(UNDERSTUDY_|NODE_OPTIONS|FORCE_COLOR|VITEST)/.test(name),
  )
  return { ...Object.fromEntries(kept), NO_COLOR: '1', ...more }
}

/** Runs one command to its end, as a process of its own. */
export function run(
  args: string[],
  { env = {}, cwd }: { env?: Record<string, string>; cwd?: string } = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [entry, ...args], { env: cleanEnv(env), cwd }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

/** Runs one command to its end inside this process, which is quicker; one at a time. */
export async function runHere(args: string[], { env = {} }: { env?: Record<string, string> } = {}): Promise<Ran> {
  const ran: Ran = { code: 0, stdout: '', stderr: '' }
  const hear = (stream: 'stdout' | 'stderr') => (text: string | Uint8Array) => {
    ran[stream] += text
    return true
  }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(hear('stdout')),
    vi.spyOn(process.stderr, 'write').mockImplementation(hear('stderr')),
  ]
  const exitCode = process.exitCode
  process.exitCode = 0
  const program = createProgram(args[0])
  const groups = program.commands.flatMap(({ commands }) => commands)
  for (const command of [program, ...program.commands, ...groups]) command.exitOverride()
  try {
    await program.parseAsync(args, { from: 'user' }).catch((error: unknown) => {
      if (error instanceof CommanderError) process.exitCode = error.exitCode
      else fail(error)
    })
    ran.code = Number(process.exitCode)
    return ran
  } finally {
    process.exitCode = exitCode
    for (const spy of spies) spy.mockRestore()
    vi.unstubAllEnvs()
  }
}

/** A URL on which nothing listens. */
export async function deadUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}
