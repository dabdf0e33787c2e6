import dns from 'node:dns'
import { once } from 'node:events'
import { request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { connect, startUnderstudy } from '../../src/index.ts'
import { type RunningServer, type ServerOptions, startServer } from '../../src/server.ts'

type LookupDone = (error: null, address: string, family: number) => void

const started: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const server of started.splice(0)) await server.close()
})

async function start(options: ServerOptions = {}): Promise<RunningServer> {
  const fixtures = { users: ['alice'], issuers: { partner: {} } }
  const server = await startServer({
    inline: JSON.stringify(fixtures),
    port: 0,
    adminPort: 0,
    logLevel: 'silent',
    watch: false,
    ...options,
  })
  started.push(server)
  return server
}

/** Asks with this very `Host`, which fetch would not let through. */
async function askAs(host: string, url: string): Promise<number> {
  const sent = request(url, { headers: { host }, agent: false }).end()
  const [response] = await once(sent, 'response')
  response.resume()
  return response.statusCode
}

test.each(['', '/', '/health', '/docs', '/openapi.json', '/api/issuers', '/api/issuers/default/reset'])(
  'all of the admin API is at its own port, %j included, and nothing of it at the other',
  async (path) => {
    const { url, adminUrl } = await start()

    const there = await fetch(`${adminUrl}/_understudy${path}`)
    const here = await fetch(`${url}/_understudy${path}`)
    const sentHere = await fetch(`${url}/_understudy${path}`, { method: 'POST' })

    expect(adminUrl).not.toBe(url)
    expect(there.status).toBe(path.endsWith('reset') ? 405 : 200)
    expect([here.status, sentHere.status]).toEqual([404, 404])
  },
)

test.each(['/', '/token', '/.well-known/openid-configuration', '/partner/jwks', '/interaction/abcdefghij'])(
  'nothing else is at the port of the admin API, %s neither',
  async (path) => {
    const { adminUrl } = await start()

    expect((await fetch(adminUrl + path)).status).toBe(404)
  },
)

test('issuers are told under the origin of their own port', async () => {
  const { url, adminUrl, control } = await start()
  const listed = await fetch(`${adminUrl}/_understudy/api/issuers`)

  expect(await listed.json()).toMatchObject([{ issuer: url }, { issuer: `${url}/partner` }])
  expect(await control.issuers(url)).toMatchObject([{ issuer: url }, { issuer: `${url}/partner` }])
})

test('the description of the admin API tells its own port', async () => {
  const { adminUrl } = await start()

  const document = await (await fetch(`${adminUrl}/_understudy/openapi.json`)).json()

  expect(document).toMatchObject({ servers: [{ url: `${adminUrl}/_understudy` }] })
})

test('the home page leads to the reference, at whichever port it is, by the name that was asked', async () => {
  const apart = await start()
  const together = await start({ adminPort: undefined })

  const pages = await Promise.all(
    [apart, together].map(async ({ url }) => (await fetch(url.replace('localhost', '127.0.0.1'))).text()),
  )

  const links = pages.map((page) => /href="([^"]*\/docs)"/.exec(page)?.[1] ?? '')
  expect(links).toEqual([
    `${apart.adminUrl.replace('localhost', '127.0.0.1')}/_understudy/docs`,
    `${together.url.replace('localhost', '127.0.0.1')}/_understudy/docs`,
  ])
  for (const link of links) expect((await fetch(link)).status).toBe(200)
})

test('the token and the guard hold there as well', async () => {
  const { adminUrl } = await start({ adminToken: 's3cret' })
  const issuers = `${adminUrl}/_understudy/api/issuers`

  expect((await fetch(issuers)).status).toBe(401)
  expect((await fetch(issuers, { headers: { authorization: 'Bearer s3cret' } })).status).toBe(200)
  expect(await askAs('evil.example', issuers)).toBe(403)
  expect((await fetch(`${adminUrl}/_understudy/health`)).status).toBe(200)
})

test('a port that is in use is told with the option that would choose another, and lets go of the first', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const adminPort = (taken.address() as AddressInfo).port
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const { port } = free.address() as AddressInfo
  free.close()
  await once(free, 'close')

  await expect(start({ port, adminPort })).rejects.toMatchObject({
    code: 'ERR_PORT_IN_USE',
    message: `Failed to listen on 127.0.0.1:${adminPort}: the port is in use. Choose another with --admin-port, or 0 for a free one.`,
  })
  taken.close()
  await start({ port, adminPort: undefined })
})

test('both ports are let go of at the end, after what is under way', async () => {
  const server = await start()
  const held = request(`${server.adminUrl}/_understudy/api/issuers/default/reset`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': 2, expect: '100-continue' },
  })
  held.flushHeaders()
  await once(held, 'continue')

  const closed = server.close()
  held.end('{}')
  const [response] = await once(held, 'response')
  await closed

  expect(response.statusCode).toBe(204)
  await expect(fetch(server.url)).rejects.toThrow()
  await expect(fetch(server.adminUrl)).rejects.toThrow()
})

test('a program is told where the admin API is', async () => {
  await using idp = await startUnderstudy({ adminPort: 0 })
  await using plain = await startUnderstudy()

  await using remote = await connect(idp.adminUrl)

  expect(idp.adminUrl).not.toBe(idp.origin)
  expect(plain.adminUrl).toBe(plain.origin)
  expect(remote.url).toBe(idp.url)
})

test('the host that one listens on is let in, dots and all', async () => {
  const lookup = vi
    .spyOn(dns, 'lookup')
    .mockImplementation(((_name: string, _options: unknown, done: LookupDone) => done(null, '127.0.0.1', 4)) as never)
  const { url } = await start({ host: 'idp.corp.example', adminPort: undefined })
  lookup.mockRestore()
  const { host, port } = new URL(url)
  const issuers = `http://127.0.0.1:${port}/_understudy/api/issuers`

  expect(host).toBe(`idp.corp.example:${port}`)
  expect(await askAs(host, issuers)).toBe(200)
  expect(await askAs(`other.corp.example:${port}`, issuers)).toBe(403)
})

test('whoever connects to the port beside that of the admin API is told of the one', async () => {
  const { url } = await start({ adminToken: 's3cret' })

  await expect(connect(url, { adminToken: 's3cret' })).rejects.toMatchObject({
    code: 'ERR_SERVER_UNKNOWN',
    message: expect.stringContaining('--admin-port'),
  })
})
