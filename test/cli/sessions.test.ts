import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../../src/server.ts'
import { runHere } from './run.ts'

let server: RunningServer

const inline = {
  users: ['alice', 'bob', { username: 'mallory', state: 'locked' as const }],
  clients: [
    { client_id: 'tv-app', token_endpoint_auth_method: 'none' as const, grant_types: ['device_code' as const] },
  ],
}

beforeEach(async () => {
  server = await startServer({ inline, port: 0, logLevel: 'silent', watch: false, env: {} })
})
afterEach(() => server.close())

const run = (...args: string[]) => runHere(args, { env: { UNDERSTUDY_SERVER: server.url } })

async function grant(user: string): Promise<void> {
  const body = new URLSearchParams({ client_id: 'tv-app', scope: 'openid' })
  const response = await fetch(`${server.url}/device/auth`, { method: 'POST', body })
  const { user_code: code } = (await response.json()) as { user_code: string }
  await server.control.actOnDevice('default', code, { action: 'approve', user })
}

test('sessions create prints a Cookie header, and sessions lists who is signed in', async () => {
  const created = await run('sessions', 'create', '--user', 'alice')
  const listed = await run('sessions')

  const { port } = new URL(server.url)
  const name = `us_session_default_${port}`
  expect(created).toMatchObject({ code: 0, stderr: '' })
  expect(created.stdout).toMatch(new RegExp(`^${name}=[\\w-]+; ${name}\\.sig=[\\w-]+\\n$`))
  expect(listed.stdout).toMatch(/^ID +USER +SINCE +EXPIRES +CLIENTS\n\S+ +alice +\S+Z +\S+Z\n$/)
})

test('sessions create takes the age of the login, and further origins', async () => {
  const origins = ['--origin', 'http://localhost:9991', '--origin', 'http://localhost:9992']

  const ran = await run('sessions', 'create', '--user', 'alice', '--age', '2h', ...origins, '--json')

  const { cookies } = JSON.parse(ran.stdout) as { cookies: { name: string }[] }
  const names = cookies.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['us_session_default_9991', 'us_session_default_9992']))
  const [session] = await server.control.sessions('default')
  expect(Date.now() - Date.parse(session?.since ?? '')).toBeGreaterThan(7_190_000)
})

test('sessions end takes an id, a user, or all', async () => {
  const { id } = await server.control.signIn('default', { user: 'alice' })
  await server.control.signIn('default', { user: 'alice' })
  await server.control.signIn('default', { user: 'bob' })
  const left = async () => (await server.control.sessions('default')).map(({ user }) => user).sort()

  expect(await run('sessions', 'end', id)).toEqual({ code: 0, stdout: `ended ${id}\n`, stderr: '' })
  expect(await left()).toEqual(['alice', 'bob'])
  expect((await run('sessions', 'end', '--user', 'alice')).stdout).toBe('ended the sessions of alice\n')
  expect(await left()).toEqual(['bob'])
  expect((await run('sessions', 'end', '--all')).stdout).toBe('ended all sessions\n')
  expect((await run('sessions')).stdout).toBe('nobody is signed in\n')
})

test('grants lists what is granted, and revokes by id, client and user, or all', async () => {
  await grant('alice')
  await grant('bob')
  await grant('bob')
  const [first] = await server.control.grants('default', { user: 'bob' })
  const id = first?.id ?? ''

  const listed = await run('grants', '--user', 'alice')
  expect(listed.stdout).toMatch(/^ID +USER +CLIENT +SCOPES +TOKENS\n\S+ +alice +tv-app +openid +1 device_code\n$/)
  expect((await run('grants', 'revoke', id)).stdout).toBe(`revoked ${id}\n`)
  const ofBob = await run('grants', 'revoke', '--client', 'tv-app', '--user', 'bob', '--json')
  expect(JSON.parse(ofBob.stdout)).toEqual({ revoked: { user: 'bob', client: 'tv-app' } })
  expect((await server.control.grants('default')).map(({ user }) => user)).toEqual(['alice'])
  expect((await run('grants', 'revoke', '--all')).stdout).toBe('revoked all grants\n')
  expect((await run('grants')).stdout).toBe('nothing is granted\n')
})

test.each([
  [['sessions', 'create'], 'Failed to sign in: say who, with --user. See understudy sessions --help.'],
  [['sessions', 'end'], 'Failed to end sessions: say one of an id, --user, --all. See understudy sessions --help.'],
  [['sessions', 'create', '--user', 'mallory'], 'Failed to sign "mallory" in: This account is locked.'],
  [
    ['grants', 'revoke'],
    'Failed to revoke grants: say one of an id, --user or --client, --all. See understudy grants --help.',
  ],
])('%j fails in one line', async (args, message) => {
  expect(await run(...args)).toEqual({ code: 1, stdout: '', stderr: `error: ${message}\n` })
})
