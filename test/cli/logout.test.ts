import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../../src/server.ts'
import { answerLogouts, type LogoutReceiver } from '../e2e/logout-receiver.ts'
import { runHere } from './run.ts'

let server: RunningServer
let shop: LogoutReceiver

beforeEach(async () => {
  shop = await answerLogouts({ status: 400, body: 'not today\nor tomorrow' })
  const client = { client_id: 'shop', client_secret: 's', redirect_uris: ['http://localhost/cb'] }
  const inline = { users: ['alice'], clients: [{ ...client, backchannel_logout_uri: shop.uri }] }
  server = await startServer({ inline, port: 0, logLevel: 'silent', watch: false, env: {} })
})
afterEach(async () => {
  await server.close()
  await shop.close()
})

const run = (...args: string[]) => runHere(['logout', ...args], { env: { UNDERSTUDY_SERVER: server.url } })

test('logout tells what each client answered', async () => {
  const ran = await run('--user', 'alice', '--client', 'shop')

  const lines = ran.stdout.split('\n').map((line) => line.split(/ {2,}/))
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(lines.slice(0, 2)).toEqual([
    ['CLIENT', 'TOLD AT', 'ANSWERED', 'SAID'],
    ['shop', shop.uri, '400', 'not today'],
  ])
})

test('logout makes the tokens wrong that it is told to', async () => {
  const faults = ['--fault', 'no-event', '--fault', 'with-nonce', '--with', 'nonce=n-0S6']

  const ran = await run('--user', 'alice', '--client', 'shop', ...faults, '--json')

  const [delivery] = JSON.parse(ran.stdout).deliveries
  expect(delivery).toMatchObject({ logout_token: shop.received[0], decoded: { claims: { nonce: 'n-0S6' } } })
  expect(delivery.decoded.claims).not.toHaveProperty('events')
})

test('logout says where there is nobody to tell', async () => {
  const ran = await run('--user', 'alice')

  expect(ran.stdout).toBe('nobody to tell: no client with a backchannel_logout_uri is signed in to\n')
})

test.each([
  [[], 'say whose logout it is, by either --user or --sid.'],
  [['--user', 'alice', '--sid', 's'], 'say whose logout it is, by either --user or --sid.'],
  [['--user', 'alice', '--with', 'a=b'], '--with is for a --fault.'],
])('logout %j fails in one line', async (args, why) => {
  const ran = await run(...args)

  const stderr = `error: Failed to tell of a logout: ${why} See understudy logout --help.\n`
  expect(ran).toEqual({ code: 1, stdout: '', stderr })
})
