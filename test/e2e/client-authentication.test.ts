import { exportJWK } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { discover, login } from './flows.ts'

const secret = 'a-secret-of-at-least-thirty-two-bytes'
const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'own', alg: 'ES256', use: 'sig' }
const key = { key: keys.privateKey, kid: 'own' }

const methods: Record<string, { client_secret?: string; jwks?: object; as: client.ClientAuth }> = {
  none: { as: client.None() },
  client_secret_basic: { client_secret: secret, as: client.ClientSecretBasic(secret) },
  client_secret_post: { client_secret: secret, as: client.ClientSecretPost(secret) },
  client_secret_jwt: { client_secret: secret, as: client.ClientSecretJwt(secret) },
  private_key_jwt: { jwks: { keys: [jwk] }, as: client.PrivateKeyJwt(key) },
}

let idp: Understudy

beforeAll(async () => {
  const issuer = {
    users: [{ username: 'alice', sub: '100101' }],
    clients: Object.entries(methods).map(([token_endpoint_auth_method, { as: _, ...known }]) => ({
      client_id: token_endpoint_auth_method,
      token_endpoint_auth_method,
      redirect_uris: ['http://localhost:3000/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      ...known,
    })),
  }
  idp = await startUnderstudy({ fixtures: JSON.parse(JSON.stringify({ ...issuer, issuers: { partner: issuer } })) })
})
afterAll(() => idp.close())

describe.each(['default', 'partner'])('issuer %s', (name) => {
  test.each(Object.keys(methods))('openid-client goes a whole round by %s', async (method) => {
    const config = await discover(idp.issuer(name).url, method, undefined, methods[method]?.as)

    const { tokens } = await login(config, { scope: 'openid', par: true })
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
    const introspected = await client.tokenIntrospection(config, refreshed.access_token)
    await client.tokenRevocation(config, refreshed.access_token)

    expect(introspected).toMatchObject({ active: true, client_id: method })
    await expect(client.fetchUserInfo(config, refreshed.access_token, '100101')).rejects.toMatchObject({ status: 401 })
  })

  test.each(Object.entries(methods))('a client of %s is held to it', async (method, { as }) => {
    // A secret is as good in the header as in the body, and what a public client shows beside its id is no matter.
    const kindOf = (name: string) => name.replace(/basic|post$/, 'itself')
    const others = Object.entries(methods).filter(([other]) => method !== 'none' && kindOf(other) !== kindOf(method))
    const url = idp.issuer(name).url

    for (const [, { as: other }] of others) {
      const config = await discover(url, method, undefined, other)
      await expect(client.refreshTokenGrant(config, 'nonsense')).rejects.toMatchObject({ status: 401 })
    }
    const right = await discover(url, method, undefined, as)
    await expect(client.refreshTokenGrant(right, 'nonsense')).rejects.toMatchObject({ error: 'invalid_grant' })
  })
})
