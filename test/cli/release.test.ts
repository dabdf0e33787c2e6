import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../../src/server.ts'
import { runHere } from './run.ts'

let server: RunningServer

beforeEach(async () => {
  server = await startServer({ inline: { users: ['alice'] }, port: 0, logLevel: 'silent', watch: false, env: {} })
})
afterEach(() => server.close())

const run = (...args: string[]) => runHere(args, { env: { UNDERSTUDY_SERVER: server.url } })

/** Holds so many requests. */
async function held(count: number) {
  const { id } = await server.control.arm('default', { fault: 'hold', when: { endpoint: 'jwks' }, times: 'always' })
  const answers = Array.from({ length: count }, () => fetch(`${server.url}/jwks`))
  await expect.poll(async () => (await server.control.fault('default', id)).waiting).toBe(count)
  return { id, answers }
}

test('release lets one go, then the others, and armed tells how many wait', async () => {
  const { id, answers } = await held(3)

  const one = await run('release', id, '--request', '2')
  const armed = await run('armed')
  const others = await run('release', id)

  expect(one).toEqual({ code: 0, stdout: 'released 1, 2 waiting\n', stderr: '' })
  expect(armed.stdout).toContain('3 of any, 2 waiting')
  expect(others.stdout).toBe('released 2, 0 waiting\n')
  expect((await Promise.all(answers)).every(({ ok }) => ok)).toBe(true)
})

test('release of what is not held fails in one line', async () => {
  const { id } = await held(0)

  const ran = await run('release', id)

  const why = 'it holds no request now. Wait until GET faults/{id} says that something is waiting.'
  expect(ran).toEqual({ code: 1, stdout: '', stderr: `error: Failed to release "${id}": ${why}\n` })
})
