import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../../src/server.ts'
import { cleanEnv, entry, runHere } from './run.ts'

let server: RunningServer

beforeEach(async () => {
  const clients = [
    { client_id: 'service', client_secret: 'service-secret', grant_types: ['client_credentials' as const] },
    { client_id: 'a,b', client_secret: 'a,b-secret', grant_types: ['client_credentials' as const] },
    { client_id: 'other', client_secret: 'other-secret', grant_types: ['client_credentials' as const] },
  ]
  server = await startServer({ inline: { clients }, port: 0, logLevel: 'silent', watch: false, env: {} })
})
afterEach(() => server.close())

const run = (...args: string[]) => runHere(args, { env: { UNDERSTUDY_SERVER: server.url } })

function ask(id: string, secret = `${id}-secret`, headers: Record<string, string> = {}): Promise<Response> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret })
  return fetch(`${server.url}/token`, { method: 'POST', body, headers })
}

test('requests has a line for each, with why it was refused', async () => {
  await ask('service')
  await ask('other', 'wrong')

  const { stdout, code } = await run('requests')

  const [good, refused, end] = stdout.split('\n')
  expect(code).toBe(0)
  expect(good).toMatch(/^ +1 {2}\d\d:\d\d:\d\d\.\d{3} {2}token \(client_credentials\) {2}service - {2}200 \d+ ms$/)
  expect(refused).toMatch(/^ +2 .* other - {2}401 invalid_client \d+ ms {2}The client secret is not that of "other"\./)
  expect(end).toBe('')
})

test('requests says where nothing was asked, or nothing such', async () => {
  await ask('service')

  expect((await run('requests', '--client', 'other')).stdout).toBe('nothing was asked\n')
})

test.each([
  [['--client', 'other'], ['2']],
  [['--status', '/^4/'], ['2']],
  [['--error', 'invalid_client'], ['2']],
  [['--when', 'header.x-run=7'], ['3']],
  [['--tag', 'red'], ['3']],
  [['--since', '1', '--limit', '1'], ['2']],
  [
    ['--count', '3', '--wait', '5s'],
    ['1', '2', '3'],
  ],
])('requests %j selects', async (options, ids) => {
  await ask('service')
  await ask('other', 'wrong')
  await ask('service', undefined, { 'x-run': '7', 'understudy-tag': 'red' })

  const { stdout } = await run('requests', ...options, '--json')

  expect(JSON.parse(stdout).map(({ id }: { id: string }) => id)).toEqual(ids)
})

test.each([
  [['--client', 'a,b'], ['2']],
  [['--client', 'other,service'], []],
  [
    ['--client', 'other', '--client', 'a,b'],
    ['2', '3'],
  ],
  [
    ['--client', '/^se{1,2}r/', '--client', 'other'],
    ['1', '3'],
  ],
  [['--endpoint', 'token', '--endpoint', 'jwks', '--status', '401', '--status', '400'], ['3']],
])('requests and verify take %j alike', async (options, ids) => {
  await ask('service')
  await ask('a,b')
  await ask('other', 'wrong')

  const { stdout } = await run('requests', ...options, '--json')
  const verified = await run('verify', ...options, '--times', String(ids.length))

  expect(JSON.parse(stdout).map(({ id }: { id: string }) => id)).toEqual(ids)
  expect(verified).toEqual({ code: 0, stdout: `verified: ${ids.length} as expected\n`, stderr: '' })
})

test('requests shows one whole, secrets to those who ask', async () => {
  await ask('service')

  const { stdout } = await run('requests', 'show', '1')
  const open = await run('requests', 'show', '1', '--secrets', '--json')

  expect(stdout).toMatch(/\nrequest\n {2}POST \/token\n/)
  expect(stdout).toMatch(/\n {2}client_secret: \[redacted [0-9a-f]{8}\]\n/)
  expect(stdout).toMatch(/\nissued access_token\n/)
  expect(stdout).not.toContain('service-secret')
  expect(JSON.parse(open.stdout)).toMatchObject({ params: { client_secret: 'service-secret' } })
})

test('requests clears', async () => {
  await ask('service')

  expect(await run('requests', 'clear')).toEqual({ code: 0, stdout: 'cleared the requests of default\n', stderr: '' })
  expect((await run('requests', '--json')).stdout).toBe('[]\n')
})

