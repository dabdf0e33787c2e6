import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startUnderstudy } from '../../src/index.ts'
import { cleanEnv } from '../cli/run.ts'
import { startProcess } from './process.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-life-'))
})

afterEach(() => rm(folder, { recursive: true }))

/** One request on a connection that the agent keeps. */
async function ask(url: string, agent: Agent): Promise<IncomingMessage> {
  const [answer] = (await once(get(url, { agent }), 'response')) as [IncomingMessage]
  answer.resume()
  await once(answer, 'end')
  return answer
}

test('connections that are kept alive do not hold up the end', async () => {
  await using server = await startProcess([])
  const agent = new Agent({ keepAlive: true })
  await Promise.all(Array.from({ length: 10 }, () => ask(`${server.url}/jwks`, agent)))
  const idle = connect(server.port, '127.0.0.1')
  await once(idle, 'connect')

  const startMs = performance.now()
  const end = await server.stop('SIGTERM')

  agent.destroy()
  idle.destroy()
  expect(end).toEqual({ code: 0, signal: null })
  expect(performance.now() - startMs).toBeLessThan(3000)
})

test('a request under way is answered, and its connection then let go', async () => {
  await using server = await startProcess([])
  const socket = connect(server.port, '127.0.0.1')
  const form = 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2'
  socket.write(`POST /token HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n${form}\r\n\r\n`)
  await once(socket, 'data')

  const ended = server.stop('SIGTERM')
  await refused(server.port)
  const startMs = performance.now()
  socket.write('a=')

  const [answer] = await once(socket, 'data')
  expect(String(answer)).toMatch(/^HTTP\/1\.1 401 .*"error":"invalid_client"/s)
  expect(await ended).toEqual({ code: 0, signal: null })
  expect(performance.now() - startMs).toBeLessThan(3000)
})

/** Waits until nobody listens any more. */
async function refused(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const isRefused = await new Promise((resolve) => {
      socket.on('connect', () => resolve(false)).on('error', () => resolve(true))
    })
    socket.destroy()
    if (isRefused) return
  }
}

test('closing twice is closing once', async () => {
  const idp = await startUnderstudy()

  await Promise.all([idp.close(), idp.close()])

  await expect(idp.close()).resolves.toBeUndefined()
  await expect(fetch(idp.url)).rejects.toThrow()
})

test('two in one process do not know of each other', async () => {
  const [one, two] = await Promise.all([startUnderstudy(), startUnderstudy()])

  await one.arm('invalid_client')
  await one.close()

  expect(await two.armed()).toEqual([])
  expect((await fetch(`${two.url}/jwks`)).status).toBe(200)
  await two.close()
})

test('a start that fails lets go of its store', async () => {
  const store = `json:${join(folder, 'store.json')}`
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }

  await expect(startUnderstudy({ port, store })).rejects.toMatchObject({ code: 'ERR_PORT_IN_USE' })
  await expect(startUnderstudy({ fixtures: join(folder, 'nothing.yaml'), store })).rejects.toMatchObject({
    code: 'ERR_FIXTURES_INVALID',
  })

  taken.close()
  const idp = await startUnderstudy({ store })
  await idp.close()
})

const script = `
const { startUnderstudy } = await import(process.argv[2])
const idp = await startUnderstudy({ store: process.argv[3] })
await fetch(idp.url + '/.well-known/openid-configuration').then((answer) => answer.text())
await fetch(idp.url + '/token', { method: 'POST' }).then((answer) => answer.text())
await idp.close()
`

test.each(['memory', 'json:store.json'])(
  'a script that starts and closes one with store %s ends by itself, in silence',
  async (store) => {
    const file = join(folder, 'script.mjs')
    await writeFile(file, script)
    const index = join(import.meta.dirname, '../../src/index.ts')

    const said = await promisify(execFile)(process.execPath, [file, index, store], {
      cwd: folder,
      env: cleanEnv(),
      timeout: 10_000,
    })

    expect(said).toEqual({ stdout: '', stderr: '' })
  },
)

test('a second process on the same store is refused in one line', async () => {
  const args = ['--store', 'json:store.json']
  await using first = await startProcess(args, { cwd: folder })

  await expect(startProcess(args, { cwd: folder })).rejects.toThrow(
    /^The server did not start: error: Failed to open the store [^\n]*store\.json: process \d+ [^\n]*\n$/,
  )

  expect((await fetch(`${first.url}/jwks`)).status).toBe(200)
})

test('a store file that is something else is refused in one line, and left as it is', async () => {
  const file = join(folder, 'store.json')
  for (const text of ['{"users": []}', 'not JSON', '{"format":"understudy-store","version":99,"generation":1}\n']) {
    await writeFile(file, text)

    await expect(startProcess(['--store', `json:${file}`])).rejects.toThrow(
      /^The server did not start: error: Failed to open the store: [^\n]*store\.json[^\n]*\n$/,
    )

    expect(await readFile(file, 'utf8')).toBe(text)
  }
})

test.each([
  ['a store of an unknown kind', ['--store', 'postgres://x'], /store "postgres:\/\/x"/],
  ['a store in a folder that cannot be made', ['--store', 'json:/dev/null/x/store.json'], /\/dev\/null/],
  ['fixtures that are not there', ['--fixtures', 'nothing.yaml'], /nothing\.yaml/],
  ['a port out of range', ['--port', '70000'], /port/],
  ['a host that is not ours', ['--host', '192.0.2.1'], /192\.0\.2\.1/],
  ['an issuer that is no URL', ['--issuer-url', 'understudy'], /issuer-url/],
  ['a persona that nobody knows', ['--persona', 'nobody'], /nobody/],
  ['an option that nobody knows', ['--stroe', 'memory'], /--store/],
])('%s is refused in a clear line', async (_what, args, words) => {
  const failed = await startProcess(args, { cwd: folder }).then(
    () => 'It started.',
    (error: Error) => error.message,
  )

  expect(failed).toMatch(/^The server did not start: error: /)
  expect(failed).toMatch(words)
  expect(failed).not.toMatch(/\n\s+at /)
})
