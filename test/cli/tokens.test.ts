import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../../src/server.ts'
import { runHere } from './run.ts'

let server: RunningServer

beforeEach(async () => {
  const client = { client_id: 'app', client_secret: 's', redirect_uris: ['http://localhost/cb'] }
  const grants = ['authorization_code', 'refresh_token', 'client_credentials'] as const
  const inline = { users: ['alice'], clients: [{ ...client, grant_types: [...grants] }] }
  server = await startServer({ inline, port: 0, logLevel: 'silent', watch: false, env: {} })
})
afterEach(() => server.close())

const run = (...args: string[]) => runHere(['tokens', ...args], { env: { UNDERSTUDY_SERVER: server.url } })

test('tokens prints a token alone, for a shell to take', async () => {
  const { code, stdout, stderr } = await run('--client', 'app', '--user', 'alice')

  expect([code, stderr]).toEqual([0, ''])
  expect(decodeJwt(stdout.trim())).toMatchObject({ sub: 'alice', client_id: 'app', scope: 'openid' })
})

test('tokens says what it is told to', async () => {
  const claims = ['--claim', 'roles=["admin"]', '--claim', 'plan=gold']
  const more = ['--audience', 'a', '--audience', 'b', '--expires-in=-1h', '--key', 'ES256', '--scope', 'openid email']

  const { stdout } = await run('--client', 'app', '--user', 'alice', ...claims, ...more)

  const said = decodeJwt(stdout.trim())
  expect(said).toMatchObject({ roles: ['admin'], plan: 'gold', aud: ['a', 'b'], scope: 'openid email' })
  expect(said.exp).toBeLessThan(Date.now() / 1000)
  expect(decodeProtectedHeader(stdout.trim()).alg).toBe('ES256')
})

test('tokens makes a token wrong, parameters for the last fault', async () => {
  const faults = ['--fault', 'missing-iat', '--fault', 'invalid-iss', '--with', 'iss=https://evil.example']

  const { stdout } = await run('--client', 'app', '--user', 'alice', '--type', 'id', ...faults, '--json')

  const { id_token: token, decoded } = JSON.parse(stdout)
  expect(decodeJwt(token)).toMatchObject({ iss: 'https://evil.example', aud: 'app' })
  expect(decoded.claims).not.toHaveProperty('iat')
})

test('a parameter that is text may look like a number', async () => {
  const faults = ['--fault', 'refresh-token-invalid-sub', '--with', 'sub=100102']

  const { stdout, stderr } = await run('--client', 'app', '--user', 'alice', '--type', 'id', ...faults)

  expect(stderr).toBe('')
  expect(decodeJwt(stdout.trim()).sub).toBe('100102')
})

test.each([
  [['--type', 'refresh'], /^[\w-]+\n$/],
  [['--type', 'logout'], /^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/],
])('tokens %j', async (options, printed) => {
  const { stdout } = await run('--client', 'app', '--user', 'alice', ...options)

  expect(stdout).toMatch(printed)
})

test.each([
  [['--user', 'alice'], "error: required option '--client <id>' not specified\n"],
  [
    ['--client', 'app', '--with', 'a=b'],
    'error: Failed to mint a token: --with is for a --fault. See understudy tokens --help.\n',
  ],
  [
    ['--client', 'ap'],
    'error: Failed to mint a token of type access_token: there is no client "ap". Did you mean "app"?\n',
  ],
])('tokens %j fails in one line', async (args, stderr) => {
  expect(await run(...args)).toEqual({ code: 1, stdout: '', stderr })
})
