import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { serveAdmin } from '../http/admin/serve.ts'
import { deadUrl, runHere as run } from './run.ts'

let admin: Awaited<ReturnType<typeof serveAdmin>>
let env: Record<string, string>

beforeAll(async () => {
  admin = await serveAdmin({ adminToken: 's3cret' })
  env = { UNDERSTUDY_SERVER: admin.url, UNDERSTUDY_ADMIN_TOKEN: 's3cret' }
})
beforeEach(() => admin.control.disarm('default'))
afterAll(() => admin.close())

test.each([
  [['slow_down'], { fault: 'slow_down' }],
  [
    ['slow_down', '--client', 'tv-app', '--endpoint', 'token', '--times', '2', '--skip', '1', '--per', 'flow'],
    { fault: 'slow_down', when: { client: 'tv-app', endpoint: 'token' }, times: 2, skip: 1, per: 'flow' },
  ],
  [
    ['server_error', '--with', 'status=500', '--with', 'description=Try = later', '--with', 'uri="7"'],
    { fault: 'server_error', with: { status: 500, description: 'Try = later', uri: '7' } },
  ],
  [
    ['x', '--when', 'user=alice', '--when', 'user=bob', '--when', 'header.x-run=7', '--when', 'param.a=b'],
    { fault: 'x', when: { user: ['alice', 'bob'], header: { 'x-run': '7' }, param: { a: 'b' } } },
  ],
  [
    ['x', '--times', 'always', '--probability', '.5', '--seed', '7', '--for', '30s'],
    { fault: 'x', times: 'always', probability: 0.5, seed: 7, for: '30s' },
  ],
  [['--script', 'slow_down, pass,expired_token'], { script: ['slow_down', 'pass', 'expired_token'] }],
  [['--spec', '{"fault":"slow_down","skip":1}'], { fault: 'slow_down', skip: 1 }],
])('arm %j arms %j', async (args, spec) => {
  const ran = await run(['arm', ...args], { env })

  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(admin.control.told.at(-1)).toEqual(spec)
})

test('arm says what is armed', async () => {
  const ran = await run(['arm', 'slow_down', '--when', 'client=a', '--when', 'client=b'], { env })

  expect(ran.stdout).toBe('armed f/1: slow_down when client=a,b\n')
})

test('armed lists what is armed', async () => {
  await admin.control.arm('default', { fault: 'slow_down', when: { client: 'tv-app' } })
  await admin.control.arm('default', { script: ['slow_down', { fault: 'expired_token' }] })

  const ran = await run(['armed'], { env })

  expect(ran.stdout).toBe(
    [
      'ID   FAULT                         MATCHED  FIRED   FROM',
      'f/1  slow_down when client=tv-app  0        0 of 1  admin',
      'f/2  slow_down, expired_token      0        0       admin',
      '',
    ].join('\n'),
  )
})

test('--json prints JSON', async () => {
  await admin.control.arm('default', { fault: 'slow_down' })

  const ran = await run(['armed', '--json'], { env })

  expect(JSON.parse(ran.stdout)).toEqual(await admin.control.faults('default'))
})

test.each([
  [['armed'], 'no faults are armed\n'],
  [['disarm'], 'disarmed all faults\n'],
  [['scenario', 'on', 'tv-expires'], 'scenario tv-expires is on\n'],
  [['scenario', 'off', 'tv-expires'], 'scenario tv-expires is off\n'],
  [['scenarios'], 'NAME        IS   DESCRIPTION\ntv-expires  off  The TV is too slow\n'],
  [['device'], 'CODE       CLIENT  SCOPE   EXPIRES IN\nRSIK-KRAM  tv-app  openid  590 s\n'],
  [['device', 'approve', 'RSIK-KRAM', '--user', 'alice'], 'approved RSIK-KRAM\n'],
  [['device', 'deny', 'RSIK-KRAM'], 'denied RSIK-KRAM\n'],
  [['reset', '--keep', 'sessions', 'clock'], 'reset default, kept sessions, clock\n'],
])('%j prints what it did', async (args, stdout) => {
  const ran = await run(args, { env })

  expect(ran).toEqual({ code: 0, stdout, stderr: '' })
})

test('disarm takes an id', async () => {
  const { id } = await admin.control.arm('default', { fault: 'slow_down' })

  const ran = await run(['disarm', id], { env })

  expect(ran).toMatchObject({ code: 0, stdout: 'disarmed f/1\n' })
  expect(await admin.control.faults('default')).toEqual([])
})

test.each([
  [['arm', 'slow_dwn'], 'error: Failed to arm "slow_dwn": no such fault.\n'],
  [['armed', '--issuer', 'nobody'], 'error: Failed to find the issuer "nobody": there is none.\n'],
  [
    ['armed', '--admin-token', 'wrong'],
    'error: Failed to let the request in: its admin token is not the one that the server was started with.\n',
  ],
  [
    ['armed', '--server', 'localhost:9400'],
    'error: Failed to connect to "localhost:9400": expected an http or https URL, such as http://localhost:9400.\n',
  ],
  [['arm'], 'error: Failed to arm: name one fault, or give --script, or --spec. See understudy arm --help.\n'],
  [
    ['arm', 'x', '--spec', '{"fault":"x"}'],
    'error: Failed to arm: name one fault, or give --script, or --spec. See understudy arm --help.\n',
  ],
  [
    ['arm', '--spec', '{"fault":"x"}', '--skip', '1'],
    'error: Failed to arm: --spec says all of it and stands alone. See understudy arm --help.\n',
  ],
])('%j fails in one line', async (args, stderr) => {
  const ran = await run(args, { env })

  expect(ran).toEqual({ code: 1, stdout: '', stderr })
})

test('healthcheck is content with a server that is up', async () => {
  const ran = await run(['healthcheck'], { env: { UNDERSTUDY_PORT: String(admin.port) } })

  expect(ran).toEqual({ code: 0, stdout: 'ok (1.2.3)\n', stderr: '' })
})

test('healthcheck fails where nothing listens, and where something else does', async () => {
  const dead = await deadUrl()
  const nothing = await run(['healthcheck', '--server', dead])
  const other = await run(['healthcheck', '--server', `${admin.url}/elsewhere`])

  const stderr = `error: Failed to reach ${dead}: ECONNREFUSED. Is Understudy running there?\n`
  expect(nothing).toEqual({ code: 1, stdout: '', stderr })
  expect(other).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining("not as Understudy's admin API does"),
  })
})
