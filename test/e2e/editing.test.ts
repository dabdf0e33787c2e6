import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as client from 'openid-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RunningServer, type ServerOptions, startServer } from '../../src/server.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login } from './flows.ts'

const declared = `
users:
  - { username: alice, sub: "100101", claims: { name: Alice Liddell } }
  - bob
clients:
  - client_id: web
    client_secret: web-secret
    redirect_uris: [http://localhost:3000/callback]
    grant_types: [authorization_code, refresh_token]
`

let folder: string
let file: string
let store: string
let server: RunningServer

/** Starts the server anew: on the same files, and on the same store unless it is told of another. */
async function restart(options: Partial<ServerOptions> = {}): Promise<void> {
  const port = server === undefined ? 0 : Number(new URL(server.url).port)
  await server?.close()
  server = await startServer({ fixtures: [file], store, port, logLevel: 'silent', env: {}, ...options })
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-editing-'))
  file = join(folder, 'fixtures.yaml')
  store = `json:${join(folder, 'store.json')}`
  writeFileSync(file, declared)
  server = await startServer({ fixtures: [file], store, port: 0, logLevel: 'silent', env: {} })
})

afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const web = (secret = 'web-secret') => discover(server.url, 'web', secret)

const usernames = async () => (await server.control.users('default')).map(({ username }) => username)

test('a user, a client and a scope that are put are in force on the next request', async () => {
  const { control } = server
  await control.putScope('default', 'crate', { claims: ['crates'] })
  await control.putUser('default', 'carol', { password: 'secret', claims: { crates: 7 } })
  await control.putClient('default', 'app', {
    client_secret: 'app-secret',
    redirect_uris: ['http://localhost:3000/callback'],
    consent: 'skip',
    auto_login: 'carol',
  })

  const app = await discover(server.url, 'app', 'app-secret')
  const { tokens } = await login(app, { scope: 'openid crate' })

  expect(app.serverMetadata().scopes_supported).toContain('crate')
  expect(tokens.claims()).toMatchObject({ sub: 'carol', crates: 7 })
})

test('tokens and sessions of a user live on while the user is edited', async () => {
  const config = await web()
  const agent = new UserAgent()
  const { tokens } = await login(config, { agent, scope: 'openid profile' })

  await server.control.putUser('default', 'alice', { sub: '100101', claims: { name: 'Alice of Wonderland' } })

  const info = await client.fetchUserInfo(config, tokens.access_token, '100101')
  expect(info.name).toBe('Alice of Wonderland')
  await expect(client.refreshTokenGrant(config, tokens.refresh_token as string)).resolves.toBeDefined()
  await expect(login(config, { agent, scope: 'openid', parameters: { prompt: 'none' } })).resolves.toBeDefined()
})

test('a deleted user loses tokens and session, and a client that asks is told to log in', async () => {
  const config = await web()
  const agent = new UserAgent()
  const { tokens } = await login(config, { agent })

  await server.control.deleteUser('default', 'alice')

  const refreshed = client.refreshTokenGrant(config, tokens.refresh_token as string)
  await expect(refreshed).rejects.toMatchObject({ error: 'invalid_grant' })
  await expect(client.fetchUserInfo(config, tokens.access_token, '100101')).rejects.toMatchObject({ status: 401 })
  expect(await client.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false })
  const silent = login(config, { agent, parameters: { prompt: 'none' } })
  await expect(silent).rejects.toMatchObject({ error: 'login_required' })
  await expect(login(config, { agent, user: 'bob' })).resolves.toBeDefined()
})

test('a deleted client gets nothing any more, nor do its tokens', async () => {
  const config = await web()
  const { tokens } = await login(config)

  await server.control.deleteClient('default', 'web')

  const refreshed = client.refreshTokenGrant(config, tokens.refresh_token as string)
  await expect(refreshed).rejects.toMatchObject({ status: 401, error: 'invalid_client' })
  await expect(client.fetchUserInfo(config, tokens.access_token, '100101')).rejects.toMatchObject({ status: 401 })
  const page = await new UserAgent().open(
    client.buildAuthorizationUrl(config, { redirect_uri: 'http://localhost:3000/callback', scope: 'openid' }),
  )
  expect(page.status).toBe(400)
})

