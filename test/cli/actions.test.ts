import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../../src/server.ts'
import { runHere } from './run.ts'

let server: RunningServer

beforeAll(async () => {
  server = await startServer({ port: 0, logLevel: 'silent', watch: false, env: {} })
})
afterAll(() => server.close())

const run = (...args: string[]) => runHere(args, { env: { UNDERSTUDY_SERVER: server.url } })

test.each([
  ['requests clear', ['--client', 'nope'], '--client has no effect there. It is for list.'],
  ['requests clear', ['3'], '"3" has no effect there. It is for show.'],
  ['requests clear', ['--follow'], '--follow has no effect there. It is for list.'],
  ['requests show', ['1', '--client', 'x'], '--client has no effect there. It is for list.'],
  ['requests list', ['3'], '"3" has no effect there. It is for show.'],
  ['users list', ['foo'], '"foo" has no effect there. It is for show, put, delete.'],
  ['clients show', ['web-app', 'a=b', 'c=d'], '"a=b c=d" has no effect there. It is for put.'],
  ['scopes delete', ['openid', '--file', 'x'], '--file has no effect there. It is for put.'],
  ['issuers list', ['foo'], '"foo" has no effect there. It is for create, end.'],
  ['issuers end', ['foo', 'a=b'], '"a=b" has no effect there. It is for create.'],
  ['keys list', ['--alg', 'RS256'], '--alg has no effect there. It is for rotate.'],
  ['keys list', ['--drop-old'], '--drop-old has no effect there. It is for rotate.'],
  ['sessions list', ['--all'], '--all has no effect there. It is for end.'],
  ['sessions list', ['x'], '"x" has no effect there. It is for end.'],
  ['sessions end', ['--age', '1h'], '--age has no effect there. It is for create.'],
  ['grants list', ['x'], '"x" has no effect there. It is for revoke.'],
  ['device list', ['--user', 'alice'], '--user has no effect there. It is for approve.'],
  ['device deny', ['RSIK-KRAM', '--user', 'alice'], '--user has no effect there. It is for approve.'],
  ['ciba list', ['x'], '"x" has no effect there. It is for approve, deny, expire.'],
  ['fixtures export', ['x.yaml'], '"x.yaml" has no effect there. It is for patch.'],
  ['fixtures patch', ['x.yaml', '--yaml'], '--yaml has no effect there. It is for export.'],
])('%s refuses %j', async (action, given, why) => {
  const command = action.split(' ')[0]
  const stderr = `error: Failed to run "${action}": ${why} See understudy ${command} --help.\n`

  expect(await run(...action.split(' '), ...given)).toEqual({ code: 1, stdout: '', stderr })
})

test('an action that is left out is list, and refuses the same', async () => {
  const ran = await run('device', '--user', 'alice')

  expect(ran).toMatchObject({ code: 1, stderr: expect.stringMatching(/^error: Failed to run "device list": --user/) })
})

test.each(['device', 'ciba', 'requests', 'users', 'clients', 'scopes', 'sessions', 'grants', 'keys', 'issuers'])(
  '%s list is what the command does alone',
  async (command) => {
    const [named, alone] = [await run(command, 'list'), await run(command)]

    expect(named).toMatchObject({ code: 0, stderr: '' })
    expect(named).toEqual(alone)
  },
)

test('YAML is not JSON', async () => {
  const ran = await run('fixtures', 'export', '--yaml', '--json')

  expect(ran).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining("'--json'") })
})

test('a variable that is set for every command refuses nothing', async () => {
  const ran = await runHere(['keys', 'list'], { env: { UNDERSTUDY_SERVER: server.url, UNDERSTUDY_ISSUER: 'default' } })

  expect(ran).toMatchObject({ code: 0, stderr: '' })
})

test('device show tells of one code', async () => {
  const body = new URLSearchParams({ client_id: 'tv-app', scope: 'openid' })
  const asked = await fetch(`${server.url}/device/auth`, { method: 'POST', body })
  const { user_code: code } = (await asked.json()) as { user_code: string }

  const shown = await run('device', 'show', code)
  const json = await run('device', 'show', code, '--json')

  expect(shown.stdout).toMatch(new RegExp(`^CODE .*\\n${code} +tv-app +openid +\\d+ s\\n$`))
  expect(JSON.parse(json.stdout)).toMatchObject({ user_code: code, client_id: 'tv-app' })
  expect(await run('device', 'show', 'XXXX-XXXX')).toMatchObject({ code: 1, stdout: '' })
  expect((await run('device', 'show')).stderr).toContain('say which code to show')
})
