import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { escapeVariables } from '../../src/fixtures/environment.ts'
import { parseYaml } from '../../src/fixtures/yaml.ts'
import { type RunningServer, startServer } from '../../src/server.ts'
import { cleanEnv, entry, type Ran, runHere } from './run.ts'

let folder: string
let server: RunningServer

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-cli-editing-'))
  const inline = JSON.stringify({
    users: ['alice', { username: 'mallory', state: 'locked' }],
    clients: [{ client_id: 'web', client_secret: 's', redirect_uris: ['http://localhost:3000/cb'] }],
    scopes: { crate: { description: 'Your crates', claims: ['crates', 'boxes'] } },
  })
  server = await startServer({ inline, port: 0, logLevel: 'silent', env: {} })
})
beforeEach(() => server.control.reset('default'))
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const run = (args: string[], env: Record<string, string> = {}): Promise<Ran> =>
  runHere(args, { env: { UNDERSTUDY_SERVER: server.url, ...env } })

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

test('lists are tables', async () => {
  const ran = await Promise.resolve([
    (await run(['users'])).stdout,
    (await run(['clients', 'list'])).stdout,
    (await run(['scopes'])).stdout,
    (await run(['scopes', '--issuer', 'default', '--json'])).stdout,
  ])

  expect(ran.slice(0, 3)).toEqual([
    [
      'USERNAME  SUB      STATE   CLAIMS',
      'alice     alice    active  name, email, email_verified',
      'mallory   mallory  locked',
      '',
    ].join('\n'),
    'CLIENT  GRANTS              REDIRECT URIS\nweb     authorization_code  http://localhost:3000/cb\n',
    'SCOPE  CLAIMS         DESCRIPTION\ncrate  crates, boxes  Your crates\n',
  ])
  expect(JSON.parse(ran[3] ?? '')).toEqual([{ name: 'crate', description: 'Your crates', claims: ['crates', 'boxes'] }])
})

test.each([
  [['users', 'put', 'carol'], 'made user carol\n'],
  [['users', 'put', 'alice', 'state=locked'], 'replaced user alice\n'],
  [['users', 'delete', 'mallory'], 'deleted user mallory\n'],
  [['clients', 'put', 'tv', 'grant_types=["device_code"]'], 'made client tv\n'],
  [['clients', 'delete', 'web'], 'deleted client web\n'],
  [['scopes', 'put', 'crate'], 'replaced scope crate\n'],
  [['scopes', 'delete', 'crate'], 'deleted scope crate\n'],
  [['users', 'show', 'mallory'], 'username: mallory\nstate: locked\n'],
  [['issuers', 'end', 'shop'], 'ended shop\n'],
])('%j prints what it did', async (args, stdout) => {
  if (args.includes('shop')) await server.control.createIssuer({ name: 'shop' })

  expect(await run(args)).toEqual({ code: 0, stdout, stderr: '' })
})

test('assignments make a whole entry', async () => {
  await run([
    'users',
    'put',
    'carol',
    'password="1234"',
    'claims.email=c@example.com',
    'claims.groups=["a"]',
    'state=locked',
  ])

  expect(await server.control.user('default', 'carol')).toEqual({
    username: 'carol',
    password: '1234',
    state: 'locked',
    claims: { email: 'c@example.com', groups: ['a'] },
  })
})

test('an entry comes from a file, or from standard input', async () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the file
  const path = file('carol.yaml', 'password: ${TEAPOT}\nclaims: { name: Carol }\n')
  const fromFile = await run(['users', 'put', 'carol', '--file', path], { TEAPOT: 'teapot' })
  const args = [entry, 'users', 'put', 'dave', '--file', '-', '--json']
  const child = execFile(process.execPath, args, { env: cleanEnv({ UNDERSTUDY_SERVER: server.url }) })
  child.stdin?.end('{"claims": {"name": "Dave"}}')
  const [printed] = await Promise.all([child.stdout && text(child.stdout), once(child, 'close')])

  expect(fromFile.stdout).toBe('made user carol\n')
  expect(await server.control.user('default', 'carol')).toMatchObject({ password: 'teapot', claims: { name: 'Carol' } })
  expect(JSON.parse(printed ?? '')).toEqual({ username: 'dave', claims: { name: 'Dave' } })
})

