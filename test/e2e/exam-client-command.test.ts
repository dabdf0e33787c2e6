import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type ExamReport, startUnderstudy } from '../../src/index.ts'
import { cleanEnv, entry, runHere as run } from '../cli/run.ts'

const script = (name: string) => `"${process.execPath}" "${join(import.meta.dirname, 'exam-client', name)}"`
const [strict, careless] = [script('strict.ts'), script('careless.ts')]

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-exam-'))
})

afterAll(() => rm(folder, { recursive: true }))

const exam = (command: string, ...more: string[]) => run(['exam', 'client', '--command', command, ...more])

const faults = (...names: string[]) => names.flatMap((name) => ['--fault', name])

test('a client that is right about all ends with 0, and the report tells of each', async () => {
  const ran = await exam(
    strict,
    ...faults('invalid-sig', 'iat-too-old', 'slow_down', 'acr-downgrade', 'expired_token'),
    ...['--except', 'iat-too-old'],
  )

  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(ran.stdout).toMatch(/^ +FAULT +A CORRECT CLIENT +THIS ONE +SEE\n/)
  expect(ran.stdout).toMatch(/^ok +none +accept +logged in$/m)
  expect(ran.stdout).toMatch(/^ok +invalid-sig at token +reject +exit 1: .*JWT signature verification failed$/m)
  expect(ran.stdout).toContain('left out: slow_down, expired_token. It is of the grants device_code, ciba alone.\n')
  expect(ran.stdout).toContain('left out: acr-downgrade at token. This client sends no acr_values.\n')
  expect(ran.stdout).toContain('left out: iat-too-old at token. It was to be left out.\n')
  expect(ran.stdout.trimEnd()).toMatch(/strict\.ts": 2 right, 0 wrong$/)
})

test('one that is wrong ends with 1, names what it is wrong about, and JUnit has it as a failure', async () => {
  const junit = join(folder, 'careless.xml')
  const ran = await exam(careless, ...faults('invalid-sig', 'access_denied', 'inactive'), '--json', '--junit', junit)

  const report: ExamReport = JSON.parse(ran.stdout)
  expect(ran).toMatchObject({ code: 1, stderr: expect.stringMatching(/ is wrong about invalid-sig at token\.\n$/) })
  expect(report).toMatchObject({
    subject: careless,
    passed: false,
    results: [
      { fault: 'none', did: 'accept', verdict: 'right' },
      { fault: 'access_denied', place: 'authorization', did: 'reject', recovered: true, verdict: 'right' },
      { fault: 'invalid-sig', place: 'token', expected: 'reject', did: 'accept', seen: 'logged in', verdict: 'wrong' },
    ],
    leftOut: [{ fault: 'inactive', why: 'It is of introspection, where no client asks as it logs in.' }],
  })
  const xml = await readFile(junit, 'utf8')
  expect(xml).toContain('tests="4" failures="1" skipped="1"')
  expect(xml).toContain('name="access_denied at authorization: ')
  expect(xml).toMatch(
    /name="invalid-sig at token: [^"]+">\n +<failure message="expected: reject; seen: logged in\. See /,
  )
})

test('a client is told in its environment what it needs, at an issuer of your own fixtures', async () => {
  const fixtures = join(folder, 'fixtures.yaml')
  const told = join(folder, 'told')
  await writeFile(
    fixtures,
    `users: [{ username: bob }]
clients: [{ client_id: shop, client_secret: s3cret, redirect_uris: [http://localhost:7000/back], grant_types: [authorization_code, refresh_token] }]
`,
  )
  const command = `env | grep ^UNDERSTUDY_ | sort >> ${told}; ${strict}`

  const ran = await exam(command, '--fixtures', fixtures, '--no-recovery', ...faults('latency'))

  expect(ran).toMatchObject({ code: 0, stderr: '' })
  const [control = '', played = ''] = (await readFile(told, 'utf8')).split(/(?<=UNDERSTUDY_USER=.*\n)/)
  expect(control).toMatch(
    /^UNDERSTUDY_CLIENT_ID=shop\nUNDERSTUDY_CLIENT_SECRET=s3cret\nUNDERSTUDY_ISSUER_URL=http:\S+\nUNDERSTUDY_PART=refresh\nUNDERSTUDY_REDIRECT_URI=http:\/\/localhost:7000\/back\nUNDERSTUDY_USER=bob\n$/,
  )
  expect(played).toMatch(/UNDERSTUDY_FAULT=latency\n.*UNDERSTUDY_PART=login\nUNDERSTUDY_PLACE=token\n/s)
})

test('a client can be examined at a server that runs', async () => {
  const idp = await startUnderstudy()
  const at = ['--server', idp.url, '--client', 'e2e-app', '--no-recovery']

  const ran = await exam(strict, ...at, ...faults('invalid-aud'))
  const nowhere = await exam(strict, ...at, '--issuer', 'elsewhere')
  await idp.close()

  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(ran.stdout).toMatch(/^ok +invalid-aud at token +reject/m)
  expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no issuer "elsewhere"') })
})

test('by HTTPS a client is told whom to trust, and meets certificates that nobody should', async () => {
  const faults = ['tls-expired', 'tls-wrong-host', 'tls-unknown-ca', 'kid-absent-single-jwks', 'invalid-iss']
  const ran = await exam(strict, '--https', '--json', ...faults.flatMap((name) => ['--fault', name]))

  const { results }: ExamReport = JSON.parse(ran.stdout)
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(results.map(({ fault, did, recovered }) => [fault, did, recovered])).toEqual([
    ['none', 'accept', undefined],
    ['invalid-iss', 'reject', true],
    ['kid-absent-single-jwks', 'accept', true],
    ['tls-expired', 'reject', true],
    ['tls-wrong-host', 'reject', true],
    ['tls-unknown-ca', 'reject', true],
  ])
}, 60_000)

