import {
  CompactEncrypt,
  compactDecrypt,
  createRemoteJWKSet,
  decodeJwt,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login, passPages } from './flows.ts'

const redirectUri = 'http://localhost:3000/callback'
const secret = 'a-secret-of-at-least-thirty-two-bytes'
const signing = await generateKeyPair('ES256', { extractable: true })
const encryption = await generateKeyPair('RSA-OAEP', { extractable: true })

const keys = [
  { ...(await exportJWK(signing.publicKey)), kid: 'sig', alg: 'ES256', use: 'sig' },
  { ...(await exportJWK(encryption.publicKey)), kid: 'enc', alg: 'RSA-OAEP', use: 'enc' },
]

let idp: Understudy

beforeAll(async () => {
  const usual = { client_secret: secret, redirect_uris: [redirectUri] }
  const issuer = {
    users: [{ username: 'alice', sub: '100101', claims: { name: 'Alice Liddell', email: 'alice@example.com' } }],
    clients: [
      { client_id: 'plain', ...usual },
      { client_id: 'requests', ...usual, jwks: { keys }, require_signed_request_object: true },
      {
        client_id: 'secret',
        ...usual,
        jwks: { keys },
        id_token_encrypted_response_alg: 'RSA-OAEP',
        userinfo_signed_response_alg: 'ES256',
        introspection_signed_response_alg: 'EdDSA',
        authorization_signed_response_alg: 'ES256',
      },
      { client_id: 'skipping', ...usual, consent: 'skip', auto_login: 'alice' },
      { client_id: 'headless', client_secret: secret, subject_type: 'pairwise', grant_types: ['password'] },
      { client_id: 'one', ...usual, subject_type: 'pairwise', redirect_uris: ['https://one.example/callback'] },
      { client_id: 'two', ...usual, subject_type: 'pairwise', redirect_uris: ['https://two.example/callback'] },
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
      const target = client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, ...parameters })
      return (await passPages(agent, await agent.open(target), 'alice')).url
    }

    const requestObject = (claims: Record<string, unknown>) =>
      new SignJWT({
        client_id: 'requests',
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: 'openid',
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', kid: 'sig' })
        .setIssuer('requests')
        .setAudience(url())
        .setExpirationTime('1m')

    test('openid-client asks by a signed request object', async () => {
      const config = await discover(url(), 'requests', secret)
      const verifier = client.randomPKCECodeVerifier()
      const target = await client.buildAuthorizationUrlWithJAR(
        config,
        {
          redirect_uri: redirectUri,
          scope: 'openid',
          state: 'inside',
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        },
        { key: signing.privateKey, kid: 'sig' },
      )
      const agent = new UserAgent()
      const { url: callback } = await passPages(agent, await agent.open(target), 'alice')

      await expect(
        client.authorizationCodeGrant(config, callback, { pkceCodeVerifier: verifier, expectedState: 'inside' }),
      ).resolves.toBeDefined()
    })

    test('a request object may be encrypted with the secret', async () => {
      const config = await discover(url(), 'requests', secret)
      const key = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret))).slice(0, 16)
      const signed = await requestObject({ state: 'hidden' }).sign(signing.privateKey)
      const encrypted = await new CompactEncrypt(new TextEncoder().encode(signed))
        .setProtectedHeader({ alg: 'A128KW', enc: 'A128CBC-HS256', cty: 'JWT' })
        .encrypt(key)

      const callback = await authorize(config, { request: encrypted, scope: 'openid' })

      expect(callback.searchParams.get('state')).toBe('hidden')
    })

    test.each([
      ['by another key', async () => requestObject({}).sign((await generateKeyPair('ES256')).privateKey)],
      ['of no form', async () => 'nonsense'],
    ])('a request object %s is refused', async (_what, make) => {
      const config = await discover(url(), 'requests', secret)

      const callback = await authorize(config, { request: await make(), scope: 'openid' })

      expect(callback.searchParams.get('error')).toBe('invalid_request_object')
    })

    test.each([
      ['an hour ago', () => requestObject({}).setExpirationTime('-1h'), /expired/],
      ['in an hour', () => requestObject({}).setNotBefore('1h').setExpirationTime('2h'), /not active/],
    ])('a request object whose time is %s is refused, by value and pushed', async (_when, make, said) => {
      const config = await discover(url(), 'requests', secret)
      const request = await make().sign(signing.privateKey)

      const callback = await authorize(config, { request, scope: 'openid' })
      const pushed = client.buildAuthorizationUrlWithPAR(config, { request })

      expect(callback.searchParams.get('error')).toBe('invalid_request_object')
      expect(callback.searchParams.has('code')).toBe(false)
      await expect(pushed).rejects.toMatchObject({
        error: 'invalid_request_object',
        error_description: expect.stringMatching(said),
      })
    })

    test('a client that has promised signed requests is held to it', async () => {
      const callback = await authorize(await discover(url(), 'requests', secret), { scope: 'openid' })

      expect(callback.searchParams.get('error')).toBe('invalid_request')
    })

    test('an ID token is encrypted to the client, who reads what is signed inside', async () => {
      const config = await discover(url(), 'secret', secret)
      const keyset = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri ?? ''))
      client.enableDecryptingResponses(config, undefined, { key: encryption.privateKey, kid: 'enc' })

      const { tokens } = await login(config, { scope: 'openid profile' })

      expect(tokens.id_token?.split('.')).toHaveLength(5)
      const { plaintext } = await compactDecrypt(tokens.id_token ?? '', encryption.privateKey)
      const { payload } = await jwtVerify(new TextDecoder().decode(plaintext), keyset, { audience: 'secret' })
      expect(payload).toMatchObject({ sub: '100101' })
      expect(tokens.claims()).toMatchObject({ sub: '100101', name: 'Alice Liddell' })
    })

    test('userinfo and introspection are signed for a client that wants them so', async () => {
      const config = await discover(url(), 'secret', secret)
      client.enableDecryptingResponses(config, undefined, { key: encryption.privateKey, kid: 'enc' })
      client.enableNonRepudiationChecks(config)
      const { tokens } = await login(config, { scope: 'openid profile' })

      await expect(client.fetchUserInfo(config, tokens.access_token, '100101')).resolves.toMatchObject({
        name: 'Alice Liddell',
      })
      await expect(client.tokenIntrospection(config, tokens.access_token)).resolves.toMatchObject({
        active: true,
        sub: '100101',
      })
    })

    test('the claims parameter asks for claims one by one', async () => {
      const config = await discover(url(), 'plain', secret)
      const claims = { id_token: { email: null }, userinfo: { name: { essential: true } } }

      const { tokens } = await login(config, { scope: 'openid', parameters: { claims: JSON.stringify(claims) } })

      expect(tokens.claims()).toMatchObject({ email: 'alice@example.com' })
      expect(tokens.claims()).not.toHaveProperty('name')
      const info = await client.fetchUserInfo(config, tokens.access_token, '100101')
      expect(info).toMatchObject({ name: 'Alice Liddell' })
      expect(info).not.toHaveProperty('email')
    })

    test('the claims parameter shows no page where consent is skipped', async () => {
      const config = await discover(url(), 'skipping', secret)
      const claims = JSON.stringify({ id_token: { email: null } })
      const agent = new UserAgent()
      const ask = (parameters: Record<string, string>) =>
        agent.open(client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, ...parameters }))

      const first = await ask({ scope: 'openid', claims })
      await ask({ scope: 'openid email' })
      const again = await ask({ scope: 'openid email', claims })

      expect(first.url.searchParams.get('code')).toBeTruthy()
      expect(again.url.searchParams.get('code')).toBeTruthy()
    })

    test('a client without a browser is a sector of its own', async () => {
      const person = { username: 'alice', password: 'wonderland', scope: 'openid' }
      const config = await discover(url(), 'headless', secret)

      const [first, again] = [
        await client.genericGrantRequest(config, 'password', person),
        await client.genericGrantRequest(config, 'password', person),
      ]

      expect(first.claims()?.sub).toMatch(/^[\w-]{43}$/)
      expect(again.claims()?.sub).toBe(first.claims()?.sub)
    })

    test('pairwise subjects differ between sectors, and stay the same within one', async () => {
      const subOf = async (id: string) => {
        const config = await discover(url(), id, secret)
        const { tokens } = await login(config, { scope: 'openid', redirectUri: `https://${id}.example/callback` })
        const sub = tokens.claims()?.sub as string
        await client.fetchUserInfo(config, tokens.access_token, sub)
        expect(decodeJwt(tokens.access_token).sub).toBe(sub)
        const minted = await idp.issuer(name).tokens({ type: 'id_token', client: id, user: 'alice' })
        expect(decodeJwt(minted.id_token ?? '').sub).toBe(sub)
        return sub
      }

      const [first, again, other] = [await subOf('one'), await subOf('one'), await subOf('two')]

      expect(first).toBe(again)
      expect(new Set([first, other, '100101']).size).toBe(3)
    })
  })
}
