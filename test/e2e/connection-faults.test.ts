import { createConnection, type Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ArmedFaultInput, type IssuerModule, startUnderstudy, type Understudy } from '../../src/index.ts'
import { discover, login } from './flows.ts'
import { roundFixtures } from './whole-round.ts'

const clients = [{ client_id: 'worker', client_secret: 'secret', grant_types: ['client_credentials' as const] }]

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({ fixtures: { clients, access_token: { format: 'opaque' } } })
})

afterAll(() => idp?.close())

/** What a client sees at its socket. */
interface Seen {
  bytes: string
  /** How the connection ended: `end` (FIN), or the code of its error. */
  ended: string
  firstByteMs: number
  chunks: number
  /** From the first byte to the end. */
  openMs: number
}

/** Asks for a token by hand. */
function ask(path: string): Promise<Seen> {
  const { hostname, port } = new URL(idp.url)
  const body = 'grant_type=client_credentials'
  const head = [
    `POST ${path}/token HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    `Authorization: Basic ${btoa('worker:secret')}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ]
  const socket: Socket = createConnection(Number(port), '127.0.0.1')
  const seen: Seen = { bytes: '', ended: '', firstByteMs: Number.NaN, chunks: 0, openMs: 0 }
  const begunMs = performance.now()
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  return new Promise((resolve) => {
    socket.on('data', (chunk) => {
      if (seen.chunks === 0) seen.firstByteMs = performance.now() - begunMs
      seen.chunks += 1
      seen.bytes += chunk
    })
    socket.on('end', () => {
      seen.ended ||= 'end'
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      seen.ended = error.code ?? error.message
    })
    socket.on('close', () => resolve({ ...seen, openMs: performance.now() - begunMs - seen.firstByteMs }))
  })
}

/** An issuer with one armed fault, and what its client sees. */
async function meet(fault: ArmedFaultInput): Promise<Seen & { body: string; head: string }> {
  await using issuer = await idp.createIssuer({ clients, access_token: { format: 'opaque' } })
  await issuer.arm(fault)
  const seen = await ask(new URL(issuer.url).pathname)
  const [head = '', body = ''] = seen.bytes.split('\r\n\r\n')
  expect(await issuer.armed()).toMatchObject([{ fires: 1, spent: true }])
  return { ...seen, head, body }
}

const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}

/** What a leak would show in. */
async function standing() {
  await expect
    .poll(() => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length)
    .toBeLessThan(5)
  collectGarbage()
  return {
    sockets: process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    heapBytes: process.memoryUsage().heapUsed,
  }
}

const lengthOf = (head: string) => Number(/content-length: (\d+)/i.exec(head)?.[1])

describe('at the socket', () => {
  test('timeout sends nothing, and closes once its time is over', async () => {
    const begunMs = performance.now()
    const { bytes, ended } = await meet({ fault: 'timeout', with: { ms: 300 } })

    expect({ bytes, ended }).toEqual({ bytes: '', ended: 'end' })
    expect(performance.now() - begunMs).toBeGreaterThanOrEqual(300)
  })

  test.each(['connection-reset', 'lost-response'] as const)('%s sends nothing but a reset', async (fault) => {
    const { bytes, ended } = await meet({ fault, when: { endpoint: 'token' } })

    expect({ bytes, ended }).toEqual({ bytes: '', ended: 'ECONNRESET' })
  })

  test('reset-mid-body sends the head and half of the body, and then a reset', async () => {
    const { head, body, ended } = await meet({ fault: 'reset-mid-body' })

    expect(body.length).toBe(Math.floor(lengthOf(head) / 2))
    expect(ended).toBe('ECONNRESET')
  })

  test('truncate sends so much of the body as it is told to, and ends in good order', async () => {
    const { head, body, ended } = await meet({ fault: 'truncate', with: { after_bytes: 7 } })

    expect(body.length).toBe(7)
    expect(lengthOf(head)).toBeGreaterThan(7)
    expect(ended).toBe('end')
  })

  test('slow-drip comes whole, in pieces', async () => {
    const { head, body, chunks, ended } = await meet({ fault: 'slow-drip', with: { bytes: 50, ms: 15 } })

    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(JSON.parse(body)).toMatchObject({ token_type: 'Bearer' })
    expect(chunks).toBeGreaterThan(3)
    expect(ended).toBe('end')
  })

  test.each([10, -10])('wrong-content-length tells %i bytes more than there are', async (by) => {
    const { head, body, ended } = await meet({ fault: 'wrong-content-length', with: { by } })

    expect(lengthOf(head)).toBe(body.length + by)
    expect(ended).toBe('end')
  })

  test('close-keep-alive says that it lives on, and dies', async () => {
    const { head, body, ended, openMs } = await meet({ fault: 'close-keep-alive' })

    expect(head).toMatch(/\r\nconnection: keep-alive/i)
    expect(lengthOf(head)).toBe(body.length)
    expect(ended).toBe('end')
    expect(openMs).toBeLessThan(1500)
  })

  test('close-keep-alive does nothing of what comes once it is answered', async () => {
    await using issuer = await idp.createIssuer({})
    await issuer.arm({ fault: 'close-keep-alive', when: { endpoint: 'discovery' } })
    const request = `GET ${new URL(issuer.url).pathname}/.well-known/openid-configuration HTTP/1.1\r\nHost: localhost\r\n\r\n`
    const socket = createConnection(Number(new URL(idp.url).port), '127.0.0.1')
    socket.on('data', () => socket.write(request)).on('error', () => {})
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(request)
    await closed

    expect(await issuer.requests({ endpoint: 'discovery' })).toHaveLength(1)
  })
})

