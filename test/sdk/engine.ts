import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { cleanEnv, entry } from '../cli/run.ts'
import { freePort } from '../e2e/free-port.ts'

const root = join(import.meta.dirname, '../..')

/** What the engine was told of a container. */
export interface Created {
  Image: string
  Env?: string[]
  ExposedPorts: Record<string, object>
  HostConfig: { PortBindings: Record<string, { HostPort: string }[]> }
}

/** A container: a process of the image's command, and a folder for the files that are its own. */
export interface Container {
  created: Created
  folder: string
  hostPort: number
  process?: ChildProcess
}

/** An engine of containers, as far as Testcontainers asks one, which starts a process where an engine would start a container. */
export class Engine {
  readonly containers: Container[] = []
  readonly #server: Server = createServer((request, response) => {
    this.#answer(request, response).catch((error: Error) => response.writeHead(500).end(error.message))
  })

  /** @returns what `DOCKER_HOST` is to be */
  async listen(): Promise<string> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
    return `tcp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    for (const container of this.containers) await stop(container)
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '', 'http://engine')
    const [, id, verb] = /^\/containers\/(\d+)\/?(\w*)/.exec(pathname) ?? []
    const [status, body] =
      pathname === '/containers/create'
        ? await this.#create((await json(request)) as Created)
        : await answerOf(this.containers[Number(id)], `${request.method} ${verb ?? pathname}`, request)
    response.writeHead(status, { 'content-type': 'application/json' }).end(body && JSON.stringify(body))
  }

  async #create(created: Created): Promise<Answer> {
    const folder = mkdtempSync(join(tmpdir(), 'understudy-container-'))
    mkdirSync(join(folder, 'fixtures'))
    mkdirSync(join(folder, 'state'))
    copyFileSync(join(root, 'data/fixtures.yaml'), join(folder, 'fixtures/fixtures.yaml'))
    this.containers.push({ created, folder, hostPort: await freePort() })
    return [201, { Id: String(this.containers.length - 1) }]
  }
}

type Answer = [status: number, body?: object]

async function answerOf(container: Container | undefined, asked: string, request: IncomingMessage): Promise<Answer> {
  if (asked === 'GET /containers/json') return [200, []]
  if (container === undefined) return [200, { ServerVersion: '1', OperatingSystem: 'none', OSType: 'linux' }]
  if (asked === 'PUT archive') await unpack(container, request)
  else if (asked === 'POST start') container.process = start(container)
  else if (asked === 'POST stop' || asked === 'DELETE ') await stop(container)
  else if (asked === 'GET json') return [200, inspect(container)]
  else throw new Error(`the engine does not know ${asked}`)
  return [asked === 'PUT archive' ? 200 : 204]
}

async function unpack({ folder }: Container, archive: IncomingMessage): Promise<void> {
  const tar = spawn('tar', ['-x', '-p', '-C', folder], { stdio: ['pipe', 'inherit', 'inherit'] })
  archive.pipe(tar.stdin)
  const [code] = await once(tar, 'exit')
  if (code !== 0) throw new Error('the archive cannot be unpacked')
}

/** Starts the image's command, in its own environment and that of the container, on the port that the host is to have. */
function start({ created, folder, hostPort }: Container): ChildProcess {
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8')
  const ofImage = [...dockerfile.matchAll(/(UNDERSTUDY_\w+)=(\S+)/g)].map(([, name, value]) => [name, value])
  const given = (created.Env ?? []).map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)])
  const env = Object.fromEntries([...ofImage, ...given, ['UNDERSTUDY_PORT', String(hostPort)]])
  env.UNDERSTUDY_FIXTURES = env.UNDERSTUDY_FIXTURES.split(',')
    .map((path: string) => folder + path)
    .join()
  env.UNDERSTUDY_STORE = env.UNDERSTUDY_STORE.replace(':/', `:${folder}/`)
  const command = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)?.[1] ?? '') as string[]
  return spawn(process.execPath, [entry, ...command], { env: cleanEnv(env), stdio: ['ignore', 'ignore', 'inherit'] })
}

async function stop({ process, folder }: Container): Promise<void> {
  if (process?.exitCode === null && process.signalCode === null) {
    process.kill('SIGTERM')
    await once(process, 'exit')
  }
  rmSync(folder, { recursive: true, force: true })
}

/** Only a port that is exposed and bound is reached from outside. */
function inspect({ created, hostPort, process }: Container): object {
  const bound = Object.keys(created.ExposedPorts).filter((port) => port in created.HostConfig.PortBindings)
  const ports = bound.map((port) => [port, [{ HostIp: '0.0.0.0', HostPort: String(hostPort) }]])
  const isRunning = process?.exitCode === null
  return {
    Id: '0',
    Name: '/understudy',
    Config: { Hostname: 'understudy', Labels: {} },
    State: { Status: isRunning ? 'running' : 'exited', Running: isRunning, StartedAt: '', FinishedAt: '' },
    NetworkSettings: { Ports: Object.fromEntries(ports), Networks: {} },
  }
}
