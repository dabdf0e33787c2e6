import { mkdirSync, mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates } from 'node:tls'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { UnderstudyContainer } from '../../src/sdk/testcontainers.ts'
import { Engine } from './engine.ts'

const engine = new Engine()
const folder = mkdtempSync(join(tmpdir(), 'understudy-given-'))

beforeAll(async () => {
  vi.stubEnv('DOCKER_HOST', await engine.listen())
  vi.stubEnv('DOCKER_CONFIG', folder)
  vi.stubEnv('TESTCONTAINERS_RYUK_DISABLED', 'true')
})

afterAll(async () => {
  await engine.close()
  vi.unstubAllEnvs()
})

test('the image of this version is started, and waited for until it serves the example', async () => {
  await using container = await new UnderstudyContainer().start()
  const idp = await container.connect()

  expect(engine.containers.at(-1)?.created).toMatchObject({
    Image: `understudy-idp:${manifest.version}`,
    ExposedPorts: { '9400/tcp': {} },
  })
  expect(idp.url).toBe(container.getIssuerUrl())
  expect(await discovered(idp.url)).toBe(idp.url)
  expect((await idp.clients.list()).map(({ client_id: id }) => id)).toContain('web-app')
  expect(container.getIssuerUrl('partner')).toBe(idp.issuer('partner').url)
})

test('fixtures are copied in, as documents, files and folders, and the later are merged over the earlier', async () => {
  const file = join(folder, 'one,two.yaml')
  // As a cautious umask leaves files, which the user of the image must be able to read nonetheless.
  writeFileSync(file, 'users: [bob, { username: carol, sub: from-the-file }]\n', { mode: 0o600 })
  mkdirSync(join(folder, 'more'), { mode: 0o700 })
  writeFileSync(join(folder, 'more/users.yaml'), 'users: [{ username: bob, sub: from-the-folder }]\n', { mode: 0o600 })
  await using container = await new UnderstudyContainer()
    .withFixtures({ users: ['alice'] })
    .withFixtures(file)
    .withFixtures(join(folder, 'more'))
    .start()
  const idp = await container.connect()

  const users = (await idp.users.list()).map(({ username, sub }) => [username, sub])

  expect(users).toEqual([
    ['alice', undefined],
    ['bob', 'from-the-folder'],
    ['carol', 'from-the-file'],
  ])
  expect(await idp.clients.list()).toEqual([])
  const inside = join(engine.containers.at(-1)?.folder ?? '', 'understudy-fixtures')
  expect(modes(join(inside, '1-one_two.yaml'), join(inside, '2-more/users.yaml'))).toEqual(['644', '755'])
})

test('a token is asked for, and handed over by connect', async () => {
  await using container = await new UnderstudyContainer().withAdminToken('s3cret').start()
  const refused = await fetch(`${container.getIssuerUrl()}/_understudy/api/issuers`)
  const idp = await container.connect({ timeoutMs: 5000 })

  expect(refused.status).toBe(401)
  expect(await idp.armed()).toEqual([])
})

test('it is called as other containers and browsers call it', async () => {
  await using container = await new UnderstudyContainer()
    .withIssuerUrl('http://understudy:9400')
    .withBrowserUrl('http://localhost:9400')
    .start()
  const idp = await container.connect()

  expect(idp.url).toBe('http://understudy:9400')
  expect(await discovered(container.getIssuerUrl())).toBe('http://understudy:9400')
})

test('HTTPS is spoken by an authority that this process trusts until the container is stopped', async () => {
  const container = await new UnderstudyContainer().withHttps().start()
  const url = container.getIssuerUrl()
  const idp = await container.connect()

  expect(url).toMatch(/^https:\/\/[\d.]+:\d+$/)
  expect(idp.url).toBe(url)
  expect(await discovered(url)).toBe(url)
  expect((await idp.login('alice', { client: 'web-app' })).searchParams.has('code')).toBe(true)
  const authority = container.getAuthority()
  expect(authority).toBe(await idp.certificates.authority())
  expect(getCACertificates('default').map((each) => each.trim())).toContain(authority?.trim())

  await container.stop()
  expect(getCACertificates('default').map((each) => each.trim())).not.toContain(authority?.trim())
})

test('without HTTPS there is no authority to trust', async () => {
  await using container = await new UnderstudyContainer().start()

  expect(container.getAuthority()).toBeUndefined()
})

test('a function cannot be sent into a container', () => {
  const fixtures = { users: ['alice'], claims: () => ({}) }

  expect(() => new UnderstudyContainer().withFixtures(fixtures)).toThrow(
    expect.objectContaining({ code: 'ERR_NOT_DATA' }),
  )
})

async function discovered(origin: string): Promise<string> {
  const answer = await fetch(`${origin}/.well-known/openid-configuration`)
  return ((await answer.json()) as { issuer: string }).issuer
}

const modes = (...paths: string[]) => paths.map((path) => (statSync(path).mode & 0o777).toString(8))
