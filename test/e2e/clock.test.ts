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
      {
        client_id: 'secretive',
        client_secret: 'a-secret-of-thirty-two-characters',
        token_endpoint_auth_method: 'client_secret_jwt' as const,
        grant_types: ['client_credentials' as const],
      },
      {
        client_id: 'leased',
        client_secret: 'secret',
        client_secret_expires_at: Math.floor(Date.now() / 1000) + 86_400,
        grant_types: ['client_credentials' as const],
      },
      { client_id: 'tv', token_endpoint_auth_method: 'none' as const, grant_types: ['device_code' as const] },
    ],
  }
  idp = await startUnderstudy({
    fixtures: { ...members, issuers: { opaque: { ...members, access_token: { format: 'opaque' } } } },
  })
  web = await discover(idp.url, 'web', 'secret')
})

afterEach(() => idp?.close())

const dead = { error: 'invalid_grant' }
const callback = 'http://localhost:3000/callback'

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

test('clients that sign with their secret by real time are still let in', async () => {
  const authentication = client.ClientSecretJwt('a-secret-of-thirty-two-characters')
  const secretive = await discover(idp.url, 'secretive', undefined, authentication)
  await idp.clock.advance('31d')
  await expect(client.clientCredentialsGrant(secretive)).resolves.toMatchObject({ expires_in: 3600 })
})

test("a client's secret expires by the clock", async () => {
  const leased = await discover(idp.url, 'leased', 'secret')
  await idp.clock.advance('23h')
  await expect(client.clientCredentialsGrant(leased)).resolves.toBeDefined()
  await idp.clock.advance('2h')
  await expect(client.clientCredentialsGrant(leased)).rejects.toMatchObject({ error: 'invalid_client' })
  await idp.reset()
  await expect(client.clientCredentialsGrant(leased)).resolves.toBeDefined()
})

test('a session dies with its idle time, and what was consented to with it', async () => {
  const agent = new UserAgent()
  await login(web, { agent, scope: 'openid' })
  const silently = () => agent.open(authorizationUrl(web, { prompt: 'none' }))
  expect((await silently()).url.searchParams.get('code')).toEqual(expect.any(String))
  await idp.clock.advance('23h')
  expect((await silently()).url.searchParams.get('code')).toEqual(expect.any(String))
  await idp.clock.advance('25h')
  expect((await silently()).url.searchParams.get('error')).toBe('login_required')
  const asked = await agent.open(authorizationUrl(web))
  expect(asked.html).toContain('name="pick"')
  const consent = await agent.submit(asked, /name="pick"/, { pick: 'alice' })
  expect(consent.url.pathname).toMatch(/^\/interaction\//)
})

test('a session that is used every day still has an end', async () => {
  const agent = new UserAgent()
  await login(web, { agent, scope: 'openid' })
  const ends: (string | null)[] = []
  for (let day = 0; day < 15; day += 1) {
    await idp.clock.advance('23h')
    const { url } = await agent.open(authorizationUrl(web, { prompt: 'none' }))
    ends.push(url.searchParams.get('error'))
  }
  expect(ends.slice(0, 14)).toEqual(Array(14).fill(null))
  expect(ends[14]).toBe('login_required')
})

test('refreshing goes on for as long as each refresh token lives, however long ago the login was', async () => {
  const { tokens } = await login(web, { scope: 'openid' })
  let token = tokens.refresh_token as string
  for (let quarter = 0; quarter < 9; quarter += 1) {
    await idp.clock.advance('89d')
    token = (await client.refreshTokenGrant(web, token)).refresh_token as string
  }
  await idp.clock.advance('91d')
  await expect(client.refreshTokenGrant(web, token)).rejects.toMatchObject(dead)
})

test('an authorization code expires by the clock', async () => {
  const agent = new UserAgent()
  await login(web, { agent, scope: 'openid' })
  const { url: first } = await agent.open(authorizationUrl(web))
  const { url: second } = await agent.open(authorizationUrl(web))
  const exchange = (at: URL) => client.authorizationCodeGrant(web, at, { expectedState: client.skipStateCheck })
  await idp.clock.advance('50s')
  await expect(exchange(first)).resolves.toBeDefined()
  await idp.clock.advance('20s')
  await expect(exchange(second)).rejects.toMatchObject(dead)
})

test('a pushed request expires by the clock', async () => {
  const pushed = () => client.buildAuthorizationUrlWithPAR(web, { redirect_uri: callback, scope: 'openid' })
  const [used, late] = [await pushed(), await pushed()]
  await idp.clock.advance('50s')
  expect((await new UserAgent().open(used)).html).toContain('name="pick"')
  await idp.clock.advance('20s')
  // Where it was to go back to is as forgotten as all else that was pushed.
  const { status, html } = await new UserAgent().open(late)
  expect({ status, html }).toEqual({ status: 400, html: expect.stringContaining('invalid_request_uri') })
})

test('a page left open too long is over, by the clock', async () => {
  const agent = new UserAgent()
  const page = await agent.open(authorizationUrl(web))
  await idp.clock.advance('59m')
  const consent = await agent.submit(page, /name="pick"/, { pick: 'alice' })
  expect(consent.url.pathname).toMatch(/^\/interaction\//)
  await idp.clock.advance('61m')
  const late = await agent.submit(consent, /interaction\/[\w-]+"/)
  expect({ status: late.status, left: late.url.href.startsWith(callback) }).toEqual({ status: 400, left: false })
})

test('a device code expires by the clock', async () => {
  const tv = await discover(idp.url, 'tv')
  const device = await client.initiateDeviceAuthorization(tv, { scope: 'openid' })
  await idp.clock.advance('9m')
  expect(await idp.device.pending()).toMatchObject([{ expires_in: expect.any(Number) }])
  await idp.clock.advance('2m')
  expect(await idp.device.pending()).toEqual([])
  const poll = client.pollDeviceAuthorizationGrant(tv, { ...device, interval: 0.01 })
  await expect(poll).rejects.toMatchObject({ error: 'expired_token' })
})

test('what is signed carries real time, so that clients take it', async () => {
  client.enableNonRepudiationChecks(web)
  await idp.clock.advance('31d')
  const { tokens } = await login(web, { scope: 'openid', parameters: { max_age: '60' } })
  expect(Math.abs((tokens.claims()?.iat ?? 0) - Date.now() / 1000)).toBeLessThan(60)
})

test('a clock does not go back', async () => {
  const code = 'ERR_REQUEST_INVALID'
  await expect(idp.clock.advance(-1)).rejects.toMatchObject({ code })
  await expect(idp.clock.advance('soon')).rejects.toMatchObject({
    code,
    message: expect.stringContaining('expected a duration'),
  })
})

test('a reset brings the clock back, and ends what it had aged', async () => {
  await idp.clock.advance('31d')
  await idp.reset()
  const { tokens } = await login(web, { scope: 'openid' })
  await expect(client.fetchUserInfo(web, tokens.access_token, '100101')).resolves.toBeDefined()
})

function authorizationUrl(config: client.Configuration, parameters: Record<string, string> = {}): URL {
  return client.buildAuthorizationUrl(config, { redirect_uri: callback, scope: 'openid', ...parameters })
}
