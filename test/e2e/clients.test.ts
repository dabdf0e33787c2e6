import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login } from './flows.ts'
import { discoverServer, insecure, loginByWebApi } from './web-api-client.ts'

const redirectUri = 'http://localhost:3000/callback'
const signedOut = 'http://localhost:3000/signed-out'

const issuer = {
  users: [{ username: 'alice', sub: '100101', claims: { name: 'Alice Liddell' } }],
  clients: [
    {
      client_id: 'web',
      client_secret: 'web-secret',
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [signedOut],
      grant_types: ['authorization_code', 'refresh_token'],
    },
    { client_id: 'service', client_secret: 'service-secret', grant_types: ['client_credentials'] },
  ],
} as const

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({ fixtures: JSON.parse(JSON.stringify({ ...issuer, issuers: { partner: issuer } })) })
})

afterAll(() => idp.close())

for (const name of ['default', 'partner']) {
  describe(`issuer ${name}`, () => {
    const url = () => idp.issuer(name).url

    test.each([true, false])('openid-client logs in, PKCE %s, with every check it has', async (pkce) => {
      const config = await discover(url(), 'web', 'web-secret')
      client.enableNonRepudiationChecks(config)
      const { tokens, callback } = await login(config, { scope: 'openid profile', pkce })
      expect(callback.searchParams.get('iss')).toBe(url())
      expect(tokens.claims()).toMatchObject({ iss: url(), aud: 'web', sub: '100101', at_hash: expect.any(String) })
      await expect(client.fetchUserInfo(config, tokens.access_token, '100101')).resolves.toMatchObject({
        name: 'Alice Liddell',
      })
    })

    test('openid-client refreshes to a new refresh token, introspects and revokes', async () => {
      const config = await discover(url(), 'web', 'web-secret')
      const { tokens } = await login(config, { scope: 'openid' })
      const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token as string)
      expect(refreshed.refresh_token).not.toBe(tokens.refresh_token)
      expect(refreshed.access_token).not.toBe(tokens.access_token)
      for (const token of [refreshed.access_token, refreshed.refresh_token as string]) {
        await expect(client.tokenIntrospection(config, token)).resolves.toMatchObject({
          active: true,
          client_id: 'web',
          sub: '100101',
        })
      }
      await client.tokenRevocation(config, refreshed.refresh_token as string)
      await expect(client.refreshTokenGrant(config, refreshed.refresh_token as string)).rejects.toMatchObject({
        error: 'invalid_grant',
      })
    })

    test('openid-client logs out: back where it wants, with its state, and the session is over', async () => {
      const config = await discover(url(), 'web', 'web-secret')
      const agent = new UserAgent()
      const { tokens } = await login(config, { agent, scope: 'openid' })
      const logout = client.buildEndSessionUrl(config, {
        id_token_hint: tokens.id_token as string,
        post_logout_redirect_uri: signedOut,
        state: 'bye bye',
      })
      const back = await agent.submit(await agent.open(logout), /name="logout"/, { logout: 'yes' })
      expect(back.url.href).toBe(`${signedOut}?state=bye+bye`)
      const again = client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid', prompt: 'none' })
      expect((await agent.open(again)).url.searchParams.get('error')).toBe('login_required')
    })

    test.each([
      ['Basic', client.ClientSecretBasic('service-secret')],
      ['post', client.ClientSecretPost('service-secret')],
    ])('openid-client gets a token for itself by %s', async (_, authentication) => {
      const config = await discover(url(), 'service', undefined, authentication)
      const tokens = await client.clientCredentialsGrant(config)
      expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 3600 })
      expect(tokens.refresh_token).toBeUndefined()
      await expect(client.tokenIntrospection(config, tokens.access_token)).resolves.toMatchObject({
        active: true,
        client_id: 'service',
      })
    })

    test('a wrong secret is refused, by Basic with a challenge', async () => {
      const basic = await discover(url(), 'service', undefined, client.ClientSecretBasic('wrong'))
      await expect(client.clientCredentialsGrant(basic)).rejects.toMatchObject({
        code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE',
        status: 401,
      })
      const post = await discover(url(), 'service', undefined, client.ClientSecretPost('wrong'))
      await expect(client.clientCredentialsGrant(post)).rejects.toMatchObject({ error: 'invalid_client', status: 401 })
    })

    test.each([true, false])('oauth4webapi logs in, PKCE %s, and asks who it is', async (pkce) => {
      const server = await discoverServer(url())
      const web = { server, client: { client_id: 'web' }, authentication: oauth.ClientSecretBasic('web-secret') }
      expect(server.authorization_response_iss_parameter_supported).toBe(true)
      const { tokens, claims } = await loginByWebApi(web, { redirectUri, pkce })
      const response = await oauth.userInfoRequest(server, web.client, tokens.access_token, insecure)
      const userinfo = await oauth.processUserInfoResponse(server, web.client, claims?.sub as string, response)
      expect(userinfo).toMatchObject({ sub: '100101', name: 'Alice Liddell' })
    })

    test('oauth4webapi refreshes, introspects and revokes', async () => {
      const server = await discoverServer(url())
      const web = { server, client: { client_id: 'web' }, authentication: oauth.ClientSecretPost('web-secret') }
      const parts = [server, web.client, web.authentication] as const
      const { tokens } = await loginByWebApi(web, { redirectUri })
      const refreshed = await oauth.processRefreshTokenResponse(
        server,
        web.client,
        await oauth.refreshTokenGrantRequest(...parts, tokens.refresh_token as string, insecure),
      )
      expect(refreshed.refresh_token).not.toBe(tokens.refresh_token)
      const introspect = async () =>
        oauth.processIntrospectionResponse(
          server,
          web.client,
          await oauth.introspectionRequest(...parts, refreshed.access_token, insecure),
        )
      await expect(introspect()).resolves.toMatchObject({ active: true, sub: '100101' })
      await oauth.processRevocationResponse(await oauth.revocationRequest(...parts, refreshed.access_token, insecure))
      await expect(introspect()).resolves.toEqual({ active: false })
    })

    test.each([
      ['Basic', oauth.ClientSecretBasic('service-secret')],
      ['post', oauth.ClientSecretPost('service-secret')],
    ])('oauth4webapi gets a token for itself by %s', async (_, authentication) => {
      const server = await discoverServer(url())
      const service = { client_id: 'service' }
      const response = await oauth.clientCredentialsGrantRequest(
        server,
        service,
        authentication,
        new URLSearchParams(),
        insecure,
      )
      const tokens = await oauth.processClientCredentialsResponse(server, service, response)
      expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 3600 })
    })

    test('the metadata of RFC 8414 names the same issuer', async () => {
      expect(await discoverServer(url(), 'oauth2')).toEqual(await discoverServer(url()))
    })
  })
}

test('a client refuses an answer that another issuer sent', async () => {
  const server = await discoverServer(idp.url)
  const mixedUp = `${redirectUri}?code=c&state=s&iss=${encodeURIComponent(idp.issuer('partner').url)}`
  expect(() => oauth.validateAuthResponse(server, { client_id: 'web' }, new URL(mixedUp), 's')).toThrow(
    expect.objectContaining({ code: 'OAUTH_INVALID_RESPONSE' }),
  )
})
