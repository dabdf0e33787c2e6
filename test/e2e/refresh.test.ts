import * as client from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login } from './flows.ts'

const redirectUri = 'http://localhost:3000/callback'

const clients = [
  {
    client_id: 'web',
    client_secret: 'web-secret',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code' as const, 'refresh_token' as const],
  },
  { client_id: 'plain', client_secret: 'plain-secret', redirect_uris: [redirectUri] },
]

const users = [{ username: 'alice', sub: '100101', claims: { name: 'Alice Liddell' } }]

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: {
      users,
      clients,
      issuers: {
        rejecting: { users, clients, refresh_token: { on_reuse: 'reject' } },
        lenient: { users, clients, refresh_token: { grace: '30s' } },
        reusing: { users, clients, refresh_token: { rotation: 'reuse' } },
        offline: { users, clients, refresh_token: { requires_offline_access: true } },
        bound: { users, clients, session_bound: true },
      },
    },
  })
})

afterAll(() => idp.close())

const invalidGrant = { error: 'invalid_grant' }

/** Signs alice in at an issuer; what comes back refreshes, and asks whether an access token still works. */
async function start(issuer: string, { scope = 'openid', agent = new UserAgent() } = {}) {
  const config = await discover(idp.issuer(issuer).url, 'web', 'web-secret')
  const { tokens } = await login(config, { scope, agent })
  return {
    config,
    tokens,
    agent,
    refresh: (token: string | undefined, parameters?: Record<string, string>) =>
      client.refreshTokenGrant(config, token as string, parameters),
    userinfo: (accessToken: string) => client.fetchUserInfo(config, accessToken, '100101'),
    isActive: async (token: string) => (await client.tokenIntrospection(config, token)).active,
  }
}

test('a second use of a rotated refresh token ends its whole family', async () => {
  const { tokens, refresh, userinfo, isActive } = await start('default')
  const second = await refresh(tokens.refresh_token)
  await userinfo(second.access_token)
  await expect(refresh(tokens.refresh_token)).rejects.toMatchObject(invalidGrant)
  await expect(refresh(second.refresh_token)).rejects.toMatchObject(invalidGrant)
  for (const dead of [tokens.access_token, second.access_token]) {
    await expect(userinfo(dead)).rejects.toMatchObject({ status: 401 })
    expect(await isActive(dead)).toBe(false)
  }
  const { tokens: fresh, userinfo: anew } = await start('default')
  await expect(anew(fresh.access_token)).resolves.toMatchObject({ sub: '100101' })
})

test('a family that ends leaves other logins of the same user alone', async () => {
  const one = await start('default')
  const other = await start('default')
  await one.refresh(one.tokens.refresh_token)
  await expect(one.refresh(one.tokens.refresh_token)).rejects.toMatchObject(invalidGrant)
  await expect(other.refresh(other.tokens.refresh_token)).resolves.toBeDefined()
})

test('on_reuse: reject refuses only what was used already', async () => {
  const { tokens, refresh, userinfo } = await start('rejecting')
  const second = await refresh(tokens.refresh_token)
  await expect(refresh(tokens.refresh_token)).rejects.toMatchObject(invalidGrant)
  await expect(userinfo(second.access_token)).resolves.toBeDefined()
  const third = await refresh(second.refresh_token)
  await expect(userinfo(third.access_token)).resolves.toBeDefined()
})

test('within its grace a rotated token is taken once more, after it no longer', async () => {
  const { tokens, refresh } = await start('lenient')
  const raced = await Promise.all([refresh(tokens.refresh_token), refresh(tokens.refresh_token)])
  expect(new Set(raced.map(({ refresh_token: token }) => token)).size).toBe(2)
  await idp.issuer('lenient').clock.advance('20s')
  const later = await refresh(tokens.refresh_token)
  expect(later.access_token).toBeTypeOf('string')
  await idp.issuer('lenient').clock.advance('11s')
  await expect(refresh(tokens.refresh_token)).rejects.toMatchObject(invalidGrant)
})

test('rotation: reuse keeps one refresh token for good', async () => {
  const { tokens, refresh } = await start('reusing')
  for (let round = 0; round < 3; round += 1) {
    const { refresh_token: given } = await refresh(tokens.refresh_token)
    expect(given ?? tokens.refresh_token).toBe(tokens.refresh_token)
  }
})

test('a narrower scope is given, and the next refresh may be as wide as the first', async () => {
  const { tokens, refresh, userinfo } = await start('default', { scope: 'openid profile email' })
  const narrow = await refresh(tokens.refresh_token, { scope: 'openid' })
  expect(narrow.scope).toBe('openid')
  expect(await userinfo(narrow.access_token)).not.toHaveProperty('name')
  const wide = await refresh(narrow.refresh_token)
  expect(wide.scope).toBe('openid profile email')
  expect(await userinfo(wide.access_token)).toHaveProperty('name')
})

test('a wider scope is refused, and costs nothing', async () => {
  const { tokens, refresh } = await start('default', { scope: 'openid' })
  await expect(refresh(tokens.refresh_token, { scope: 'openid profile' })).rejects.toMatchObject({
    error: 'invalid_scope',
  })
  await expect(refresh(tokens.refresh_token)).resolves.toMatchObject({ scope: 'openid' })
})

test('where offline_access is required, only it gives a refresh token', async () => {
  const config = await discover(idp.issuer('offline').url, 'web', 'web-secret')
  const online = await login(config, { scope: 'openid' })
  expect(online.tokens.refresh_token).toBeUndefined()
  const offline = await login(config, { scope: 'openid offline_access', parameters: { prompt: 'consent' } })
  await expect(client.refreshTokenGrant(config, offline.tokens.refresh_token as string)).resolves.toBeDefined()
})

test('a client without the grant gets no refresh token, and cannot use that of another', async () => {
  const plain = await discover(idp.url, 'plain', 'plain-secret')
  const { tokens } = await login(plain, { scope: 'openid offline_access', parameters: { prompt: 'consent' } })
  expect(tokens.refresh_token).toBeUndefined()
  const { tokens: others, refresh } = await start('default')
  await expect(client.refreshTokenGrant(plain, others.refresh_token as string)).rejects.toMatchObject({
    error: expect.stringMatching(/unauthorized_client|invalid_request/),
  })
  await expect(refresh(others.refresh_token)).resolves.toBeDefined()
})

/** Logs out in the browser that has logged in. */
async function logOut({ config, tokens, agent }: Awaited<ReturnType<typeof start>>): Promise<void> {
  const page = await agent.open(client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token as string }))
  await agent.submit(page, /name="logout"/, { logout: 'yes' })
}

test('tokens outlive the session by default', async () => {
  const session = await start('default')
  await logOut(session)
  await expect(session.userinfo(session.tokens.access_token)).resolves.toBeDefined()
  await expect(session.refresh(session.tokens.refresh_token)).resolves.toBeDefined()
})

test('session_bound tokens end with the logout', async () => {
  const session = await start('bound')
  await expect(session.userinfo(session.tokens.access_token)).resolves.toBeDefined()
  await logOut(session)
  await expect(session.userinfo(session.tokens.access_token)).rejects.toMatchObject({ status: 401 })
  await expect(session.refresh(session.tokens.refresh_token)).rejects.toMatchObject(invalidGrant)
  expect(await session.isActive(session.tokens.access_token)).toBe(false)
})
