import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as client from 'openid-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { cleanEnv, entry } from '../cli/run.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login } from './flows.ts'

const before = `
users:
  - { username: alice, sub: "100101", claims: { name: Alice Liddell } }
clients:
  - client_id: web
    client_secret: web-secret
    redirect_uris: [http://localhost:3000/callback]
    grant_types: [authorization_code, refresh_token]
`

let folder: string
let file: string
let idp: Understudy
let web: client.Configuration

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-reload-'))
  file = join(folder, 'fixtures.yaml')
  await writeFile(file, before)
  idp = await startUnderstudy({ fixtures: file, logLevel: 'silent' })
  web = await discover(idp.url, 'web', 'web-secret')
})

afterEach(async () => {
  await idp?.close()
  await rm(folder, { recursive: true })
})

const edit = (text: string) => writeFile(file, text)

test('an edit is in force on the next request, and tokens and sessions live on', async () => {
  const agent = new UserAgent()
  const { tokens } = await login(web, { agent, scope: 'openid profile' })
  await edit(before.replace('Alice Liddell', 'Alice of Wonderland').replace('web-secret', 'new-secret'))
  await expect(client.fetchUserInfo(web, tokens.access_token, '100101')).resolves.toMatchObject({
    name: 'Alice of Wonderland',
  })
  await expect(client.refreshTokenGrant(web, tokens.refresh_token as string)).rejects.toMatchObject({ status: 401 })
  const renewed = await discover(idp.url, 'web', 'new-secret')
  await expect(client.refreshTokenGrant(renewed, tokens.refresh_token as string)).resolves.toBeDefined()
  await expect(login(renewed, { agent, scope: 'openid', parameters: { prompt: 'none' } })).resolves.toBeDefined()
})

test('an edit that is saved by renaming is in force on the next request', async () => {
  await writeFile(`${file}.new`, `${before}    client_name: The renamed app\n`)
  await rename(`${file}.new`, file)
  const page = await new UserAgent().open(
    client.buildAuthorizationUrl(web, { scope: 'openid', redirect_uri: 'http://localhost:3000/callback' }),
  )
  expect(page.html).toContain('The renamed app')
})

test('clients, users and issuers come and go', async () => {
  const { tokens } = await login(web, { scope: 'openid' })
  const more = `
  - { client_id: added, client_secret: added-secret, grant_types: [client_credentials] }
issuers:
  partner: { clients: [{ client_id: there, client_secret: there-secret, grant_types: [client_credentials] }] }
`
  await edit(before + more)
  const added = await discover(idp.url, 'added', 'added-secret')
  await expect(client.clientCredentialsGrant(added)).resolves.toBeDefined()
  const there = await discover(`${idp.url}/partner`, 'there', 'there-secret')
  await expect(client.clientCredentialsGrant(there)).resolves.toBeDefined()
  await edit(before)
  await expect(client.clientCredentialsGrant(added)).rejects.toMatchObject({ status: 401 })
  expect((await fetch(`${idp.url}/partner/.well-known/openid-configuration`)).status).toBe(404)
  await expect(client.fetchUserInfo(web, tokens.access_token, '100101')).resolves.toBeDefined()
})

test('discovery and the lifetime of new tokens follow an edit', async () => {
  expect((await login(web, { scope: 'openid' })).tokens.expires_in).toBe(3600)
  await edit(`lifetimes: { access_token: 60s }\nscopes: { crate: {} }\n${before}`)
  expect((await login(web, { scope: 'openid' })).tokens.expires_in).toBe(60)
  const { scopes_supported: scopes } = (await discover(idp.url, 'web', 'web-secret')).serverMetadata()
  expect(scopes).toContain('crate')
})

test.each([
  ['is no YAML', 'users: [\n'],
  ['has a mistake', before.replace('client_secret', 'client_sekret')],
  ['is empty of what it needs', 'users: 5\n'],
  ['has a client that the provider refuses', before.replace('http://localhost:3000/callback', 'javascript:alert(1)')],
])('an edit that %s changes nothing, and the next good one is in force', async (_, broken) => {
  const agent = new UserAgent()
  const { tokens } = await login(web, { agent, scope: 'openid profile' })
  await edit(broken)
  await expect(client.fetchUserInfo(web, tokens.access_token, '100101')).resolves.toMatchObject({
    name: 'Alice Liddell',
  })
  await expect(login(web, { agent, scope: 'openid profile', parameters: { prompt: 'none' } })).resolves.toBeDefined()
  await edit(before.replace('Alice Liddell', 'Alice of Wonderland'))
  await expect(client.fetchUserInfo(web, tokens.access_token, '100101')).resolves.toMatchObject({
    name: 'Alice of Wonderland',
  })
})

test('a login that is under way goes on over an edit', async () => {
  const agent = new UserAgent()
  const url = client.buildAuthorizationUrl(web, { scope: 'openid', redirect_uri: 'http://localhost:3000/callback' })
  const page = await agent.open(url)
  await edit(before.replace('Alice Liddell', 'Alice of Wonderland'))
  const consent = await agent.submit(page, /name="pick"/, { pick: 'alice' })
  expect(consent.html).toContain('Alice of Wonderland')
  const { url: callback } = await agent.submit(consent, /interaction\/[\w-]+"/)
  await expect(client.authorizationCodeGrant(web, callback)).resolves.toBeDefined()
})

test('with watch: false an edit changes nothing', async () => {
  await using still = await startUnderstudy({ fixtures: file, watch: false })
  const config = await discover(still.url, 'web', 'web-secret')
  await edit(before.replace('web-secret', 'new-secret'))
  await expect(login(config, { scope: 'openid' })).resolves.toBeDefined()
})

test('the log says that an edit is in force, or where its mistake stands', async () => {
  const args = [entry, 'start', '--port', '0', '--fixtures', file]
  const child = spawn(process.execPath, args, { env: cleanEnv(), stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    const [ready] = await once(createInterface(child.stdout), 'line')
    const url = /http:\/\/\S+?(?=[\s,]|$)/.exec(ready)?.[0]
    const log: string[] = []
    createInterface(child.stderr).on('line', (line) => log.push(line))
    await edit(before.replace('client_secret', 'client_sekret'))
    await fetch(`${url}/jwks`)
    await expect.poll(() => log.join('\n')).toMatch(/last good ones stay in force.*fixtures\.yaml:6:5.*client_sekret/)
    await edit(before)
    await fetch(`${url}/jwks`)
    await expect.poll(() => log.join('\n')).toContain('in force"')
  } finally {
    child.kill()
    await once(child, 'exit')
  }
})
