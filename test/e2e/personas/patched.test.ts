import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as client from 'openid-client'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../../src/index.ts'

const redirectUri = 'http://localhost:3000/callback'
const usual = { client_secret: 's', redirect_uris: [redirectUri] }
const members = {
  users: [{ username: 'alice', sub: '100101' }],
  clients: [
    { client_id: 'web', ...usual },
    { client_id: 'own', client_secret: 's', grant_types: ['client_credentials'] },
  ],
  scopes: { crate: { description: 'Your crates' } },
  lifetimes: { id_token: 99 },
}
const ours = { extends: 'dlive', name: 'Stream', defaults: { lifetimes: { access_token: 300 } } }
const personas = ['generic', 'digitalocean', 'dlive', 'resonite', 'digital-dj-pool', ours]

let folder: string
let idp: Understudy

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-patched-'))
})
afterEach(async () => {
  await idp.close()
  rmSync(folder, { recursive: true })
})

const store = () => `json:${join(folder, 'store.json')}`
const start = async (persona: unknown, more: object = {}) => {
  idp = await startUnderstudy({ fixtures: { ...members, ...more, persona } as never, store: store(), watch: false })
}

/** What fixtures with this persona come to. */
async function declaredAs(persona: unknown): Promise<unknown> {
  const other = await startUnderstudy({ fixtures: { ...members, persona } as never, watch: false })
  onTestFinished(() => other.close())
  return other.fixtures()
}

const pairs = personas.flatMap((from) => personas.filter((to) => to !== from).map((to) => [from, to] as const))

test.each(pairs)('an issuer that was %j and is patched to be %j is as if it had been declared so', async (from, to) => {
  await start(from)
  const before = await idp.fixtures()

  await idp.patch({ persona: to } as never)

  expect(await idp.fixtures()).toEqual(await declaredAs(to))
  await idp.reset()
  expect(await idp.fixtures()).toEqual(before)
})

test('it stays so over a restart, and through one persona after the other', async () => {
  await start('digitalocean')
  await idp.patch({ persona: 'dlive' })
  await idp.patch({ persona: 'digital-dj-pool' })
  await idp.close()

  await start('digitalocean')

  expect(await idp.fixtures()).toEqual(await declaredAs('digital-dj-pool'))
})

test('what was patched and put beside it stays, and what was taken away stays away', async () => {
  await start('generic')
  await idp.patch({ persona: 'dlive', lifetimes: { access_token: 77 } })
  await idp.scopes.delete('streamkey:read')
  await idp.clients.put('put', usual)
  const then = async () => {
    const { lifetimes, scopes, clients } = (await idp.fixtures()) as Record<string, Record<string, unknown>>
    return { lifetimes, scopes: Object.keys(scopes ?? {}), clients: (clients as unknown as unknown[]).length }
  }
  const expected = {
    lifetimes: { id_token: 99, access_token: 77, refresh_token: 31_536_000 },
    scopes: expect.arrayContaining(['crate', 'email:read']),
    clients: 3,
  }
  expect(await then()).toEqual(expected)
  expect((await then()).scopes).not.toContain('streamkey:read')
  await idp.close()

  await start('generic')

  expect(await then()).toEqual(expected)
  expect((await then()).scopes).not.toContain('streamkey:read')
  await idp.patch({ persona: 'generic' })
  expect(await then()).toEqual({ lifetimes: { id_token: 99, access_token: 77 }, scopes: ['crate'], clients: 3 })
})

test('a client gets what the persona has clients be, and tokens that live as long', async () => {
  await start('generic')
  await idp.patch({ persona: 'digitalocean' })
  const server = { issuer: idp.url, token_endpoint: `${idp.url}/v1/oauth/token` }
  const config = new client.Configuration(server, 'web', 's', client.ClientSecretPost('s'))
  client.allowInsecureRequests(config)
  const at = new URL(`${idp.url}/v1/oauth/authorize`)
  at.search = new URLSearchParams({ client_id: 'web', response_type: 'code', redirect_uri: redirectUri }).toString()

  const callback = await idp.login('alice', { url: at })
  const tokens = await client.authorizationCodeGrant(config, callback, { expectedState: client.skipStateCheck })

  expect(tokens).toMatchObject({ expires_in: 2_592_000, refresh_token: expect.any(String), scope: 'read' })
})
