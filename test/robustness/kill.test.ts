import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as client from 'openid-client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { discover } from '../e2e/flows.ts'
import { type Received, useUntilGone } from './load.ts'
import { type ServerProcess, startProcess } from './process.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-kill-'))
})

afterEach(() => rm(folder, { recursive: true }))

function start(port = 0): Promise<ServerProcess> {
  return startProcess(['--store', 'json:store.json', '--port', `${port}`], { cwd: folder })
}

async function jwksOf(url: string): Promise<unknown> {
  return (await fetch(`${url}/jwks`)).json()
}

function nothing(): Received {
  return { userTokens: [], serviceTokens: [], refreshTokens: [], browsers: [] }
}

/** Uses a server until so many logins have been made, kills it in the middle of others, and tells what was received. */
async function useAndKill(server: ServerProcess, logins: number): Promise<Received> {
  const received = nothing()
  const using = useUntilGone(server.url, received)
  await vi.waitUntil(() => received.browsers.length >= logins && received.serviceTokens.length > 20, {
    timeout: 20_000,
  })
  expect(await server.stop('SIGKILL')).toMatchObject({ signal: 'SIGKILL' })
  await using
  return received
}

/** Everything that was received is still good. */
async function expectKept(url: string, received: Received): Promise<void> {
  const web = await discover(url, 'web-app', 'web-secret')
  const service = await discover(url, 'service', 'service-secret')
  for (const token of received.userTokens) {
    await expect(client.fetchUserInfo(web, token, '100101')).resolves.toMatchObject({ sub: '100101' })
    await expect(client.tokenIntrospection(web, token)).resolves.toMatchObject({ active: true, client_id: 'web-app' })
  }
  for (const token of received.serviceTokens) {
    await expect(client.tokenIntrospection(service, token)).resolves.toMatchObject({ active: true })
  }
  for (const token of received.refreshTokens) {
    await expect(client.refreshTokenGrant(web, token)).resolves.toMatchObject({ access_token: expect.any(String) })
  }
  const silent = { redirect_uri: 'http://localhost:3000/callback', scope: 'openid profile email', prompt: 'none' }
  for (const browser of received.browsers) {
    const { url: callback } = await browser.open(client.buildAuthorizationUrl(web, silent))
    expect(callback.searchParams.get('error')).toBeNull()
    expect(callback.searchParams.get('code')).toBeTruthy()
  }
}

test('what clients received before kill -9 under load is good after it', { timeout: 90_000 }, async () => {
  await using first = await start()
  const jwks = await jwksOf(first.url)

  const received = await useAndKill(first, 12)
  await using second = await start(first.port)
  const more = await useAndKill(second, 6)
  await using third = await start(first.port)

  expect(await jwksOf(third.url)).toEqual(jwks)
  await expectKept(third.url, received)
  await expectKept(third.url, more)
  expect(third.said.stderr).toBe('')
})

test('a line that was cut in the middle costs no other', { timeout: 60_000 }, async () => {
  await using first = await start()
  const received = await useAndKill(first, 2)
  const log = (await readdir(folder)).find((name) => /\.\d+\.log$/.test(name)) ?? ''
  await appendFile(join(folder, log), '0badcafe {"op":"put","bucket":"default","coll')

  await using second = await start(first.port)

  await expectKept(second.url, received)
})