test('requests clears what has a tag', async () => {
  await ask('service')
  await ask('service', undefined, { 'understudy-tag': 'red' })

  const ran = await run('requests', 'clear', '--tag', 'red')

  expect(ran).toEqual({ code: 0, stdout: 'cleared the requests of default with the tag red\n', stderr: '' })
  expect((await server.control.requests('default')).map(({ id }) => id)).toEqual(['1'])
  expect(await run('requests', 'clear', '--tag', 'a', '--tag', 'b')).toMatchObject({ code: 1, stdout: '' })
})

test('requests follows, a line of JSON each', async () => {
  await ask('service')
  const args = [entry, 'requests', '--follow', '--json', '--endpoint', 'token']
  const env = cleanEnv({ UNDERSTUDY_SERVER: server.url })
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()

  const first = await lines.next()
  await ask('other')
  const second = await lines.next()
  child.kill('SIGINT')
  await once(child, 'close')

  expect(JSON.parse(String(first.value))).toMatchObject({ id: '1', client: 'service' })
  expect(JSON.parse(String(second.value))).toMatchObject({ id: '2', client: 'other' })
})

test.each([
  [['show'], 'say which one to show, by its id in "requests".'],
  [['--count', '2'], '--count says how many --wait waits for.'],
  [['--follow', '--wait', '1s'], '--follow waits anyway.'],
])('requests %j fails in one line', async (args, why) => {
  const stderr = `error: Failed to show requests: ${why} See understudy requests --help.\n`

  expect(await run('requests', ...args)).toEqual({ code: 1, stdout: '', stderr })
})

test.each([
  [['--endpoint', 'token', '--client', 'service', '--times', '2'], 'verified: 2 as expected\n'],
  [['--endpoint', 'userinfo', '--max', '0'], 'verified: 0 as expected\n'],
  [['--client', 'other', '--error', 'invalid_client', '--status', '401'], 'verified: 1 as expected\n'],
  [
    ['--spec', '{"expect":[{"when":{"client":"other"}},{"when":{"client":"service"}}]}'],
    'verified: 1 as expected, 2 as expected\n',
  ],
  [[], 'verified\n'],
])('verify %j passes', async (options, stdout) => {
  await ask('service')
  await ask('service')
  await ask('other', 'wrong')

  expect(await run('verify', ...options)).toEqual({ code: 0, stdout, stderr: '' })
})

test('verify fails with what came near', async () => {
  await ask('other')

  const ran = await run('verify', '--endpoint', 'token', '--client', 'service')
  const told = await run('verify', '--endpoint', 'token', '--client', 'service', '--json')

  expect(ran).toMatchObject({ code: 1, stdout: '' })
  expect(ran.stderr).toMatch(/^error: Failed to verify:\n- expected .*client=service.*other/s)
  expect(told.code).toBe(1)
  expect(JSON.parse(told.stdout)).toMatchObject({ expectations: [{ met: false, near_misses: [{ request: '1' }] }] })
})

test('verify fails for a fault that never fired, unless told to let it be', async () => {
  await run('arm', 'invalid_client', '--client', 'service')

  const ran = await run('verify')
  const letBe = await run('verify', '--no-unfired')
  const added = await run('verify', '--unfired', 'added')

  expect(ran).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/the armed fault invalid_client \(\w+\) never fired/),
  })
  expect(letBe).toEqual({ code: 0, stdout: 'verified\n', stderr: '' })
  expect(added).toMatchObject({ code: 1, stderr: ran.stderr })
})

test.each([
  [['--times', '1', '--max', '2', '--client', 'x'], '--times says it exactly, --min and --max a range.'],
  [['--spec', '{}', '--client', 'x'], '--spec says all of it and stands alone.'],
])('verify %j fails in one line', async (args, why) => {
  const stderr = `error: Failed to verify: ${why} See understudy verify --help.\n`

  expect(await run('verify', ...args)).toEqual({ code: 1, stdout: '', stderr })
})

test('verify may let be what the fixtures arm, and never fired', async () => {
  await server.control.patchFixtures('default', { faults: [{ fault: 'invalid_client', when: { client: 'other' } }] })

  expect(await run('verify')).toMatchObject({ code: 1 })
  expect(await run('verify', '--unfired', 'added')).toMatchObject({ code: 0, stdout: 'verified\n' })
})
