import * as client from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login, passPages } from './flows.ts'

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy()
})

afterAll(() => idp.close())

test('a confidential client logs in as alice, refreshes, introspects, revokes and logs out', async () => {
  const config = await discover(idp.url, 'web-app', 'web-secret')
  client.enableNonRepudiationChecks(config)
  const agent = new UserAgent()
  const { tokens } = await login(config, { agent, scope: 'openid profile email' })
  expect(tokens.claims()).toMatchObject({ iss: idp.url, sub: '100101', email: 'alice@example.com' })

  const userinfo = await client.fetchUserInfo(config, tokens.access_token, '100101')
  expect(userinfo).toMatchObject({ sub: '100101', name: 'Alice Liddell', groups: ['admin'] })

  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token as string)
  expect(refreshed.refresh_token).not.toBe(tokens.refresh_token)
  await expect(client.tokenIntrospection(config, refreshed.access_token)).resolves.toMatchObject({
    active: true,
    client_id: 'web-app',
    sub: '100101',
    token_type: 'Bearer',
  })

  await client.tokenRevocation(config, refreshed.access_token)
  await expect(client.tokenIntrospection(config, refreshed.access_token)).resolves.toEqual({ active: false })
  await expect(client.fetchUserInfo(config, refreshed.access_token, '100101')).rejects.toMatchObject({ status: 401 })

  const logout = client.buildEndSessionUrl(config, { id_token_hint: refreshed.id_token ?? (tokens.id_token as string) })
  const done = await agent.submit(await agent.open(logout), /name="logout"/, { logout: 'yes' })
  expect(done.status).toBe(200)
  const again = await agent.open(client.buildAuthorizationUrl(config, { scope: 'openid', redirect_uri: callback }))
  expect(again.html).toContain('name="password"')
})

const callback = 'http://localhost:3000/callback'

test('client credentials give an access token by Basic and by post', async () => {
  for (const authentication of [
    client.ClientSecretBasic('service-secret'),
    client.ClientSecretPost('service-secret'),
  ]) {
    const config = await discover(idp.url, 'service', undefined, authentication)
    const tokens = await client.clientCredentialsGrant(config)
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 3600 })
  }
})

test('a wrong password is told on the page, a right one logs in', async () => {
  const config = await discover(idp.url, 'web-app', 'web-secret')
  const agent = new UserAgent()
  const page = await agent.open(client.buildAuthorizationUrl(config, { scope: 'openid', redirect_uri: callback }))
  const wrong = await agent.submit(page, /name="password"/, { username: 'alice', password: 'looking-glass' })
  expect(wrong.status).toBe(400)
  expect(wrong.html).toContain('That is not the password of alice.')
  const right = await agent.submit(wrong, /name="password"/, { username: 'alice', password: 'wonderland' })
  const end = await passPages(agent, right, 'alice')
  expect(end.url.searchParams.get('code')).toBeTruthy()
})

test('refusing consent tells the client so', async () => {
  const config = await discover(idp.url, 'web-app', 'web-secret')
  const agent = new UserAgent()
  const page = await agent.open(
    client.buildAuthorizationUrl(config, { scope: 'openid', redirect_uri: callback, state: 's' }),
  )
  const consent = await agent.submit(page, /name="pick"/, { pick: 'alice' })
  expect(consent.html).toContain('groups')
  expect(consent.html).not.toContain('email_verified')
  const { url } = await agent.submit(consent, /\/abort"/)
  expect(Object.fromEntries(url.searchParams)).toMatchObject({ error: 'access_denied', state: 's', iss: idp.url })
})
