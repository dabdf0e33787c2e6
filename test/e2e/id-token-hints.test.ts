import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login, passPages } from './flows.ts'

const redirectUri = 'http://localhost:3000/callback'
const signedOut = 'http://localhost:3000/signed-out'

let idp: Understudy

beforeAll(async () => {
  const members = {
    users: [{ username: 'alice', sub: '100101' }],
    token_rules: [{ when: { client: 'keycloak-like' }, token: 'id_token', claims: { jti: 'an-id', typ: 'ID' } }],
    clients: ['app', 'keycloak-like'].map((client_id) => ({
      client_id,
      client_secret: 's',
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [signedOut],
      grant_types: ['authorization_code', 'ciba'],
      userinfo_signed_response_alg: 'RS256',
      access_token: { audience: client_id },
    })),
  }
  idp = await startUnderstudy({ fixtures: { ...members, issuers: { partner: members } } as never })
})
afterAll(() => idp.close())

describe.each(['default', 'partner'])('at %s', (name) => {
  const issuer = () => idp.issuer(name)
  const app = (id = 'app') => discover(issuer().url, id, 's')

  const minted = async (type: 'logout_token' | 'access_token') =>
    (await issuer().tokens({ type, client: 'app', user: 'alice', scope: 'openid' }))[type] ?? ''

  async function signedUserinfo(): Promise<string> {
    const headers = { authorization: `Bearer ${await minted('access_token')}` }
    return (await fetch(`${issuer().url}/me`, { headers })).text()
  }

  async function signedResponse(): Promise<string> {
    const asked = { redirect_uri: redirectUri, scope: 'openid', response_mode: 'query.jwt' }
    const agent = new UserAgent()
    const { url } = await passPages(agent, await agent.open(client.buildAuthorizationUrl(await app(), asked)), 'alice')
    return url.searchParams.get('response') ?? ''
  }

  test.each([
    ['a logout token', () => minted('logout_token')],
    ['an access token for the client itself', () => minted('access_token')],
    ['signed userinfo', signedUserinfo],
    ['a signed authorization response', signedResponse],
  ])('%s is no hint: not to log in, to push, to ask at the back, nor to log out', async (_, make) => {
    const config = await app()
    const hint = await make()
    const refused = {
      error: 'invalid_request',
      error_description: expect.stringMatching(/^could not validate id_token_hint/),
    }
    expect(hint.split('.')).toHaveLength(3)

    const asked = { redirect_uri: redirectUri, scope: 'openid', id_token_hint: hint }
    const { url } = await new UserAgent().open(client.buildAuthorizationUrl(config, asked))
    const logout = await fetch(client.buildEndSessionUrl(config, { id_token_hint: hint }), { redirect: 'manual' })

    expect(Object.fromEntries(url.searchParams)).toMatchObject(refused)
    await expect(client.buildAuthorizationUrlWithPAR(config, asked)).rejects.toMatchObject(refused)
    const atTheBack = client.initiateBackchannelAuthentication(config, { scope: 'openid', id_token_hint: hint })
    await expect(atTheBack).rejects.toMatchObject(refused)
    expect(logout.status).toBe(400)
    expect(await logout.text()).toContain('could not validate id_token_hint')
  })

  test.each(['app', 'keycloak-like'])('an ID token of %s is one', async (id) => {
    const config = await app(id)
    const agent = new UserAgent()
    const { tokens } = await login(config, { agent, scope: 'openid' })
    const hint = { id_token_hint: tokens.id_token ?? '' }

    const again = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid',
      prompt: 'none',
      ...hint,
    })
    const logout = client.buildEndSessionUrl(config, { post_logout_redirect_uri: signedOut, ...hint })

    expect((await agent.open(again)).url.searchParams.get('code')).toBeTruthy()
    const back = await agent.submit(await agent.open(logout), /name="logout"/, { logout: 'yes' })
    expect(back.url.href).toBe(signedOut)
  })
})
