import { describe } from 'vitest'
import type { Control } from '../../src/control/control.ts'
import { connectControl } from '../../src/control/http-client.ts'
import { type RunningServer, startServer } from '../../src/server.ts'
import { type ControlUnderTest, controlContract, controlFixtures } from '../contracts/control.ts'

const controls: Record<string, (server: RunningServer) => Control> = {
  'in process': ({ control }) => control,
  'over HTTP': ({ url }) => connectControl({ server: url }),
}

async function open(controlOf: (server: RunningServer) => Control): Promise<ControlUnderTest> {
  const server = await startServer({
    inline: JSON.stringify(controlFixtures),
    port: 0,
    logLevel: 'silent',
    watch: false,
    env: {},
  })

  async function startDevice(): Promise<string> {
    const response = await fetch(`${server.url}/device/auth`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'tv-app', scope: 'openid' }),
    })
    const { user_code: userCode } = (await response.json()) as { user_code: string }
    return userCode
  }

  return { control: controlOf(server), origin: server.url, startDevice, close: () => server.close() }
}

for (const [name, controlOf] of Object.entries(controls)) {
  describe(`control: ${name}`, () => controlContract(() => open(controlOf)))
}
