import { afterAll, describe, expect, test } from 'vitest'
import type { Control } from '../../src/control/control.ts'
import { connectControl } from '../../src/control/http-client.ts'
import { guardedRoutes } from '../../src/http/admin/routes.ts'
import { type RunningServer, startServer } from '../../src/server.ts'
import { type ControlUnderTest, controlContract, controlFixtures } from '../contracts/control.ts'
import { operationOf } from '../traffic/check.ts'
import { recordAdminTraffic } from '../traffic/record.ts'

const controls = {
  'in process': ({ control }: RunningServer): Control => control,
  'over HTTP': ({ url }: RunningServer): Control => connectControl({ server: url }),
}

/** Problems that are declared and that the contract cannot bring about. */
const notExercised: string[] = []

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

describe('control: in process', () => controlContract(() => open(controls['in process'])))

describe('control: over HTTP', () => {
  const traffic = recordAdminTraffic()
  afterAll(() => traffic.stop())

  controlContract(() => open(controls['over HTTP']))

  test('every operation of the OpenAPI document has been answered well', () => {
    const declared = guardedRoutes.map(({ method, path }) => `${method} ${path}`)
    const seen = new Set(traffic.exchanges.filter(({ status }) => status < 400).map((each) => operationOf(each)?.name))

    expect(declared.filter((name) => !seen.has(name))).toEqual([])
  })

  test('every problem that an operation has of its own has been answered', () => {
    const declared = guardedRoutes.flatMap(({ method, path, problems }) =>
      Object.values(problems)
        .flat()
        .map((code) => `${method} ${path} ${code}`),
    )
    const seen = new Set(
      traffic.exchanges
        .filter(({ type }) => type === 'application/problem+json')
        .map((each) => `${operationOf(each)?.name} ${(JSON.parse(each.answer) as { code: string }).code}`),
    )

    expect(declared.filter((problem) => !seen.has(problem))).toEqual(notExercised)
  })
})
