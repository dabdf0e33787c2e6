import { decodeJwt } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, passPages } from './flows.ts'

const redirectUri = 'http://localhost:3000/callback'
let idp: Understudy

beforeAll(async () => {
  const issuer = {
    users: ['alice'],
    clients: [
      {
        client_id: 'spa',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token', 'token_exchange'] as const,
        dpop_bound_access_tokens: true,
      },
      { client_id: 'service', client_secret: 's', grant_types: ['client_credentials'] as const },
      { client_id: 'gateway', client_secret: 's', grant_types: ['token_exchange', 'jwt_bearer'] as const },
    ],
  }
  idp = await startUnderstudy({
    fixtures: JSON.parse(JSON.stringify({ ...issuer, issuers: { nonces: { ...issuer, dpop: { nonce: true } } } })),
  })
})

afterAll(() => idp.close())

/** A login whose tokens are bound to a key. */
async function login(config: client.Configuration, DPoP: client.DPoPHandle) {
  const verifier = client.randomPKCECodeVerifier()
  const target = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const agent = new UserAgent()
  const { url } = await passPages(agent, await agent.open(target), 'alice')
  return client.authorizationCodeGrant(config, url, { pkceCodeVerifier: verifier }, undefined, { DPoP })
}

for (const name of ['default', 'nonces']) {
  describe(`issuer ${name}`, () => {
    const url = () => idp.issuer(name).url

    test('tokens are bound to the key of the proof, from the code to the refresh', async () => {
      const config = await discover(url(), 'spa')
      const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair())

      const tokens = await login(config, DPoP)
      const info = await client.fetchUserInfo(config, tokens.access_token, 'alice', { DPoP })
      const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP })

      expect(tokens.token_type).toBe('dpop')
      expect(decodeJwt(tokens.access_token)).toMatchObject({ cnf: { jkt: expect.any(String) } })
      expect(info.sub).toBe('alice')
      expect(decodeJwt(refreshed.access_token).cnf).toEqual(decodeJwt(tokens.access_token).cnf)
    })

    test('a bound token is of no use without its key', async () => {
      const config = await discover(url(), 'spa')
      const tokens = await login(config, client.getDPoPHandle(config, await client.randomDPoPKeyPair()))
      const stolen = client.getDPoPHandle(config, await client.randomDPoPKeyPair())

      await expect(client.fetchUserInfo(config, tokens.access_token, 'alice')).rejects.toMatchObject({ status: 401 })
      await expect(client.fetchUserInfo(config, tokens.access_token, 'alice', { DPoP: stolen })).rejects.toMatchObject({
        status: 401,
      })
      await expect(
        client.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP: stolen }),
      ).rejects.toMatchObject({
        error: 'invalid_grant',
        error_description: 'grant request is invalid: the token is bound to a key, and there is no DPoP proof of it',
      })
    })

    test.each(['access_token', 'refresh_token'] as const)(
      'a bound %s is exchanged by who has its key alone',
      async (type) => {
        const config = await discover(url(), 'spa')
        const keys = await client.randomDPoPKeyPair()
        const tokens = await login(config, client.getDPoPHandle(config, keys))
        const gateway = type === 'refresh_token' ? config : await discover(url(), 'gateway', 's')
        const exchange = (DPoP?: client.DPoPHandle) =>
          client.genericGrantRequest(
            gateway,
            'urn:ietf:params:oauth:grant-type:token-exchange',
            {
              subject_token: tokens[type] ?? '',
              subject_token_type: `urn:ietf:params:oauth:token-type:${type}`,
            },
            DPoP && { DPoP },
          )
        const stranger = client.getDPoPHandle(gateway, await client.randomDPoPKeyPair())

        await expect(exchange()).rejects.toMatchObject({ error: 'invalid_request' })
        await expect(exchange(stranger)).rejects.toMatchObject({ error: 'invalid_request' })
        await expect(exchange(client.getDPoPHandle(gateway, keys))).resolves.toMatchObject({ token_type: 'dpop' })
      },
    )

    test('a bound token is no assertion without its key', async () => {
      const config = await discover(url(), 'spa')
      const tokens = await login(config, client.getDPoPHandle(config, await client.randomDPoPKeyPair()))

      const asked = client.genericGrantRequest(
        await discover(url(), 'gateway', 's'),
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
        { assertion: tokens.access_token, scope: 'openid' },
      )

      await expect(asked).rejects.toMatchObject({ error: 'invalid_grant' })
    })

    test('a client that has promised proofs is held to it', async () => {
      const config = await discover(url(), 'spa')

      await expect(login(config, undefined as never)).rejects.toMatchObject({ error: 'invalid_grant' })
    })
  })
}

test.each(['default', 'nonces'])(
  'a client that is told to use a nonce by a fault goes on (issuer %s)',
  async (name) => {
    const config = await discover(idp.issuer(name).url, 'service', 's')
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair())
    const ask = () => client.clientCredentialsGrant(config, undefined, { DPoP })
    await ask()

    await idp.issuer(name).arm('use_dpop_nonce')
    await expect(ask()).resolves.toMatchObject({ token_type: 'dpop' })
    await idp.issuer(name).arm({ fault: 'use_dpop_nonce', with: { nonce: 'old' } })
    await expect(ask()).rejects.toMatchObject({ error: 'use_dpop_nonce' })
    await expect(ask()).resolves.toMatchObject({ token_type: 'dpop' })
  },
)

test('a proof without the nonce is told which one to use', async () => {
  const config = await discover(idp.issuer('nonces').url, 'service', 's')
  const keys = await client.randomDPoPKeyPair()
  const asked: string[] = []
  config[client.customFetch] = async (target, init) => {
    const response = await fetch(target, init as RequestInit)
    asked.push(`${response.status} ${response.headers.get('dpop-nonce') !== null}`)
    return response
  }

  await client.clientCredentialsGrant(config, undefined, { DPoP: client.getDPoPHandle(config, keys) })

  expect(asked).toEqual(['400 true', '200 false'])
})
