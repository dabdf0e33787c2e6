import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectControl } from '../../src/control/http-client.ts'
import { UnderstudyError } from '../../src/errors.ts'
import { serveAdmin } from '../http/admin/serve.ts'

let admin: Awaited<ReturnType<typeof serveAdmin>>

beforeAll(async () => {
  admin = await serveAdmin({ adminToken: 's3cret' })
})
afterAll(() => admin.close())

/** A server that answers everything in one way. */
async function serving(answer: { status: number; type: string; body: string } | 'nothing') {
  const server = createServer((_request, response) => {
    if (answer === 'nothing') return
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

test('a trailing slash of the server does not matter', async () => {
  const control = connectControl({ server: `${admin.url}/`, adminToken: 's3cret' })

  expect(await control.issuers()).toMatchObject([{ name: 'default', issuer: admin.url }])
})

test('names and ids are encoded into the path', async () => {
  const control = connectControl({ server: admin.url, adminToken: 's3cret' })
  const { id } = await control.arm('default', { fault: 'slow_down' })

  expect(id).toContain('/')
  expect(await control.fault('default', id)).toMatchObject({ id, fault: 'slow_down' })
  await expect(control.faults('no/such?issuer')).rejects.toMatchObject({
    code: 'ERR_ISSUER_UNKNOWN',
    message: 'Failed to find the issuer "no/such?issuer": there is none.',
  })
})

test('a problem document is thrown as the error that it was made of', async () => {
  const control = connectControl({ server: admin.url, adminToken: 's3cret' })

  const error = await control.arm('default', { fault: 'slow_dwn' }).catch((caught: unknown) => caught)

  expect(error).toBeInstanceOf(UnderstudyError)
  expect(error).toMatchObject({
    code: 'ERR_FAULT_UNKNOWN',
    status: 404,
    message: 'Failed to arm "slow_dwn": no such fault.',
    details: { name: 'slow_dwn' },
  })
})

test('a token is missed where the server asks for one', async () => {
  const control = connectControl({ server: admin.url })

  await expect(control.issuers()).rejects.toMatchObject({ code: 'ERR_ADMIN_TOKEN', status: 401 })
})

test.each([
  { status: 200, type: 'text/html', body: '<h1>Hello</h1>' },
  { status: 404, type: 'application/json', body: '{"error":"not_found"}' },
  { status: 500, type: 'application/json', body: '{broken' },
])('an answer of another server is told apart: %j', async (answer) => {
  const other = await serving(answer)

  await expect(connectControl({ server: other.url }).issuers()).rejects.toMatchObject({
    code: 'ERR_SERVER_UNKNOWN',
    message: expect.stringMatching(new RegExp(`it answered ${answer.status}, .*--admin-port`)),
  })
  other.close()
})

test('a server that never answers is given up', async () => {
  const silent = await serving('nothing')

  await expect(connectControl({ server: silent.url, timeoutMs: 50 }).health()).rejects.toMatchObject({
    code: 'ERR_SERVER_UNREACHABLE',
    message: `Failed to reach ${silent.url}: no answer in 0.05 s. Is Understudy running there?`,
  })
  silent.close()
})

test.each(['a\nb', 'tök', 's3cret\n'])('%j is no admin token, and is not told', (adminToken) => {
  expect(() => connectControl({ server: admin.url, adminToken })).toThrow(
    expect.objectContaining({ code: 'ERR_ADMIN_TOKEN', message: expect.not.stringContaining(adminToken.trim()) }),
  )
})

test.each(['localhost:9400', 'ftp://localhost', ''])('%j is no URL of a server', (server) => {
  expect(() => connectControl({ server })).toThrow(expect.objectContaining({ code: 'ERR_SERVER_URL' }))
})