describe('a refresh whose answer is lost', () => {
  const lost = async (refreshToken: NonNullable<IssuerModule['refresh_token']>) => {
    const issuer = await idp.createIssuer({ ...roundFixtures, refresh_token: refreshToken })
    const config = await discover(issuer.url, 'app', 'app-secret')
    const { tokens } = await login(config, { redirectUri: 'http://localhost/callback', scope: 'openid' })
    const refresh = () => client.refreshTokenGrant(config, tokens.refresh_token ?? '')
    await issuer.arm({ fault: 'lost-response', when: { grant_type: 'refresh_token' } })
    await expect(refresh()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
    return { issuer, refresh }
  }

  test('is reuse when the client tries again, and all of it is revoked', async () => {
    const { issuer, refresh } = await lost({ on_reuse: 'revoke_grant' })

    await expect(refresh()).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await issuer.grants.list()).toEqual([])
  })

  test('is forgiven while the grace lasts', async () => {
    const { issuer, refresh } = await lost({ grace: '30s' })

    expect((await refresh()).access_token).toBeTypeOf('string')
    expect(await issuer.grants.list()).toHaveLength(1)
  })
})

test('ten thousand broken connections leave the server as it was', { timeout: 120_000 }, async () => {
  await using issuer = await idp.createIssuer({ clients, access_token: { format: 'opaque' } })
  const path = new URL(issuer.url).pathname
  const script: ArmedFaultInput['script'] = [
    'connection-reset',
    { fault: 'connection-reset', with: { at: 'answer' } },
    'truncate',
    'reset-mid-body',
    'lost-response',
    'wrong-content-length',
    { fault: 'timeout', with: { ms: 5 } },
    { fault: 'slow-drip', with: { bytes: 200, ms: 1 } },
    'close-keep-alive',
    { fault: 'latency', with: { ms: 1, jitter_ms: 5 } },
    { fault: 'hold', with: { timeout_ms: 5 } },
    { fault: 'hold', with: { at: 'answer', timeout_ms: 5 } },
    'http-status',
    'rate-limit',
    'redirect-loop',
    'pass',
  ]
  await issuer.arm({ script, times: 10_000, per: 'issuer' })
  const someBroken = async (count: number) => {
    for (let done = 0; done < count; done += 50) await Promise.all(Array.from({ length: 50 }, () => ask(path)))
  }
  await someBroken(2000)
  const before = await standing()

  await someBroken(8000)

  const after = await standing()
  expect(after.sockets).toBeLessThanOrEqual(before.sockets + 2)
  expect(after.listeners).toBe(before.listeners)
  expect(after.heapBytes).toBeLessThan(before.heapBytes + 30_000_000)
  await issuer.disarm()
  expect((await ask(path)).bytes).toMatch(/^HTTP\/1\.1 200 OK/)
})
