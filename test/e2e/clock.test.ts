import { exportJWK, generateKeyPair } from 'jose'
import * as client from 'openid-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login } from './flows.ts'

let idp: Understudy
let web: client.Configuration
let keys: Awaited<ReturnType<typeof generateKeyPair>>

beforeEach(async () => {
  keys = await generateKeyPair('ES256')
  const grants = { grant_types: ['authorization_code' as const, 'refresh_token' as const] }
  const members = {
    lifetimes: { access_token: '1h', refresh_token: '90d', session: '14d' },
    users: [{ username: 'alice', sub: '100101' }],
    clients: [
      { client_id: 'web', client_secret: 'secret', redirect_uris: ['http://localhost:3000/callback'], ...grants },
      {
        client_id: 'brief',
        client_secret: 'secret',
        redirect_uris: ['http://localhost:3000/callback'],
        ...grants,
        lifetimes: { access_token: '60s', refresh_token: '10m', id_token: '5m' },
      },
      {
        client_id: 'signing',
        token_endpoint_auth_method: 'private_key_jwt' as const,
        jwks: { keys: [(await exportJWK(keys.publicKey)) as never] },
        grant_types: ['client_credentials' as const],
      },
    ],
  }
  idp = await startUnderstudy({
    fixtures: { ...members, issuers: { opaque: { ...members, access_token: { format: 'opaque' } } } },
  })
  web = await discover(idp.url, 'web', 'secret')
})

afterEach(() => idp?.close())

const dead = { error: 'invalid_grant' }

async function isActive(config: client.Configuration, token: string): Promise<boolean> {
  return (await client.tokenIntrospection(config, token)).active
}

test.each(['default', 'opaque'])('tokens of the issuer %s age by its clock', async (name) => {
  const issuer = idp.issuer(name)
  const config = await discover(issuer.url, 'web', 'secret')
  const { tokens } = await login(config, { scope: 'openid' })
  await issuer.clock.advance('59m')
  await expect(client.fetchUserInfo(config, tokens.access_token, '100101')).resolves.toBeDefined()
  expect(await isActive(config, tokens.access_token)).toBe(true)
  await issuer.clock.advance('31d')
  await expect(client.fetchUserInfo(config, tokens.access_token, '100101')).rejects.toMatchObject({ status: 401 })
  expect(await isActive(config, tokens.access_token)).toBe(false)
  expect(await isActive(config, tokens.refresh_token as string)).toBe(true)
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token as string)
  await expect(client.fetchUserInfo(config, refreshed.access_token, '100101')).resolves.toBeDefined()
  expect(refreshed.expires_in).toBe(3600)
  await issuer.clock.advance('1y')
  await expect(client.refreshTokenGrant(config, refreshed.refresh_token as string)).rejects.toMatchObject(dead)
  expect(await isActive(config, refreshed.refresh_token as string)).toBe(false)
})

test('a new login after years works, and its tokens age from then', async () => {
  await idp.clock.advance('3y')
  const { tokens } = await login(web, { scope: 'openid' })
  await expect(client.fetchUserInfo(web, tokens.access_token, '100101')).resolves.toBeDefined()
  await idp.clock.advance('59m')
  await expect(client.fetchUserInfo(web, tokens.access_token, '100101')).resolves.toBeDefined()
  await idp.clock.advance('2m')
  await expect(client.fetchUserInfo(web, tokens.access_token, '100101')).rejects.toMatchObject({ status: 401 })
})

test("a client's own lifetimes come before the issuer's", async () => {
  const brief = await discover(idp.url, 'brief', 'secret')
  const { tokens } = await login(brief, { scope: 'openid' })
  const { iat, exp } = tokens.claims() as client.IDToken
  expect({ access: tokens.expires_in, id: exp - iat }).toEqual({ access: 60, id: 300 })
  await idp.clock.advance('61s')
  await expect(client.fetchUserInfo(brief, tokens.access_token, '100101')).rejects.toMatchObject({ status: 401 })
  await idp.clock.advance('8m')
  await expect(client.refreshTokenGrant(brief, tokens.refresh_token as string)).resolves.toBeDefined()
})

test("another issuer's clock stands where it is", async () => {
  const other = await discover(idp.issuer('opaque').url, 'web', 'secret')
  const agent = new UserAgent()
  const { tokens } = await login(other, { agent, scope: 'openid' })
  await idp.clock.advance('1y')
  await expect(client.fetchUserInfo(other, tokens.access_token, '100101')).resolves.toBeDefined()
  await expect(client.refreshTokenGrant(other, tokens.refresh_token as string)).resolves.toBeDefined()
  await expect(login(other, { agent, scope: 'openid', parameters: { prompt: 'none' } })).resolves.toBeDefined()
})

test('clients that sign their assertions by real time are still let in', async () => {
  const signing = await discover(idp.url, 'signing', undefined, client.PrivateKeyJwt(keys.privateKey))
  await idp.clock.advance('31d')
  await expect(client.clientCredentialsGrant(signing)).resolves.toMatchObject({ expires_in: 3600 })
})

test('what is signed carries real time, so that clients take it', async () => {
  client.enableNonRepudiationChecks(web)
  await idp.clock.advance('31d')
  const { tokens } = await login(web, { scope: 'openid', parameters: { max_age: '60' } })
  expect(Math.abs((tokens.claims()?.iat ?? 0) - Date.now() / 1000)).toBeLessThan(60)
})

test('a clock does not go back', async () => {
  await expect(idp.clock.advance(-1)).rejects.toThrow(RangeError)
  await expect(idp.clock.advance('soon')).rejects.toThrow('expected seconds, or text such as 90s')
})

test('a reset brings the clock back, and ends what it had aged', async () => {
  await idp.clock.advance('31d')
  await idp.reset()
  const { tokens } = await login(web, { scope: 'openid' })
  await expect(client.fetchUserInfo(web, tokens.access_token, '100101')).resolves.toBeDefined()
})
