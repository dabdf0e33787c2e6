import * as client from 'openid-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../../src/server.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login } from './flows.ts'

const callback = 'http://localhost:3000/callback'
const app = {
  client_secret: 'secret',
  redirect_uris: [callback],
  grant_types: ['authorization_code' as const, 'refresh_token' as const],
}
const members = {
  scopes: { crate: { description: 'Read your crates' } },
  users: [
    { username: 'alice', sub: '100101' },
    { username: 'bob', sub: '100102' },
  ],
  clients: [
    { client_id: 'web', ...app },
    { client_id: 'shop', ...app },
  ],
}
const inline = { ...members, issuers: { opaque: { ...members, access_token: { format: 'opaque' as const } } } }

let server: RunningServer

beforeEach(async () => {
  server = await startServer({ inline, port: 0, logLevel: 'silent', watch: false, env: {} })
})
afterEach(() => server.close())

const issuers = [['default', ''] as const, ['opaque', '/opaque'] as const]
const dead = { error: 'invalid_grant' }

test.each(issuers)('a revoked grant of %s takes its tokens along, and is asked for again', async (name, mount) => {
  const config = await discover(server.url + mount, 'web', 'secret')
  const agent = new UserAgent()
  const { tokens } = await login(config, { agent, scope: 'openid crate' })
  const [grant] = await server.control.grants(name)
  await server.control.revokeGrant(name, grant?.id ?? '')

  expect(grant).toMatchObject({
    user: 'alice',
    client: 'web',
    scopes: ['openid', 'crate'],
    tokens: { access_token: 1, refresh_token: 1, authorization_code: 0, device_code: 0, auth_req_id: 0 },
  })
  await expect(client.fetchUserInfo(config, tokens.access_token, '100101')).rejects.toMatchObject({ status: 401 })
  expect((await client.tokenIntrospection(config, tokens.access_token)).active).toBe(false)
  await expect(client.refreshTokenGrant(config, tokens.refresh_token as string)).rejects.toMatchObject(dead)
  expect(await server.control.sessions(name)).toHaveLength(1)
  const silent = client.buildAuthorizationUrl(config, { redirect_uri: callback, scope: 'openid', prompt: 'none' })
  expect((await agent.open(silent)).url.searchParams.get('error')).toBe('consent_required')
  await expect(login(config, { agent, scope: 'openid' })).resolves.toBeDefined()
})

test('live tokens are counted as they come and go', async () => {
  const config = await discover(server.url, 'web', 'secret')
  const { tokens } = await login(config, { scope: 'openid' })
  const counted = async () => (await server.control.grants('default'))[0]?.tokens
  const { refresh_token: next = '' } = await client.refreshTokenGrant(config, tokens.refresh_token as string)
  expect(await counted()).toMatchObject({ access_token: 2, refresh_token: 1 })
  await server.control.advanceClock('default', '2h')
  expect(await counted()).toMatchObject({ access_token: 0, refresh_token: 1 })
  await client.refreshTokenGrant(config, next)
  expect(await counted()).toMatchObject({ access_token: 1, refresh_token: 1 })
  await client.tokenRevocation(config, tokens.access_token)
  expect(await counted()).toMatchObject({ access_token: 1 })
})

test('revoking by user and client leaves the others alone', async () => {
  const [web, shop] = [await discover(server.url, 'web', 'secret'), await discover(server.url, 'shop', 'secret')]
  const agent = new UserAgent()
  const { tokens: ofWeb } = await login(web, { agent, scope: 'openid' })
  const { tokens: ofShop } = await login(shop, { agent, scope: 'openid' })
  const { tokens: ofBob } = await login(web, { user: 'bob', scope: 'openid' })
  await server.control.revokeGrants('default', { user: 'alice', client: 'web' })

  await expect(client.refreshTokenGrant(web, ofWeb.refresh_token as string)).rejects.toMatchObject(dead)
  await expect(client.refreshTokenGrant(shop, ofShop.refresh_token as string)).resolves.toBeDefined()
  await expect(client.refreshTokenGrant(web, ofBob.refresh_token as string)).resolves.toBeDefined()
  // Within one second of the clock, none is the newer one.
  const left = (await server.control.grants('default')).map(({ user, client: id }) => `${user} ${id}`)
  expect(left.sort()).toEqual(['alice shop', 'bob web'])
})
