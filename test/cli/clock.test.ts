import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../../src/server.ts'
import { runHere } from './run.ts'

let server: RunningServer

beforeEach(async () => {
  server = await startServer({ inline: { users: ['alice'] }, port: 0, logLevel: 'silent', watch: false, env: {} })
})
afterEach(() => server.close())

const run = (...args: string[]) => runHere(['clock', ...args], { env: { UNDERSTUDY_SERVER: server.url } })

test.each([
  [[], /^\d{4}-\S+Z\n$/, { advanced_seconds: 0, skew_seconds: 0 }],
  [['advance', '31d'], /^\d{4}-\S+Z, advanced by 2678400 s\n$/, { advanced_seconds: 2_678_400 }],
  [['skew', '-90s'], /^\d{4}-\S+Z, tokens skewed by -90 s\n$/, { skew_seconds: -90 }],
  [['skew', '-90'], /tokens skewed by -90 s\n$/, { skew_seconds: -90 }],
  [['skew', '5m'], /tokens skewed by 300 s\n$/, { skew_seconds: 300 }],
])('clock %j does what it says', async (args, stdout, clock) => {
  const ran = await run(...args)

  expect(ran).toEqual({ code: 0, stdout: expect.stringMatching(stdout), stderr: '' })
  expect(await server.control.clock('default')).toMatchObject(clock)
})

test('--json prints the clock', async () => {
  const ran = await run('skew', '-1h30m', '--json')

  expect(JSON.parse(ran.stdout)).toMatchObject({ advanced_seconds: 0, skew_seconds: -5400 })
})

test.each([
  [['advance'], 'error: Failed to advance the clock: say by how much, such as 90s. See understudy clock --help.\n'],
  [['skew', '--jsn'], 'error: Failed to skew the clock: say by how much, such as 90s. See understudy clock --help.\n'],
  [
    ['skew', '--', '--5'],
    'error: Failed to skew the clock: say by how much, such as 90s. See understudy clock --help.\n',
  ],
])('clock %j fails in one line', async (args, stderr) => {
  const ran = await run(...args)

  expect(ran).toEqual({ code: 1, stdout: '', stderr })
})

test.each([
  [['advance', 'soon'], 'expected a duration'],
  [['advance', '-1d'], 'expected a duration'],
  [['skew', '-soon'], 'text such as -90s'],
  [['rewind', '1d'], 'Allowed choices are advance, skew'],
  [['advance', '1d', '2d'], 'too many arguments'],
])('clock %j is told what is wrong', async (args, told) => {
  const ran = await run(...args)

  expect(ran).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(told) })
  expect(await server.control.clock('default')).toMatchObject({ advanced_seconds: 0, skew_seconds: 0 })
})