test('a patch changes lifetimes, arms faults and declares scenarios', async () => {
  const { control } = server

  await control.patchFixtures('default', {
    lifetimes: { access_token: '90s' },
    faults: [{ fault: 'invalid_grant', when: { grant_type: 'refresh_token' } }],
    scenarios: { down: { faults: [{ fault: 'unauthorized_client', when: { endpoint: 'token' } }] } },
  })

  const config = await web()
  const { tokens } = await login(config)
  const refresh = () => client.refreshTokenGrant(config, tokens.refresh_token as string)
  expect(tokens.expires_in).toBe(90)
  await expect(refresh()).rejects.toMatchObject({ error: 'invalid_grant' })
  await expect(refresh()).resolves.toBeDefined()
  await control.toggleScenario('default', 'down', true)
  await expect(login(config)).rejects.toMatchObject({ error: 'unauthorized_client' })
})

test('edits survive a restart, in small writes, and a reset ends them', async () => {
  const { control } = server
  await control.putUser('default', 'zoe', {})
  await control.putUser('default', 'carol', 'carol')
  await control.putUser('default', 'zoe', { state: 'locked' })
  await control.deleteUser('default', 'bob')
  await control.patchFixtures('default', { lifetimes: { access_token: 60 }, faults: [{ fault: 'slow_down' }] })
  const before = await control.fixtures('default')

  await restart()

  expect(await server.control.fixtures('default')).toEqual(before)
  expect(await usernames()).toEqual(['alice', 'zoe', 'carol'])
  await server.control.reset('default')
  expect(await usernames()).toEqual(['alice', 'bob'])
  await restart()
  expect(await usernames()).toEqual(['alice', 'bob'])
  expect(await server.control.faults('default')).toEqual([])
})

test('a fault that was patched in keeps its counters over a restart', async () => {
  await server.control.patchFixtures('default', { faults: [{ fault: 'invalid_client', when: { endpoint: 'token' } }] })
  await expect(login(await web())).rejects.toMatchObject({ error: 'invalid_client' })

  await restart()

  expect(await server.control.faults('default')).toMatchObject([{ fault: 'invalid_client', fires: 1, spent: true }])
  await expect(login(await web())).resolves.toBeDefined()
})

test('one edit among many users is one small write', async () => {
  const users = Array.from({ length: 2000 }, (_, index) => `user-${index}`)
  await server.control.patchFixtures('default', { users })
  const sizes = () => readFileSync(`${join(folder, 'store.json')}.1.log`, 'utf8').length
  const before = sizes()

  await server.control.putUser('default', 'user-7', { state: 'locked' })

  expect(sizes() - before).toBeLessThan(500)
})

test('edits lie over what the files come to say', async () => {
  const { control } = server
  await control.putUser('default', 'alice', { sub: '100101', state: 'locked' })
  await control.putUser('default', 'carol', {})
  await control.deleteUser('default', 'bob')

  writeFileSync(file, declared.replace('Alice Liddell', 'Somebody else').replace('- bob', '- bob\n  - dave'))

  expect(await usernames()).toEqual(['alice', 'dave', 'carol'])
  expect(await control.user('default', 'alice')).toEqual({ username: 'alice', sub: '100101', state: 'locked' })
  writeFileSync(file, declared.replace(/.*alice.*\n/, ''))
  expect((await usernames()).toSorted()).toEqual(['alice', 'carol'])
  await control.reset('default')
  expect(await usernames()).toEqual(['bob'])
})

test('an edit that the files have come to contradict is set aside, and back once it fits', async () => {
  const withScope = `scopes: { crate: {} }\n${declared}`
  writeFileSync(file, withScope)
  await server.control.putClient('default', 'job', {
    grant_types: ['client_credentials'],
    client_secret: 's',
    scope: 'crate',
  })
  await server.control.putUser('default', 'carol', {})
  const ids = async () => (await server.control.clients('default')).map(({ client_id: id }) => id)

  writeFileSync(file, declared)
  const without = await ids()
  await restart()
  const afterRestart = [await ids(), await usernames()]
  writeFileSync(file, withScope)

  expect(without).toEqual(['web'])
  expect(afterRestart).toEqual([['web'], ['alice', 'bob', 'carol']])
  expect(await ids()).toEqual(['web', 'job'])
})

