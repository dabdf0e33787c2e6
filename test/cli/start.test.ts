import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cleanEnv, entry, run } from './run.ts'

let folder: string
let started: ChildProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-start-'))
  await writeFile(join(folder, 'fixtures.yaml'), 'users: [alice]\nissuers: { partner: {} }\n')
})
afterEach(async () => {
  for (const child of started) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  started = []
  await rm(folder, { recursive: true })
})

/** A server that has said its ready line. */
async function start(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [entry, 'start', ...args], { cwd: folder, env: cleanEnv(env) })
  started.push(child)
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    said.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    said.stderr += chunk
  })
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  const url = /http:\/\/localhost:\d+/.exec(said.stdout)?.[0] ?? ''
  return { child, said, url }
}

/** How a process ends. */
async function end(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
  return { code: child.exitCode, signal: child.signalCode }
}

/** A request that has been begun and lacks its last byte. */
async function beginRequest(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.setEncoding('utf8')
  const head = 'POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n'
  socket.write(`${head}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n`)
  const [interim] = await once(socket, 'data')
  expect(interim).toMatch(/^HTTP\/1\.1 100 /)
  socket.write('a')
  return socket
}

test('start says one ready line, serves, drains on SIGTERM and exits 0', async () => {
  const { child, said, url } = await start(['--fixtures', 'fixtures.yaml', '--port', '0'])

  const health = await fetch(`${url}/_understudy/health`)
  child.kill('SIGTERM')

  expect(health.status).toBe(200)
  expect(await end(child)).toEqual({ code: 0, signal: null })
  expect(said.stdout).toBe(`Understudy is ready: ${url} (default), ${url}/partner\n`)
  for (const line of said.stderr.trim().split('\n').filter(Boolean)) expect(() => JSON.parse(line)).not.toThrow()
})

test('a request under way is answered before the end', async () => {
  const { child, url } = await start(['--fixtures', 'fixtures.yaml', '--port', '0'])
  const socket = await beginRequest(url)

  child.kill('SIGINT')
  await refusal(url)
  socket.write('=')

  const [answer] = await once(socket, 'data')
  expect(answer).toMatch(/^HTTP\/1\.1 401 /)
  expect(await end(child)).toEqual({ code: 0, signal: null })
})

test('a second signal ends it at once', async () => {
  const { child, url } = await start(['--fixtures', 'fixtures.yaml', '--port', '0'])
  const socket = await beginRequest(url)
  const cut = once(socket, 'close')

  child.kill('SIGTERM')
  await refusal(url)
  child.kill('SIGTERM')

  expect(await end(child)).toEqual({ code: 143, signal: null })
  await cut
})

/** Waits until nobody listens any more. */
async function refusal(url: string): Promise<void> {
  for (;;) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    const isRefused = await new Promise((resolve) => {
      socket.on('connect', () => resolve(false)).on('error', () => resolve(true))
    })
    socket.destroy()
    if (isRefused) return
  }
}

test('the command line wins over the environment, and both over the file', async () => {
  const file = ['issuer: http://file.test', 'browser_url: http://file-browser.test', 'issuers: { partner: {} }']
  await writeFile(join(folder, 'fixtures.yaml'), file.join('\n'))

  const { said } = await start(['--issuer-url', 'http://argument.test'], {
    UNDERSTUDY_FIXTURES: 'fixtures.yaml',
    UNDERSTUDY_PORT: '0',
    UNDERSTUDY_ISSUER_URL: 'http://environment.test',
    UNDERSTUDY_LOG_LEVEL: 'silent',
  })

  expect(said).toEqual({
    stdout: 'Understudy is ready: http://argument.test (default), http://argument.test/partner\n',
    stderr: '',
  })
})

test('the admin API asks for the token that the environment gives', async () => {
  const { url } = await start(['--fixtures', 'fixtures.yaml', '--port', '0'], {
    UNDERSTUDY_ADMIN_TOKEN: 's3cret',
    UNDERSTUDY_NO_WATCH: '1',
  })
  const issuers = `${url}/_understudy/api/issuers`

  const without = await fetch(issuers)
  const withToken = await fetch(issuers, { headers: { authorization: 'Bearer s3cret' } })

  expect(without.status).toBe(401)
  expect(await withToken.json()).toMatchObject([{ name: 'default', issuer: url }, { name: 'partner' }])
})

test('the ready line tells a port of the admin API of its own, and a health check finds it there', async () => {
  const env = { UNDERSTUDY_ADMIN_PORT: '0' }
  const { child, said, url } = await start(['--fixtures', 'fixtures.yaml', '--port', '0'], env)
  const [, admin = ''] = /; admin API: (http:\/\/localhost:\d+)\/_understudy\n$/.exec(said.stdout) ?? []
  const ports = { UNDERSTUDY_PORT: new URL(url).port, UNDERSTUDY_ADMIN_PORT: new URL(admin).port }

  const health = await run(['healthcheck'], { env: ports })
  const armed = await run(['armed'], { env: ports })
  const without = await run(['healthcheck'], { env: { UNDERSTUDY_PORT: ports.UNDERSTUDY_PORT } })
  child.kill('SIGTERM')

  expect(said.stdout).toBe(`Understudy is ready: ${url} (default), ${url}/partner; admin API: ${admin}/_understudy\n`)
  expect(health).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok /) })
  expect(armed).toMatchObject({ code: 0, stdout: 'no faults are armed\n' })
  expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining('has the admin API a port of its own') })
  expect(await end(child)).toEqual({ code: 0, signal: null })
})

test('a port in use is one clear line', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo

  const ran = await run(['start', '--fixtures', 'fixtures.yaml', '--port', `${port}`], { cwd: folder })

  taken.close()
  expect(ran).toEqual({
    code: 1,
    stdout: '',
    stderr: `error: Failed to listen on 127.0.0.1:${port}: the port is in use. Choose another with --port, or 0 for a free one.\n`,
  })
})

test('fixtures with mistakes are not served', async () => {
  await writeFile(join(folder, 'fixtures.yaml'), 'userz: []\n')

  const ran = await run(['start', '--fixtures', 'fixtures.yaml', '--port', '0'], { cwd: folder })

  expect(ran).toMatchObject({ code: 1, stdout: '' })
  expect(ran.stderr).toMatch(/^error: Failed to read the fixtures: one mistake\.\n {2}fixtures\.yaml:1:1 userz: .*\n$/)
})

test('the ready line tells HTTPS, the HTTP beside it, and where the authority is', async () => {
  const env = { UNDERSTUDY_HTTPS: 'true', UNDERSTUDY_HTTP_PORT: '0', UNDERSTUDY_PORT: '0' }
  const { child, said } = await start(['--fixtures', 'fixtures.yaml', '--store', 'json:state/store.json'], env)
  const ready =
    /^Understudy is ready: (https:\S+) \(default\), (https:\S+)\/partner; HTTP: (http:\S+); authority: (https:\S+)\n$/
  const [, url = '', partner, http, authority] = ready.exec(said.stdout) ?? []

  const health = await fetch(`${http}/_understudy/health`)
  child.kill('SIGTERM')

  expect(health.status).toBe(200)
  expect(partner).toBe(url)
  expect(authority).toBe(`${url}/_understudy/ca.pem`)
  expect(await end(child)).toEqual({ code: 0, signal: null })
})

test.each(['0', 'false', 'off'])('UNDERSTUDY_HTTPS=%s is none', async (value) => {
  const { url } = await start(['--fixtures', 'fixtures.yaml', '--port', '0'], { UNDERSTUDY_HTTPS: value })

  expect((await fetch(`${url}/_understudy/health`)).status).toBe(200)
})
