import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import * as client from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy } from '../../src/index.ts'
import { discover } from '../e2e/flows.ts'
import { expectProperAnswer } from './answers.ts'
import { type ServerProcess, startProcess } from './process.ts'
import { parseAnswer, send } from './wire.ts'

let server: ServerProcess
let port: number

beforeAll(async () => {
  server = await startProcess([])
  port = server.port
})

afterAll(() => server.stop())

const form = 'Content-Type: application/x-www-form-urlencoded'

/** A request line and its headers, from a path and more headers. */
function head(path: string, ...headers: string[]): string {
  return [`POST ${path} HTTP/1.1`, `Host: localhost:${port}`, ...headers].map((line) => `${line}\r\n`).join('')
}

async function expectService(): Promise<void> {
  const config = await discover(server.url, 'service', 'service-secret')
  await expect(client.clientCredentialsGrant(config)).resolves.toMatchObject({ expires_in: 3600 })
}

const paths = ['/token', '/partner/token', '/auth', '/device', '/interaction/0123456789', '/nothing']

test.each(paths)('a body too large for %s is refused in form', async (path) => {
  const body = `a=${'x'.repeat(70_000)}`

  const declared = await send(port, `${head(path, form, `Content-Length: ${body.length}`)}\r\n${body}`)
  const streamed = await send(
    port,
    `${head(path, form, 'Transfer-Encoding: chunked')}\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  )

  for (const answer of [declared, streamed]) {
    expectProperAnswer(answer, 'POST')
    expect(answer).toMatchObject({ status: 413, headers: { connection: 'close' } })
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ error: 'invalid_request' })
  }
})

test('a body that never ends is refused at the limit, not read to its end', async () => {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(`${head('/token', form, 'Transfer-Encoding: chunked')}\r\n`)
  const chunk = `1000\r\n${'x'.repeat(4096)}\r\n`
  // Whoever writes on when the answer is there may lose it with the connection; that is an end as good.
  const ended = new Promise<string | undefined>((resolve) => {
    socket.once('data', (data) => resolve(String(data)))
    socket.once('close', () => resolve(undefined))
  })
  let hasEnded = false
  void ended.then(() => {
    hasEnded = true
  })

  let sentBytes = 0
  while (!hasEnded && sentBytes < 50_000_000) {
    sentBytes += chunk.length
    const drained = new Promise((resolve) => socket.once('drain', resolve))
    if (!socket.write(chunk)) await Promise.race([drained, ended])
    await new Promise(setImmediate)
  }

  expect(sentBytes).toBeLessThan(50_000_000)
  const answer = await ended
  if (answer !== undefined) expect(parseAnswer(answer).status).toBe(413)
  await closed(socket)
})

test.each([
  ['a length that is no number', 'Content-Length: x', ''],
  ['a negative length', 'Content-Length: -1', ''],
  ['two lengths', 'Content-Length: 1\r\nContent-Length: 2', 'a='],
  ['a length beside chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked', '0\r\n\r\n'],
  ['a huge length', 'Content-Length: 99999999999999999999', 'a'],
  ['chunks that are none', 'Transfer-Encoding: chunked', 'zz\r\n'],
  ['an unknown transfer encoding', 'Transfer-Encoding: gzip', 'x'],
  ['headers too large', `X: ${'x'.repeat(20_000)}`, ''],
  ['a header with a null', 'X: \0', ''],
  ['a header without a name', ': x', ''],
  ['a path too long', 'X: y', '', `/${'a'.repeat(17_000)}`],
  ['another request behind it', `${form}\r\nContent-Length: 1`, 'GET /smuggled HTTP/1.1\r\n\r\n'],
])('%s is refused at once', async (_what, header, body, path = '/token') => {
  const answer = await send(port, `${head(path, header, 'Connection: close')}\r\n${body}`)

  expect(answer?.status).toBeGreaterThanOrEqual(400)
  expect(answer?.status).toBeLessThan(500)
  expect(answer?.raw).not.toContain('smuggled')
})

test('requests behind each other are answered in order', async () => {
  const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n${more}\r\n`
  const bytes = [
    get('/jwks'),
    `${head('/token', form, 'Content-Length: 2')}\r\na=`,
    get('/jwks', 'Connection: close\r\n'),
  ]

  const answer = await send(port, bytes.join(''))

  const statuses = answer?.raw.matchAll(/HTTP\/1\.1 (\d{3}) /g) ?? []
  expect([...statuses].map(([, status]) => status)).toEqual(['200', '401', '200'])
})

test('a tunnel is not for the asking', async () => {
  expect(await send(port, 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n')).toBeUndefined()

  await expectService()
})

test('clients that go away in the middle harm nobody', async () => {
  const open = await Promise.all(Array.from({ length: 50 }, () => begun('/token', 'Content-Length: 20')))
  for (const socket of open) socket.resetAndDestroy()
  const hasty = Array.from({ length: 50 }, async () => {
    const socket = connect(port, '127.0.0.1')
    socket.write(
      `GET /auth?client_id=e2e-app&response_type=code&scope=openid HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`,
    )
    await once(socket, 'connect')
    socket.destroy()
  })
  await Promise.all(hasty)

  await expectService()
  expect(server.said.stderr).toBe('')
})

test('a request that does not arrive in time is cut off, and the next one is answered', async () => {
  await using idp = await startUnderstudy({ requestTimeoutMs: 200 })
  const { port } = new URL(idp.url)
  const stalled = ['POST /token HTTP/1.1\r\nHost: x\r\n', `${head('/token', form, 'Content-Length: 9')}\r\na`]

  const answers = await Promise.all(stalled.map((bytes) => send(Number(port), bytes)))

  expect(answers).toMatchObject([
    { status: 408, headers: { connection: 'close' } },
    { status: 408, headers: { connection: 'close' } },
  ])
  expect((await fetch(`${idp.url}/jwks`)).status).toBe(200)
})

/** A request whose head the server has read and whose body has begun. */
async function begun(path: string, ...headers: string[]): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`${head(path, form, 'Expect: 100-continue', ...headers)}\r\n`)
  await once(socket, 'data')
  socket.write('a')
  return socket
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.destroyed) await once(socket, 'close')
}