test('created issuers are there after a restart, with their edits, until they are ended or declared', async () => {
  const { control } = server
  await control.createIssuer({ name: 'shop', users: ['dave'] })
  await control.createIssuer({ name: 'bar' })
  await control.createIssuer({ name: 'gone' })
  await control.putUser('shop', 'erin', {})
  await control.endIssuer('gone')

  await restart()
  const names = (await server.control.issuers()).map(({ name }) => name)
  const users = await server.control.users('shop')
  writeFileSync(file, `${declared}issuers: { bar: { users: [frank] } }\n`)
  const ofFiles = await server.control.users('bar')
  writeFileSync(file, declared)
  await restart()

  expect(names).toEqual(['default', 'shop', 'bar'])
  expect(users).toMatchObject([{ username: 'dave' }, { username: 'erin' }])
  expect(ofFiles).toMatchObject([{ username: 'frank' }])
  expect((await server.control.issuers()).map(({ name }) => name)).toEqual(['default', 'shop'])
})

test('an issuer with functions ends with the process', async () => {
  await server.registry.create('hooked', { onToken: ({ claims }) => claims }, { kept: true })

  await restart()

  expect(await server.control.issuers()).toHaveLength(1)
})

test('over HTTP no issuer names files of the server', async () => {
  const create = (issuer: object) =>
    fetch(`${server.url}/_understudy/api/issuers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(issuer),
    })

  const answers = await Promise.all([create({ users: { from: '/etc/passwd' } }), create({ keys: '/etc/passwd' })])

  expect(answers.map(({ status }) => status)).toEqual([422, 422])
  expect(await answers[0]?.json()).toMatchObject({ errors: [{ path: 'users.from' }] })
})

test('what is made has an address, which leads to it', async () => {
  const api = `${server.url}/_understudy/api/issuers`
  const ask = (path: string, method: string, body: unknown) =>
    fetch(api + path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

  const issuer = await ask('', 'POST', { name: 'shop' })
  const made = await ask('/shop/users/a%2Fb', 'PUT', {})
  const replaced = await ask('/shop/users/a%2Fb', 'PUT', 'a/b')

  const [ofIssuer, ofUser] = [issuer, made].map(({ headers }) => headers.get('location') ?? '')
  expect([issuer.status, made.status, replaced.status]).toEqual([201, 201, 200])
  expect([ofIssuer, ofUser]).toEqual(['/_understudy/api/issuers/shop', '/_understudy/api/issuers/shop/users/a%2Fb'])
  expect(replaced.headers.get('location')).toBeNull()
  expect(await (await fetch(server.url + ofUser)).json()).toMatchObject({ username: 'a/b', claims: { name: 'A/b' } })
})

test('an issuer that has ended writes nothing any more', async () => {
  await server.control.createIssuer({ name: 'shop' })
  const ended = server.registry.get('shop')
  await server.control.endIssuer('shop')

  await ended.edits.put('users', 'late', {})
  await server.control.createIssuer({ name: 'shop' })
  await restart()

  expect(await server.control.users('shop')).toEqual([])
})

test('a single put among ten thousand users is quick', async () => {
  const users = Array.from({ length: 10_000 }, (_, index) => ({ username: `user-${index}`, claims: { index } }))
  const startMs = performance.now()
  await server.control.patchFixtures('default', { users })
  const patchMs = performance.now() - startMs
  const putMs: number[] = []
  for (let index = 0; index < 20; index += 1) {
    const beginMs = performance.now()
    await server.control.putUser('default', `user-${index}`, { claims: { index, edited: true } })
    putMs.push(performance.now() - beginMs)
  }

  const medianMs = putMs.toSorted((a, b) => a - b)[10]
  expect(patchMs).toBeLessThan(4000)
  expect(medianMs).toBeLessThan(50)
})

test('a thousand issuers that come and go leave nothing behind', async () => {
  const { control, registry } = server
  const declaration = { users: ['alice'], clients: [{ client_id: 'tv', grant_types: ['device_code'] }] }

  async function cycles(count: number): Promise<void> {
    for (let done = 0; done < count; done += 20) {
      const made = await Promise.all(Array.from({ length: 20 }, () => control.createIssuer(declaration)))
      await Promise.all(made.map(({ name }) => control.putUser(name, 'bob', {})))
      await Promise.all(made.map(({ name }) => control.endIssuer(name)))
    }
  }

  setFlagsFromString('--expose-gc')
  const collectGarbage: () => void = runInNewContext('gc')

  function heapBytes(): number {
    collectGarbage()
    return process.memoryUsage().heapUsed
  }

  await cycles(200)
  const before = heapBytes()
  await cycles(1000)
  const grownBytes = heapBytes() - before

  expect([...registry.all()]).toHaveLength(1)
  expect(grownBytes).toBeLessThan(15 * 1024 * 1024)
  await restart()
  expect(await server.control.issuers()).toHaveLength(1)
}, 60_000)