describe('what a client ends with', () => {
  /** Logs in as it should be, and has another end where there is a fault. */
  const but = (end: string) =>
    `if [ -n "$UNDERSTUDY_FAULT" ]; then ${strict} >/dev/null 2>&1; ${end}; else ${strict}; fi`

  test.each([
    ['echo "first" >&2; echo "no such key" >&2; exit 3', 'reject', 'exit 3: no such key'],
    ['echo "only here"; exit 4', 'reject', 'exit 4: only here'],
    ['exit 5', 'reject', 'exit 5'],
    [
      'printf "\\033[31mError: red\\033[0m\\n  at here\\n\\nNode.js v24\\n" >&2; exit 1',
      'reject',
      'exit 1: Error: red',
    ],
    ['printf "[TypeError: fetch failed] {\\n  cause\\n}\\n" >&2; exit 1', 'reject', 'exit 1: TypeError: fetch failed'],
    ['kill -SEGV $$', 'break', 'killed by SIGSEGV'],
    ['sh -c "kill -ABRT \\$\\$"; exit $?', 'break', 'exit 134'],
  ])('%s: %s', async (end, did, seen) => {
    const ran = await exam(but(end), '--json', '--no-recovery', ...faults('invalid-iss'))

    const { results }: ExamReport = JSON.parse(ran.stdout)
    expect(results[1]?.did).toBe(did)
    expect(results[1]?.seen.slice(0, seen.length)).toBe(seen)
  })
})

test('a client that hangs is ended with all that it has started', async () => {
  const pids = join(folder, 'pids')
  const hang = `sleep 300 & echo $! > ${pids}; echo $$ >> ${pids}; wait`
  const ran = await exam(
    `if [ -n "$UNDERSTUDY_FAULT" ]; then ${hang}; else ${strict}; fi`,
    '--timeout',
    '10',
    '--json',
    '--no-recovery',
    ...faults('invalid-iss'),
  )

  const { results }: ExamReport = JSON.parse(ran.stdout)
  expect(results[1]).toMatchObject({ did: 'break', seen: expect.stringContaining('it had come to no end after 10 s') })
  await vi.waitFor(async () => expect(await alive(pids)).toEqual([]), 5000)
}, 60_000)

test('what a client leaves behind holds nobody up, and is ended', async () => {
  const pids = join(folder, 'left')
  const began = performance.now()
  const ran = await exam(`sleep 300 & echo $! >> ${pids}; ${strict}`, '--no-recovery', ...faults('invalid-iss'))

  expect(ran.code).toBe(0)
  expect(performance.now() - began).toBeLessThan(60_000)
  await vi.waitFor(async () => expect(await alive(pids)).toEqual([]), 5000)
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends the exam and the client',
  async (signal) => {
    const pids = join(folder, signal)
    const args = [entry, 'exam', 'client', '--command', `sleep 300 & echo $! > ${pids}; wait`]
    const child = spawn(process.execPath, args, { env: cleanEnv(), stdio: 'ignore' })
    await vi.waitFor(async () => expect(await alive(pids)).toHaveLength(1), 20_000)

    child.kill(signal)
    const [code] = await once(child, 'exit')

    expect(code).toBe(signal === 'SIGINT' ? 130 : 143)
    await vi.waitFor(async () => expect(await alive(pids)).toEqual([]), 5000)
  },
  30_000,
)

test.each([
  [[], 'it takes --command'],
  [['--command', 'x', '--server', 'http://localhost:1', '--fixtures', 'x'], 'leave --fixtures out'],
  [['--command', 'x', '--server', 'http://localhost:1', '--parallel', '2'], 'leave --parallel out'],
  [['--command', 'x', '--server', 'http://localhost:1', '--https'], 'leave --https out'],
  [['--command', 'x', '--issuer', 'partner'], '--issuer is for a server that runs'],
  [['--command', 'x', '--timeout', 'soon'], '--timeout soon is no duration, such as 30s'],
  [['--command', 'x', '--parallel', '0'], 'Expected a whole number from 1'],
  [['--command', 'x', '--fault', 'invalid-sg'], 'Did you mean "invalid-sig"?'],
  [['--command', 'x', '--place', 'tokens'], 'Did you mean "token"?'],
  [['--command', 'x', '--fault', 'invalid-aud', '--place', 'discovery'], 'nothing is left to examine. invalid-aud'],
  [['--command', 'x', '--junit', '/no/such/folder/exam.xml'], 'Failed to open --junit /no/such/folder/exam.xml'],
  [['--command', 'there-is-no-such-program'], 'exit 127: '],
  [['--command', 'echo "bad luck" >&2; exit 1'], 'bad luck'],
  [['--command', 'true'], 'it says that it logged in, and was given no tokens'],
])('understudy exam client %j does not begin, and says why', async (args, text) => {
  const ran = await run(['exam', 'client', ...args])

  expect(ran).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(text) })
})

/** Those of some processes that live. */
async function alive(file: string): Promise<number[]> {
  const pids = (await readFile(file, 'utf8')).trim().split('\n').map(Number)
  const states = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')))
  return pids.filter((_, index) => states[index] !== '' && !/\) Z /.test(states[index] ?? ''))
}
