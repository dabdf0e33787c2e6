import * as client from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FixturesModule, startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login, passPages } from './flows.ts'

const redirectUri = 'http://localhost:3000/callback'

/** Both issuers have a client and a user of the same names, and something of their own. */
function members(own: string): FixturesModule {
  const web = { redirect_uris: [redirectUri], grant_types: ['authorization_code' as const, 'refresh_token' as const] }
  return {
    users: [{ username: 'alice', sub: '100101', claims: { home: own } }, `${own}-user`],
    clients: [
      { client_id: 'web', client_secret: 'web-secret', ...web },
      { client_id: `${own}-app`, client_secret: 'own-secret', ...web },
      { client_id: 'tv', grant_types: ['device_code'] },
    ],
  }
}

let idp: Understudy
let other: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({ fixtures: { ...members('root'), issuers: { partner: members('partner') as never } } })
  other = await startUnderstudy({ fixtures: members('other') })
})

afterAll(async () => {
  await idp?.close()
  await other?.close()
})

const issuers = () => ({ root: idp.url, partner: idp.issuer('partner').url, other: other.url })
type Name = keyof ReturnType<typeof issuers>

const connect = (name: Name) => discover(issuers()[name], 'web', 'web-secret')

/** Every issuer against every other: of the same server, and on another port of the same host. */
const pairs = (['root', 'partner', 'other'] as const).flatMap((one, _, all) =>
  all.filter((two) => two !== one).map((two) => [one, two] as const),
)

function authorization(config: client.Configuration, extra: Record<string, string> = {}): URL {
  return client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid', state: 's', ...extra })
}

/** Whether this browser has a session at an issuer. */
async function hasSession(agent: UserAgent, config: client.Configuration): Promise<boolean> {
  const { url } = await agent.open(authorization(config, { prompt: 'none' }))
  return url.searchParams.has('code')
}

test.each(pairs)('tokens of %s are nothing at %s', async (one, two) => {
  const [home, foreign] = [await connect(one), await connect(two)]
  const { tokens } = await login(home, { scope: 'openid' })
  await expect(client.fetchUserInfo(foreign, tokens.access_token, '100101')).rejects.toMatchObject({ status: 401 })
  for (const token of [tokens.access_token, tokens.refresh_token as string]) {
    expect(await client.tokenIntrospection(foreign, token)).toEqual({ active: false })
    await client.tokenRevocation(foreign, token)
  }
  await expect(client.refreshTokenGrant(foreign, tokens.refresh_token as string)).rejects.toMatchObject({
    error: 'invalid_grant',
  })
  await expect(client.fetchUserInfo(home, tokens.access_token, '100101')).resolves.toBeDefined()
  await expect(client.refreshTokenGrant(home, tokens.refresh_token as string)).resolves.toBeDefined()
})

test.each(pairs)('a code of %s is refused at %s, and still good at home', async (one, two) => {
  const [home, foreign] = [await connect(one), await connect(two)]
  const agent = new UserAgent()
  const { url } = await passPages(agent, await agent.open(authorization(home)), 'alice')
  const response = await fetch(foreign.serverMetadata().token_endpoint as string, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: url.searchParams.get('code') as string,
      redirect_uri: redirectUri,
      client_id: 'web',
      client_secret: 'web-secret',
    }),
  })
  expect(await response.json()).toMatchObject({ error: 'invalid_grant' })
  await expect(client.authorizationCodeGrant(home, url, { expectedState: 's' })).resolves.toBeDefined()
})

test.each(pairs)('a client of %s is unknown at %s', async (one, two) => {
  const foreign = await discover(issuers()[two], `${one}-app`, 'own-secret')
  const page = await new UserAgent().open(authorization(foreign))
  expect(page.status).toBe(400)
  expect(page.html).toContain('invalid_client')
  await expect(client.refreshTokenGrant(foreign, 'any')).rejects.toMatchObject({ status: 401 })
})

test.each(pairs)('a user of %s cannot sign in at %s', async (one, two) => {
  const agent = new UserAgent()
  const page = await agent.open(authorization(await connect(two)))
  const tried = await agent.submit(page, /name="password"/, { username: `${one}-user`, password: 'x' })
  expect(tried).toMatchObject({ status: 400, html: expect.stringContaining(`no user &#34;${one}-user&#34;`) })
})

test.each(pairs)('one browser keeps its sessions at %s and %s apart', async (one, two) => {
  const agent = new UserAgent()
  const [home, foreign] = [await connect(one), await connect(two)]
  await login(home, { agent, scope: 'openid' })
  expect(await hasSession(agent, home)).toBe(true)
  expect(await hasSession(agent, foreign)).toBe(false)
  await login(foreign, { agent, scope: 'openid', user: `${two}-user` })
  expect(await hasSession(agent, home)).toBe(true)
  const logout = await agent.open(client.buildEndSessionUrl(home, {}))
  await agent.submit(logout, /name="logout"/, { logout: 'yes' })
  expect(await hasSession(agent, home)).toBe(false)
  expect(await hasSession(agent, foreign)).toBe(true)
})

test.each(pairs)('logins that are under way at %s and %s do not disturb each other', async (one, two) => {
  const agent = new UserAgent()
  const [home, foreign] = [await connect(one), await connect(two)]
  const [first, second] = [await agent.open(authorization(home)), await agent.open(authorization(foreign))]
  for (const [config, page] of [
    [home, first],
    [foreign, second],
  ] as const) {
    const { url } = await passPages(agent, page, 'alice')
    const tokens = await client.authorizationCodeGrant(config, url, { expectedState: 's' })
    expect(tokens.claims()?.iss).toBe(config.serverMetadata().issuer)
  }
})

test("a device's codes belong to one issuer", async () => {
  const [tv, foreignTv] = await Promise.all(
    [issuers().root, issuers().partner].map((url) => discover(url, 'tv', undefined, client.None())),
  )
  const device = await client.initiateDeviceAuthorization(tv as client.Configuration, { scope: 'openid' })
  await expect(idp.issuer('partner').device.approve(device.user_code, 'alice')).rejects.toMatchObject({
    code: 'ERR_DEVICE_UNKNOWN',
  })
  expect(await idp.issuer('partner').device.pending()).toEqual([])
  await idp.device.approve(device.user_code, 'alice')
  const poll = (config: client.Configuration | undefined) =>
    client.genericGrantRequest(config as client.Configuration, 'urn:ietf:params:oauth:grant-type:device_code', {
      device_code: device.device_code,
    })
  await expect(poll(foreignTv)).rejects.toMatchObject({ error: 'invalid_grant' })
  await expect(poll(tv)).resolves.toMatchObject({ access_token: expect.any(String) })
})

test('what a reset, an armed fault and the clock do to one issuer, another does not feel', async () => {
  await using server = await startUnderstudy({
    fixtures: { ...members('root'), issuers: { partner: members('partner') as never } },
  })
  const partner = await discover(server.issuer('partner').url, 'web', 'web-secret')
  const agent = new UserAgent()
  const { tokens } = await login(partner, { agent, scope: 'openid' })
  await server.clock.advance('2y')
  await server.arm({ fault: 'temporarily_unavailable', when: { endpoint: 'token' }, times: 'always' })
  await server.reset()
  await server.arm({ fault: 'temporarily_unavailable', when: { endpoint: 'token' }, times: 'always' })
  await expect(client.fetchUserInfo(partner, tokens.access_token, '100101')).resolves.toMatchObject({ home: 'partner' })
  await expect(client.refreshTokenGrant(partner, tokens.refresh_token as string)).resolves.toBeDefined()
  expect(await hasSession(agent, partner)).toBe(true)
})
