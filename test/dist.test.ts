import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as client from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { discover, login } from './e2e/flows.ts'

const command = join(import.meta.dirname, '../dist/cli.js')

let server: ChildProcess
let url: string

beforeAll(async () => {
  if (!existsSync(command)) throw new Error('There is no dist/cli.js: npm run build makes it')
  server = spawn(process.execPath, [command, 'start', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface({ input: server.stdout as NodeJS.ReadableStream }), 'line')
  url = /https?:\/\/[^\s,)]+/.exec(line)?.[0] ?? ''
})

afterAll(async () => {
  server.kill('SIGTERM')
  await once(server, 'exit')
})

// Bundling renames things, and the provider files its records under the names of its classes.
test('the bundle logs in, refreshes, introspects and logs devices in as the sources do', async () => {
  const config = await discover(url, 'web-app', 'web-secret')
  const { tokens } = await login(config)
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token as string)

  await expect(client.tokenIntrospection(config, refreshed.access_token)).resolves.toMatchObject({ active: true })
  await expect(client.fetchUserInfo(config, refreshed.access_token, '100101')).resolves.toMatchObject({ sub: '100101' })

  const tv = await discover(url, 'tv-app', undefined, client.None())
  await expect(client.initiateDeviceAuthorization(tv, { scope: 'openid' })).resolves.toMatchObject({ interval: 5 })
})
