import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { discover, login } from './flows.ts'
import { discoverServer } from './web-api-client.ts'

const template = {
  users: ['alice'],
  clients: [{ client_id: 'web', client_secret: 'web-secret', redirect_uris: ['http://localhost:3000/callback'] }],
  resources: { me: { path: '/api/me' } },
}

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: { resources: { mine: { path: '/mine/api' } }, issuers: { '*': template, declared: {} } },
  })
})

afterAll(() => idp.close())

const names = async (of: Understudy) => (await of.issuers()).map(({ name }) => name)

test('an issuer is there by the first request for it, and is none of the others', async () => {
  const [one, two] = [`${idp.url}/tenant-1`, `${idp.url}/tenant-2`]

  const config = await discover(one, 'web', 'web-secret')
  const { tokens } = await login(config)

  expect(tokens.claims()).toMatchObject({ iss: one, sub: 'alice' })
  const other = await discover(two, 'web', 'web-secret')
  await expect(client.fetchUserInfo(other, tokens.access_token, 'alice')).rejects.toMatchObject({ status: 401 })
  const api = await fetch(`${one}/api/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } })
  expect(await api.json()).toMatchObject({ sub: 'alice' })
  expect(await names(idp)).toEqual(expect.arrayContaining(['default', 'declared', 'tenant-1', 'tenant-2']))
})

test('it is discovered by the path of RFC 8414 as well, however many ask at once', async () => {
  const issuer = `${idp.url}/by-rfc-8414`

  const found = await Promise.all(Array.from({ length: 5 }, () => discoverServer(issuer, 'oauth2')))

  expect(found.map((server) => server.issuer)).toEqual(Array(5).fill(issuer))
})

test('its resource is described from the first request on', async () => {
  const response = await fetch(`${idp.url}/.well-known/oauth-protected-resource/by-rfc-9728/api/me`)

  expect(await response.json()).toMatchObject({ resource: `${idp.url}/by-rfc-9728/api/me` })
})

describe('no issuer comes of', () => {
  const paths = [
    '/nothing',
    '/nothing/',
    '/nothing/at-all',
    '/.well-known/openid-configuration',
    '/_understudy/token',
    '/interaction/token',
    '/token/jwks',
    '/-bad/token',
    '/%2A/token',
    '/*/token',
    '/a%20b/token',
    '/mine/token',
    `/${'n'.repeat(101)}/token`,
  ]

  test.each(paths)('%s', async (path) => {
    const before = await names(idp)

    await fetch(idp.url + path)

    expect(await names(idp)).toEqual(before)
  })
})

test('it is ended by the admin API, forgets all, and comes again', async () => {
  const url = `${idp.url}/short-lived`
  const config = await discover(url, 'web', 'web-secret')
  const { tokens } = await login(config)
  const issuer = idp.issuer('short-lived')
  await issuer.arm('server_error')

  await fetch(`${idp.url}/_understudy/api/issuers/short-lived`, { method: 'DELETE' })

  expect(await names(idp)).not.toContain('short-lived')
  await expect(client.fetchUserInfo(config, tokens.access_token, 'alice')).rejects.toMatchObject({ status: 401 })
  expect(await names(idp)).toContain('short-lived')
  expect(await idp.issuer('short-lived').armed()).toEqual([])
})

test('its URL is below that of a fixed root issuer', async () => {
  await using fixed = await startUnderstudy({
    fixtures: { issuer: 'https://idp.example/base', issuers: { '*': template } },
  })

  const response = await fetch(`${fixed.origin}/base/t1/.well-known/openid-configuration`)

  expect(await response.json()).toMatchObject({
    issuer: 'https://idp.example/base/t1',
    token_endpoint: 'https://idp.example/base/t1/token',
  })
})

test('an edit of the template is in force for those that are there; without it they end', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'on-demand-')), 'fixtures.json')
  const write = (issuers: object) => writeFile(file, JSON.stringify({ issuers }))
  await write({ '*': template })
  await using edited = await startUnderstudy({ fixtures: file })
  const config = await discover(`${edited.url}/t1`, 'web', 'web-secret')
  const { tokens } = await login(config)

  await write({ '*': { ...template, users: [{ username: 'alice', claims: { name: 'Alice L.' } }] } })
  const info = await client.fetchUserInfo(config, tokens.access_token, 'alice')
  await write({})
  const gone = await fetch(`${edited.url}/t1/jwks`)

  expect(info.name).toBe('Alice L.')
  expect(gone.status).toBe(404)
  expect(await names(edited)).toEqual(['default'])
})
