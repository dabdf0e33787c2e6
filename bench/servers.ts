import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { buildSync } from 'esbuild'
import { exportJWK, generateKeyPair } from 'jose'
import { request } from './http.ts'

const root = join(import.meta.dirname, '..')
const cache = join(root, '.cache/bench')

/** What Understudy serves, unless a measure has something of its own. */
export const benchFixtures = join(root, 'bench/fixtures.yaml')

/** A server process under test. */
export interface Server {
  /** The root issuer. */
  url: string
  /** From the start of the process to the first 200 of discovery. */
  readyMs: number
  rssBytes(): number
  /** What its threads have computed so far, in milliseconds. */
  cpuMs(): number
  stop(): Promise<void>
}

export type Launch = () => Promise<Server>

/**
 * Makes the yardstick and the peers runnable as they are in earnest: as JavaScript, with their packages beside them.
 *
 * @returns how to start each
 */
export async function prepareYardsticks(): Promise<{ bare: Launch; peer: Launch }> {
  mkdirSync(cache, { recursive: true })
  buildSync({
    absWorkingDir: root,
    entryPoints: ['bench/bare.ts', 'bench/peer.ts'],
    outdir: cache,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
  })
  const jwks = join(cache, 'jwks.json')
  // As many as Understudy has, so that their documents are alike.
  const keys = await Promise.all(['RS256', 'ES256', 'EdDSA'].map(signingKey))
  writeFileSync(jwks, JSON.stringify({ keys }))
  return {
    bare: () => launch([join(cache, 'bare.mjs')], { BENCH_JWKS: jwks, NODE_ENV: 'production' }),
    peer: () => launch([join(cache, 'peer.mjs')], {}),
  }
}

async function signingKey(alg: string): Promise<object> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: alg }
}

/**
 * How to start the built command.
 *
 * @param store as `--store` takes it
 * @param fixtures a file
 * @param further options of the command line
 */
export function understudy(store: string, fixtures = benchFixtures, further: string[] = []): Launch {
  const args = ['start', '--port', '0', '--fixtures', fixtures, '--store', store, ...further]
  return () => launch([join(root, 'dist/cli.js'), ...args], { NODE_COMPILE_CACHE: join(cache, 'compiled') })
}

/** Starts servers, and stops them when they have been used. */
export async function withServers(
  launches: Record<string, Launch>,
  use: (servers: Record<string, Server>) => Promise<void>,
): Promise<void> {
  const servers: Record<string, Server> = {}
  try {
    for (const [name, launch] of Object.entries(launches)) servers[name] = await launch()
    await use(servers)
  } finally {
    for (const server of Object.values(servers)) await server.stop()
  }
}

async function launch(args: string[], env: Record<string, string>): Promise<Server> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const complaints: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk))
  const url = await readyUrl(child).catch((error) => {
    throw new Error(`${args.join(' ')}: ${error.message}\n${Buffer.concat(complaints)}`)
  })
  for (;;) {
    if ((await request(`${url}/.well-known/openid-configuration`)).status === 200) break
  }
  return {
    url,
    readyMs: performance.now() - startedMs,
    rssBytes: () => residentBytes(child.pid),
    cpuMs: () => computedMs(child.pid),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

/** The first URL of the line in which a server says that it is ready. */
async function readyUrl({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('no standard output')
  const lines = createInterface({ input: stdout })
  for await (const line of lines) {
    const [url] = /https?:\/\/[^\s,)]+/.exec(line) ?? []
    if (url === undefined) continue
    lines.close()
    stdout.resume()
    return url
  }
  throw new Error('it ended before it was ready')
}

function residentBytes(pid: number | undefined): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

function computedMs(pid: number | undefined): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const nanoseconds = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  )
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e6
}
