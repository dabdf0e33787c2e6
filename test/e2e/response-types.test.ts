import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, passPages } from './flows.ts'

const redirectUri = 'http://localhost:3000/callback'

let idp: Understudy

beforeAll(async () => {
  const issuer = {
    users: [{ username: 'alice', sub: '100101', claims: { name: 'Alice Liddell' } }],
    clients: [
      {
        client_id: 'web',
        client_secret: 'web-secret',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'implicit', 'refresh_token'],
      },
      { client_id: 'nothing', redirect_uris: [redirectUri], response_types: ['none'], grant_types: [] },
      { client_id: 'spa', redirect_uris: [redirectUri], grant_types: ['implicit'] },
    ],
  }
  idp = await startUnderstudy({ fixtures: JSON.parse(JSON.stringify({ ...issuer, issuers: { partner: issuer } })) })
})

afterAll(() => idp.close())

for (const name of ['default', 'partner']) {
  describe(`issuer ${name}`, () => {
    const url = () => idp.issuer(name).url

    /** Where a login by these parameters ends. */
    async function authorize(config: client.Configuration, parameters: Record<string, string>) {
      const agent = new UserAgent()
      const target = client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, state: 's', ...parameters })
      return passPages(agent, await agent.open(target), 'alice')
    }

    test('openid-client takes an ID token from the fragment', async () => {
      const config = await discover(url(), 'spa')
      client.useIdTokenResponseType(config)
      const nonce = client.randomNonce()

      const { url: callback } = await authorize(config, { scope: 'openid profile', nonce })
      const claims = await client.implicitAuthentication(config, callback, nonce, { expectedState: 's' })

      expect(claims).toMatchObject({ iss: url(), sub: '100101', aud: 'spa', name: 'Alice Liddell' })
      expect(claims).not.toHaveProperty('at_hash')
    })

    test('openid-client takes code and ID token, and checks that they belong together', async () => {
      const config = await discover(url(), 'web', 'web-secret')
      client.useCodeIdTokenResponseType(config)
      const nonce = client.randomNonce()
      const verifier = client.randomPKCECodeVerifier()

      const { url: callback } = await authorize(config, {
        scope: 'openid',
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      const tokens = await client.authorizationCodeGrant(config, callback, {
        pkceCodeVerifier: verifier,
        expectedNonce: nonce,
        expectedState: 's',
      })

      expect(new URLSearchParams(callback.hash.slice(1)).get('id_token')).toBeTypeOf('string')
      expect(tokens.claims()).toMatchObject({ sub: '100101', nonce })
    })

    test.each(['id_token token', 'code token', 'code id_token token', 'token'])(
      'the response type "%s" answers in the fragment with all that it names',
      async (responseType) => {
        const config = await discover(url(), 'web', 'web-secret')

        const { url: callback } = await authorize(config, { response_type: responseType, scope: 'openid', nonce: 'n' })

        const answer = Object.fromEntries(new URLSearchParams(callback.hash.slice(1)))
        const named = { code: 'code', id_token: 'id_token', token: 'access_token' }
        for (const [word, member] of Object.entries(named)) {
          expect(member in answer, member).toBe(responseType.split(' ').includes(word))
        }
        expect(answer).toMatchObject({ state: 's', token_type: 'Bearer', expires_in: '3600', scope: 'openid' })
        await expect(client.fetchUserInfo(config, answer.access_token ?? '', '100101')).resolves.toBeDefined()
        const tokens =
          answer.id_token && (await jwtVerify(answer.id_token, keysOf(config), { audience: 'web' })).payload
        if (tokens) {
          expect(tokens).toMatchObject({ nonce: 'n', at_hash: expect.any(String) })
          expect('c_hash' in tokens).toBe('code' in answer)
        }
      },
    )

    test.each(['id_token', 'code id_token', 'id_token token', 'code id_token token', 'code token', 'token', 'none'])(
      'the response type "%s" says which issuer it is from, as oauth4webapi wants to know',
      async (responseType) => {
        const options = { [oauth.allowInsecureRequests]: true }
        const server = await oauth
          .discoveryRequest(new URL(url()), options)
          .then((response) => oauth.processDiscoveryResponse(new URL(url()), response))
        const id = responseType === 'none' ? 'nothing' : 'web'
        const config = await discover(url(), id, 'web-secret')

        const { url: callback } = await authorize(config, { response_type: responseType, scope: 'openid', nonce: 'n' })
        const answer = new URLSearchParams(callback.hash.slice(1) || callback.search)
        const tokens = new URLSearchParams(answer)
        // Which the library takes in hybrid responses alone.
        for (const name of ['id_token', 'token_type', 'access_token', 'expires_in', 'scope']) tokens.delete(name)

        expect(answer.get('iss')).toBe(url())
        expect(oauth.validateAuthResponse(server, { client_id: id }, tokens, 's').get('iss')).toBe(url())
      },
    )

    test('the response type none answers with nothing but the state', async () => {
      const config = await discover(url(), 'nothing')
      const { url: callback } = await authorize(config, { response_type: 'none', scope: 'openid' })

      expect(Object.fromEntries(callback.searchParams)).toEqual({ state: 's', iss: url() })
    })

    test.each(['query.jwt', 'fragment.jwt'])('openid-client takes a signed response by %s', async (mode) => {
      const config = await discover(url(), 'web', 'web-secret')
      client.useJwtResponseMode(config)
      const verifier = client.randomPKCECodeVerifier()

      const { url: callback } = await authorize(config, {
        scope: 'openid',
        response_mode: mode,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      const response = new URLSearchParams(callback.search || callback.hash.slice(1)).get('response') ?? ''
      const { payload } = await jwtVerify(response, keysOf(config), { issuer: url(), audience: 'web' })

      expect(payload).toMatchObject({ code: expect.any(String), state: 's' })
      if (mode === 'query.jwt') {
        await expect(
          client.authorizationCodeGrant(config, callback, { pkceCodeVerifier: verifier, expectedState: 's' }),
        ).resolves.toBeDefined()
      }
    })

    test('an ID token is not given without a nonce, nor to a client that may not have it', async () => {
      const spa = await discover(url(), 'spa')
      const withoutNonce = await authorize(spa, { response_type: 'id_token', scope: 'openid' })
      const withCode = await authorize(spa, { response_type: 'code', scope: 'openid' })

      expect(new URLSearchParams(withoutNonce.url.hash.slice(1)).get('error')).toBe('invalid_request')
      expect(withCode.url.searchParams.get('error_description')).toMatch(/response_type is not allowed/)
    })
  })
}

function keysOf(config: client.Configuration) {
  return createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri ?? ''))
}