test('fixtures are exported as JSON and as YAML, and patched in again', async () => {
  await server.control.putUser('default', 'carol', { password: 'a${b' })
  const json = await run(['fixtures'])
  const yaml = await run(['fixtures', 'export', '--yaml'])
  const document = await server.control.fixtures('default')

  await server.control.reset('default')
  const patched = await run(['fixtures', 'patch', file('export.yaml', yaml.stdout)])

  expect(document.users).toContainEqual(expect.objectContaining({ password: 'a${b' }))
  expect(JSON.parse(json.stdout)).toEqual(escapeVariables(document))
  expect(parseYaml(yaml.stdout)).toEqual(escapeVariables(document))
  expect(patched).toEqual({ code: 0, stdout: 'patched: 3 users, 1 client, 1 scope\n', stderr: '' })
  expect(await server.control.fixtures('default')).toEqual(document)
})

test('a patch takes users from another file, and the variables of whoever sends it', async () => {
  file('users.json', '["dave"]')
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the file
  const path = file('patch.yaml', 'users: { from: ./users.json }\nlifetimes: { access_token: "${SECONDS_LEFT}" }\n')

  const ran = await run(['fixtures', 'patch', path], { SECONDS_LEFT: '90' })

  expect(ran.stdout).toBe('patched: 1 user\n')
  expect(await server.control.fixtures('default')).toMatchObject({ lifetimes: { access_token: 90 } })
})

test('an issuer is created from assignments and files', async () => {
  const path = file('shop.yaml', 'users: [alice, bob]\n')
  const named = await run(['issuers', 'create', 'shop', '--file', path, 'session_bound=true'])
  const unnamed = await run(['issuers', 'create', 'users=["carol"]', '--json'])
  const { name } = JSON.parse(unnamed.stdout)
  const listed = await run(['issuers'])
  await Promise.all(['shop', name].map((each) => server.control.endIssuer(each)))

  expect(named.stdout).toBe(`created shop at ${server.url}/shop\n`)
  expect(unnamed.stdout).toContain('"users": 1')
  expect(listed.stdout.split('\n')[0]).toMatch(/^NAME +URL +PERSONA +USERS +CLIENTS$/)
  expect(listed.stdout).toMatch(/^shop +http:\S+\/shop +generic +2 +0$/m)
})

test.each([
  [['users', 'show'], 'Failed to edit a user: say which user to show. See understudy users --help.'],
  [['clients', 'put', 'web', 'a=b', '--file', 'x'], 'Failed to edit a client: give members, or a --file, not both.'],
  [['users', 'put', 'carol', 'locked'], 'Failed to read "locked": expected name=value.'],
  [['users', 'put', 'carol', '--file', '/nowhere.yaml'], 'Failed to read /nowhere.yaml: ENOENT'],
  [['users', 'put', 'carol', 'stat=locked'], 'users/carol stat: unknown key. Did you mean "state"?'],
  [['fixtures', 'patch'], 'Failed to patch the fixtures: say with which file.'],
  [['fixtures', 'patch', '/nowhere.yaml'], '/nowhere.yaml there is no such file or folder'],
  [['issuers', 'end'], 'Failed to direct the issuers: say which issuer to end.'],
  [['issuers', 'end', 'default'], 'Failed to end the issuer "default": it is the root issuer'],
])('%j says what is wrong', async (args, message) => {
  const ran = await run(args)

  expect(ran).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(message) })
})

test('mistakes of a file are told in their places, and nothing is sent', async () => {
  const path = file('broken.yaml', 'users:\n  - { username: carol, stat: locked }\n')

  const ran = await run(['fixtures', 'patch', path])

  expect(ran.stderr).toContain('broken.yaml:2:24 users[0].stat: unknown key')
  expect(await server.control.users('default')).toHaveLength(2)
})
