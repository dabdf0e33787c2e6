import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { type FixturesModule, startUnderstudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { login } from './flows.ts'
import { fetchTrusting } from './trusting.ts'

const members: FixturesModule = {
  users: [{ username: 'alice', sub: '100101' }],
  clients: [
    {
      client_id: 'web',
      client_secret: 'web-secret',
      redirect_uris: ['http://localhost:3000/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
    },
  ],
}

const fixtures: FixturesModule = { ...members, issuers: { partner: members as never } }

/** A complete login by a client that is strict about names and certificates. */
async function strictLogin(issuer: string, send: typeof fetch): Promise<void> {
  const config = await client.discovery(new URL(issuer), 'web', 'web-secret', undefined, {
    [client.customFetch]: send as client.CustomFetch,
  })
  client.enableNonRepudiationChecks(config)
  const { tokens, callback } = await login(config, { agent: new UserAgent(send), scope: 'openid' })
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token as string)
  await client.fetchUserInfo(config, refreshed.access_token, '100101')
  expect(callback.searchParams.get('iss')).toBe(issuer)
  expect(tokens.claims()?.iss).toBe(issuer)
}

describe.each(['', '/partner'])('over https, at "%s"', (mount) => {
  test('a strict client logs in that trusts the authority', async () => {
    await using idp = await startUnderstudy({ fixtures, https: true })
    expect(idp.url).toMatch(/^https:\/\/localhost:\d+$/)
    const ca = await idp.certificates.authority()
    await strictLogin(idp.url + mount, fetchTrusting(ca))
  })

  test('this process trusts it', async () => {
    await using idp = await startUnderstudy({ fixtures, https: true })
    await strictLogin(idp.url + mount, fetch)
  })
})
