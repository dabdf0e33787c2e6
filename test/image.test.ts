import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { carryOut, environmentOf, inStage, type Stage } from './image/dockerfile.ts'

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'understudy-image-'))
let image: Stage
let port: string
/** What is kept of V8's work as the image leaves its build. */
let kept: string[]

beforeAll(async () => {
  port = await freePort()
  image = carryOut(root, folder, { UNDERSTUDY_PORT: port })
  kept = compiled()
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function freePort(): Promise<string> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return String(port)
}

/** Starts an exec form of the image, as a container would. */
function exec(...forms: string[]): ChildProcess {
  const [command = '', ...args] = forms.flatMap((form) => JSON.parse(inStage(image, form)) as string[])
  const env = { ...environmentOf(image), UNDERSTUDY_PORT: port }
  return spawn(command, args, { cwd: join(image.root, image.workdir), env, stdio: ['ignore', 'pipe', 'inherit'] })
}

async function exitCode(child: ChildProcess): Promise<number> {
  const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode]
  return code
}

const healthcheck = () => exec(/CMD (\[.*\])/.exec(image.says.HEALTHCHECK ?? '')?.[1] ?? '[]')

test('the image runs as an ordinary user, on a maintained Node, with its state in a volume', () => {
  expect(image.user).toBe('node')
  expect(image.base).toBe('node:24-slim')
  expect(image.says.VOLUME).toBe('/state')
  expect(image.says.STOPSIGNAL).toBe('SIGTERM')
})

test('the image holds no sources and no packages', () => {
  const left = ['src', 'node_modules', 'test'].filter((name) => existsSync(join(image.root, 'app', name)))

  expect(left).toEqual([])
})

test('the image serves, is healthy, keeps its state in /state and ends with 0 when it is stopped', async () => {
  const server = exec(image.says.ENTRYPOINT ?? '', image.says.CMD ?? '')
  try {
    const [line] = await once(createInterface({ input: server.stdout ?? process.stdin }), 'line')
    const discovery = await fetch(`http://127.0.0.1:${port}/.well-known/openid-configuration`)
    const healthy = await exitCode(healthcheck())
    server.kill('SIGTERM')

    expect(line).toContain(`http://localhost:${port}`)
    expect(discovery.status).toBe(200)
    expect(healthy).toBe(0)
    expect(await exitCode(server)).toBe(0)
    expect(existsSync(join(image.root, 'state/store.json'))).toBe(true)
    expect(await exitCode(healthcheck())).toBe(1)
  } finally {
    server.kill('SIGKILL')
  }
})

test('what V8 compiles for a start, a discovery and the admin API is in the image already', async () => {
  const server = exec(image.says.ENTRYPOINT ?? '', image.says.CMD ?? '')
  try {
    await once(createInterface({ input: server.stdout ?? process.stdin }), 'line')
    for (const path of ['.well-known/openid-configuration', '_understudy/health', '_understudy/api/issuers']) {
      expect((await fetch(`http://127.0.0.1:${port}/${path}`)).status).toBe(200)
    }
    server.kill('SIGTERM')
    await exitCode(server)
  } finally {
    server.kill('SIGKILL')
  }

  expect(kept.length).toBeGreaterThan(10)
  expect(compiled()).toEqual(kept)
})

/** The names of what is kept of V8's work, one a module. */
function compiled(): string[] {
  return readdirSync(join(image.root, 'app/.cache'), { recursive: true, encoding: 'utf8' }).sort()
}

test('compose serves the image on the port that it exposes', () => {
  const compose = readFileSync(join(root, 'compose.yaml'), 'utf8')

  expect(compose).toContain(`'${image.says.EXPOSE}:${image.says.EXPOSE}'`)
})
