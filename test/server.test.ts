import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { startServer } from '../src/server.ts'

const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
const hasIPv6 = addresses.some(({ address }) => address === '::1')

/** Where a server that listens at a host says it is, once it has answered there. */
async function urlAt(host: string): Promise<string> {
  const server = await startServer({ host, port: 0, inline: {}, logLevel: 'silent' })
  try {
    const response = await fetch(`${server.url}/.well-known/openid-configuration`)
    expect(await response.json()).toMatchObject({ issuer: server.url })
    expect(server.issuers).toEqual([{ name: 'default', url: server.url }])
    return server.url
  } finally {
    await server.close()
  }
}

test.each(['127.0.0.1', 'localhost', '0.0.0.0'])('listening at %s, it is at localhost', async (host) => {
  expect(await urlAt(host)).toMatch(/^http:\/\/localhost:\d+$/)
})

test.skipIf(!hasIPv6)('listening at ::1, it is there alone', async () => {
  expect(await urlAt('::1')).toMatch(/^http:\/\/\[::1\]:\d+$/)
})

// Other systems than Linux know 127.0.0.1 alone.
test.skipIf(process.platform !== 'linux')('listening at another address, it is at that', async () => {
  expect(await urlAt('127.0.0.2')).toMatch(/^http:\/\/127\.0\.0\.2:\d+$/)
})

test.each([
  [{ port: 99_999 }, 'port: expected a port from 0 to 65535'],
  [{ port: 'abc' }, 'port: expected a port from 0 to 65535; found "abc"'],
  [{ adminPort: 1.5 }, 'adminPort: expected a port from 0 to 65535'],
  [{ host: '300.1.1.1' }, 'host: expected a host name or an IP address'],
  [{ logLevel: 'loud' }, 'logLevel: expected one of silent, fatal'],
  [{ watch: 'no' }, 'watch: expected true or false; found "no"'],
  [{ adminTokn: 'x' }, 'adminTokn: unknown key. Did you mean "adminToken"?'],
  [{ prot: 1 }, 'prot: unknown key. Did you mean "port"?'],
])('%j is no way to start', async (options, message) => {
  const starting = startServer({ port: 0, inline: {}, logLevel: 'silent', ...options } as object)

  await expect(starting).rejects.toMatchObject({
    code: 'ERR_OPTIONS_INVALID',
    status: 400,
    message: expect.stringContaining(`Failed to start: ${message}`),
  })
})
