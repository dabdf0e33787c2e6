import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../../src/server.ts'
import { runHere } from './run.ts'

let server: RunningServer

const inline = { users: ['alice'], clients: [{ client_id: 'till', grant_types: ['ciba' as const] }] }

beforeEach(async () => {
  server = await startServer({ inline, port: 0, logLevel: 'silent', watch: false, env: {} })
})
afterEach(() => server.close())

const run = (...args: string[]) => runHere(args, { env: { UNDERSTUDY_SERVER: server.url } })

async function ask(): Promise<string> {
  const body = new URLSearchParams({
    client_id: 'till',
    scope: 'openid',
    login_hint: 'alice',
    binding_message: 'W4 SCT',
  })
  const response = await fetch(`${server.url}/backchannel`, { method: 'POST', body })
  return ((await response.json()) as { auth_req_id: string }).auth_req_id
}

test('ciba lists what is pending, in a table and as JSON', async () => {
  expect((await run('ciba')).stdout).toBe('no backchannel authentication requests are pending\n')
  const id = await ask()

  const [head, row] = (await run('ciba')).stdout.split('\n')
  expect(head?.split(/ {2,}/)).toEqual(['AUTH_REQ_ID', 'USER', 'CLIENT', 'SCOPE', 'MESSAGE', 'EXPIRES IN'])
  expect(row).toMatch(new RegExp(`^${id} +alice +till +openid +W4 SCT +(?:600|599) s$`))
  expect(JSON.parse((await run('ciba', '--json')).stdout)).toMatchObject([{ auth_req_id: id, user: 'alice' }])
})

test.each([
  ['approve', 'approved'],
  ['deny', 'denied'],
  ['expire', 'expired'],
] as const)('ciba %s decides a request', async (action, done) => {
  const id = await ask()

  expect(await run('ciba', action, id)).toEqual({ code: 0, stdout: `${done} ${id}\n`, stderr: '' })
  expect(await run('ciba', action, id)).toMatchObject({ code: 1, stderr: expect.stringContaining('already') })
})

test('ciba says what is missing', async () => {
  expect((await run('ciba', 'approve')).stderr).toBe(
    'error: Failed to act on a request: say which request to approve, by its auth_req_id. See understudy ciba --help.\n',
  )
})

test('no id of a request looks like an option', async () => {
  const ids = await Promise.all(Array.from({ length: 200 }, ask))

  expect(ids.filter((id) => !/^[A-Za-z0-9]/.test(id))).toEqual([])
})
