import fc from 'fast-check'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { discover, login } from '../e2e/flows.ts'
import { UserAgent } from '../user-agent.ts'
import { expectProperAnswer } from './answers.ts'
import { type ServerProcess, startProcess } from './process.ts'
import { bytesOf, type Loot, requests } from './requests.ts'
import { send } from './wire.ts'

const seed = Number(process.env.UNDERSTUDY_FUZZ_SEED ?? 20_260)
const seconds = Number(process.env.UNDERSTUDY_FUZZ_SECONDS ?? 8)

let server: ServerProcess
let loot: Loot

beforeAll(async () => {
  server = await startProcess(['--no-watch', '--log-level', 'info'])
  loot = await gather(server.url)
})

afterAll(() => server.stop())

/** Logs in once for real, and leaves another login, a code and a device request open. */
async function gather(url: string): Promise<Loot> {
  const config = await discover(url, 'web-app', 'web-secret')
  const agent = new UserAgent()
  const { tokens } = await login(config, { agent })
  const ask = { redirect_uri: 'http://localhost:3000/callback', scope: 'openid profile email' }
  const again = await agent.open(client.buildAuthorizationUrl(config, ask))
  const page = await agent.open(client.buildAuthorizationUrl(config, { ...ask, prompt: 'login' }))
  const tv = await discover(url, 'tv-app', undefined, client.None())
  const device = await client.initiateDeviceAuthorization(tv, { scope: 'openid' })
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? '',
    idToken: tokens.id_token ?? '',
    code: again.url.searchParams.get('code') ?? '',
    userCode: device.user_code,
    deviceCode: device.device_code,
    interaction: /interaction\/([\w-]+)/.exec(page.html)?.[1] ?? '',
    cookies: agent.cookies,
  }
}

describe(`a storm of ${seconds} s with seed ${seed} (UNDERSTUDY_FUZZ_SECONDS, UNDERSTUDY_FUZZ_SEED)`, () => {
  test('every request is answered in form, never with a failure of the server', {
    timeout: seconds * 1000 + 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(requests(loot, server.port), async (request) => {
        const answer = await send(server.port, bytesOf(request))
        expectProperAnswer(answer, request.method)
      }),
      { seed, numRuns: 1_000_000, interruptAfterTimeLimit: seconds * 1000 },
    )
  })

  test('after the storm nothing was logged as an error, and a login works', async () => {
    const { tokens } = await login(await discover(server.url, 'web-app', 'web-secret'))

    expect(tokens.claims()).toMatchObject({ sub: '100101' })
    expect(server.child.exitCode).toBeNull()
    const lines = server.said.stderr.trim().split('\n').filter(Boolean)
    expect(lines.map((line) => JSON.parse(line)).filter(({ level }) => level >= 40)).toEqual([])
  })
})
