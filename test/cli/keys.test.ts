import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../../src/server.ts'
import { runHere } from './run.ts'

let server: RunningServer

beforeEach(async () => {
  server = await startServer({ inline: { users: ['alice'] }, port: 0, logLevel: 'silent', watch: false, env: {} })
})
afterEach(() => server.close())

const run = (...args: string[]) => runHere(['keys', ...args], { env: { UNDERSTUDY_SERVER: server.url } })

test('keys lists the keys', async () => {
  const ran = await run()

  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(ran.stdout.split('\n')).toEqual([
    expect.stringMatching(/^KID +ALG +TYPE +SIGNS +SINCE$/),
    expect.stringMatching(/^rs256-\w{8} +RS256 +RSA +yes +\d{4}-\S+Z$/),
    expect.stringMatching(/^es256-\w{8} +ES256 +EC P-256 +yes +\d{4}-\S+Z$/),
    expect.stringMatching(/^eddsa-\w{8} +EdDSA +OKP Ed25519 +yes +\d{4}-\S+Z$/),
    '',
  ])
})

test('keys rotate makes new keys, and keeps or drops the old ones', async () => {
  const kept = await run('rotate', '--alg', 'ES256')
  const dropped = await run('rotate', '--alg', 'ES256', '--drop-old', '--json')

  expect(kept.stdout.match(/^es256-\w+ .*$/gm)).toEqual([
    expect.stringMatching(/EC P-256 +yes/),
    expect.stringMatching(/EC P-256 +no/),
  ])
  const keys = JSON.parse(dropped.stdout) as { alg: string }[]
  expect(keys.filter(({ alg }) => alg === 'ES256')).toHaveLength(1)
  expect(keys).toEqual(await server.control.keys('default'))
})

test('keys rotate guesses an algorithm', async () => {
  const ran = await run('rotate', '--alg', 'ES265')

  expect(ran).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('Did you mean "ES256"?') })
})
