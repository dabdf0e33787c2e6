import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login, passPages } from './flows.ts'

const redirectUri = 'http://localhost:3000/callback'
const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange'
const bearerGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const typed = (type: string) => `urn:ietf:params:oauth:token-type:${type}`

const keys = await generateKeyPair('ES256', { extractable: true })
const stranger = await generateKeyPair('ES256')

let idp: Understudy

beforeAll(async () => {
  const issuer = {
    scopes: { crate: { description: 'Your crates' } },
    users: [
      { username: 'alice', password: 'wonderland', sub: '100101', claims: { groups: ['admin'] } },
      { username: 'mallory', state: 'locked' as const },
    ],
    clients: [
      {
        client_id: 'web',
        client_secret: 'web-secret',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'] as const,
      },
      {
        client_id: 'signed',
        client_secret: 'signed-secret',
        redirect_uris: [redirectUri],
        userinfo_signed_response_alg: 'RS256',
        authorization_signed_response_alg: 'RS256',
      },
      { client_id: 'legacy', client_secret: 'legacy-secret', grant_types: ['password', 'refresh_token'] as const },
      {
        client_id: 'gateway',
        client_secret: 'gateway-secret',
        grant_types: ['token_exchange', 'refresh_token', 'client_credentials'] as const,
      },
      {
        client_id: 'pairwise',
        client_secret: 'pairwise-secret',
        redirect_uris: [redirectUri],
        subject_type: 'pairwise' as const,
        grant_types: ['authorization_code', 'token_exchange', 'jwt_bearer'] as const,
      },
      {
        client_id: 'opaque',
        client_secret: 'opaque-secret',
        grant_types: ['token_exchange'] as const,
        access_token: { format: 'opaque' as const },
      },
      {
        client_id: 'narrow',
        client_secret: 'narrow-secret',
        scope: 'openid',
        grant_types: ['token_exchange', 'jwt_bearer'] as const,
      },
      {
        client_id: 'robot',
        client_secret: 'robot-secret',
        jwks: { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'robot', alg: 'ES256' }] },
        grant_types: ['jwt_bearer', 'client_credentials'] as const,
      },
    ],
  }
  idp = await startUnderstudy({ fixtures: JSON.parse(JSON.stringify({ ...issuer, issuers: { partner: issuer } })) })
})

afterAll(() => idp.close())

for (const name of ['default', 'partner']) {
  describe(`issuer ${name}`, () => {
    const url = () => idp.issuer(name).url
    const as = (id: string) => discover(url(), id, `${id}-secret`)

    async function byPassword(config: client.Configuration, parameters: Record<string, string>) {
      return client.genericGrantRequest(config, 'password', { scope: 'openid crate', ...parameters })
    }

    test('a password gets tokens, which refresh', async () => {
      const config = await as('legacy')

      const tokens = await byPassword(config, { username: 'alice', password: 'wonderland' })

      expect(tokens.claims()).toMatchObject({ sub: '100101', aud: 'legacy', iss: url() })
      await expect(client.fetchUserInfo(config, tokens.access_token, '100101')).resolves.toMatchObject({
        groups: ['admin'],
      })
      await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? '')).resolves.toMatchObject({
        scope: 'openid crate',
      })
    })

    test.each([
      ['a wrong password', { username: 'alice', password: 'oz' }, 'invalid_grant'],
      ['an unknown user', { username: 'bob', password: 'x' }, 'invalid_grant'],
      ['a locked user', { username: 'mallory', password: 'x' }, 'invalid_grant'],
      ['no password', { username: 'alice' }, 'invalid_request'],
      [
        'a scope that the client may not have',
        { username: 'alice', password: 'wonderland', scope: '"' },
        'invalid_scope',
      ],
    ])('%s is refused', async (_what, parameters, error) => {
      await expect(byPassword(await as('legacy'), parameters as Record<string, string>)).rejects.toMatchObject({
        error,
      })
    })

    test('a client without the grant may not use it', async () => {
      await expect(byPassword(await as('web'), { username: 'alice', password: 'wonderland' })).rejects.toMatchObject({
        error: 'unauthorized_client',
      })
    })

    async function subjectToken(): Promise<client.TokenEndpointResponse> {
      return (await login(await as('web'), { scope: 'openid crate' })).tokens
    }

    test('a token is exchanged for another in the name of the same user', async () => {
      const subject = await subjectToken()
      const config = await as('gateway')

      const tokens = await client.genericGrantRequest(config, exchangeGrant, {
        subject_token: subject.access_token,
        subject_token_type: typed('access_token'),
        audience: 'crates-api',
        scope: 'crate',
      })

      expect(tokens).toMatchObject({ issued_token_type: typed('access_token'), scope: 'crate', token_type: 'bearer' })
      expect(tokens.refresh_token).toBeUndefined()
      const seen = await client.tokenIntrospection(config, tokens.access_token)
      expect(seen).toMatchObject({ active: true, sub: '100101', client_id: 'gateway', aud: 'crates-api' })
      expect(seen.act).toBeUndefined()
    })

    test('an actor is named in the token, and those before it inside', async () => {
      const subject = await subjectToken()
      const config = await as('gateway')
      const actor = await client.clientCredentialsGrant(config)
      const exchange = (token: string) =>
        client.genericGrantRequest(config, exchangeGrant, {
          subject_token: token,
          subject_token_type: typed('access_token'),
          actor_token: actor.access_token,
          actor_token_type: typed('access_token'),
        })

      const first = await exchange(subject.access_token)
      const second = await exchange(first.access_token)

      expect(await client.tokenIntrospection(config, first.access_token)).toMatchObject({ act: { sub: 'gateway' } })
      expect(await client.tokenIntrospection(config, second.access_token)).toMatchObject({
        sub: '100101',
        act: { sub: 'gateway', act: { sub: 'gateway' } },
      })
    })

    test.each(['id_token', 'refresh_token'] as const)('an exchange may ask for a token of type %s', async (type) => {
      const subject = await subjectToken()

      const tokens = await client.genericGrantRequest(await as('gateway'), exchangeGrant, {
        subject_token: subject.id_token ?? '',
        subject_token_type: typed('id_token'),
        requested_token_type: typed(type),
        scope: 'openid',
      })

      expect(tokens).toMatchObject({
        issued_token_type: typed(type),
        token_type: 'n_a',
        access_token: expect.any(String),
      })
    })

    test('an ID token with a pairwise subject is exchanged for its user, and speaks for him', async () => {
      const config = await as('pairwise')
      const { tokens } = await login(config, { scope: 'openid' })
      const [sub, token = ''] = [tokens.claims()?.sub, tokens.id_token]
      const parts = { subject_token: token, actor_token: token, scope: 'openid' }
      const types = { subject_token_type: typed('id_token'), actor_token_type: typed('id_token') }

      const own = await client.genericGrantRequest(config, exchangeGrant, { ...parts, ...types })
      const foreign = await client.genericGrantRequest(await as('gateway'), exchangeGrant, { ...parts, ...types })
      const vouched = await client.genericGrantRequest(config, bearerGrant, { assertion: token, scope: 'openid' })

      expect(sub).not.toBe('100101')
      expect(decodeJwt(own.access_token)).toMatchObject({ sub, act: { sub } })
      expect(decodeJwt(foreign.access_token)).toMatchObject({ sub: '100101', act: { sub: '100101' } })
      expect(vouched.claims()?.sub).toBe(sub)
    })

    test('a refresh token is exchanged by its own client alone', async () => {
      const config = await as('gateway')
      const { refresh_token: foreign = '' } = await subjectToken()
      const { access_token: own } = await client.genericGrantRequest(config, exchangeGrant, {
        subject_token: (await subjectToken()).id_token ?? '',
        subject_token_type: typed('id_token'),
        requested_token_type: typed('refresh_token'),
      })
      const exchange = (parameters: Record<string, string>) =>
        client.genericGrantRequest(config, exchangeGrant, parameters)
      const subject = (token: string) => ({ subject_token: token, subject_token_type: typed('refresh_token') })
      const actor = { actor_token: foreign, actor_token_type: typed('refresh_token') }

      const refused = { error: 'invalid_request', error_description: expect.stringMatching(/of another client/) }
      await expect(exchange(subject(foreign))).rejects.toMatchObject(refused)
      await expect(exchange({ ...subject(own), ...actor })).rejects.toMatchObject(refused)
      await expect(exchange(subject(own))).resolves.toMatchObject({ access_token: expect.any(String) })
    })

    test('a JWT is given to who asks for one, where access tokens are JWTs', async () => {
      const { access_token: token } = await subjectToken()
      const parameters = { subject_token: token, subject_token_type: typed('access_token') }
      const exchange = async (id: string) =>
        client.genericGrantRequest(await as(id), exchangeGrant, { ...parameters, requested_token_type: typed('jwt') })

      const given = await exchange('gateway')

      expect(given.issued_token_type).toBe(typed('jwt'))
      expect(decodeJwt(given.access_token).sub).toBe('100101')
      await expect(exchange('opaque')).rejects.toMatchObject({ error: 'invalid_request' })
    })

    test.each([
      ['an unknown token', { subject_token: 'nothing' }, 'invalid_request'],
      ['a type that is none', { subject_token_type: 'access_token' }, 'invalid_request'],
      ['no subject token', { subject_token: undefined }, 'invalid_request'],
      ['more scope than the subject has', { scope: 'crate email' }, 'invalid_scope'],
      ['an actor type without an actor', { actor_token_type: typed('jwt') }, 'invalid_request'],
    ])('an exchange with %s is refused', async (_what, wrong, error) => {
      const subject = await subjectToken()
      const right = { subject_token: subject.access_token, subject_token_type: typed('access_token') }
      const parameters = Object.fromEntries(Object.entries({ ...right, ...wrong }).filter(([, value]) => value))

      await expect(
        client.genericGrantRequest(await as('gateway'), exchangeGrant, parameters as Record<string, string>),
      ).rejects.toMatchObject({ error })
    })

    function assertion(claims: Record<string, unknown>, key = keys.privateKey): Promise<string> {
      const exp = Math.floor(Date.now() / 1000) + 60
      return new SignJWT({ iss: 'robot', aud: url(), exp, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'robot' })
        .setIssuedAt()
        .sign(key)
    }

    const present = async (jwt: string) =>
      client.genericGrantRequest(await as('robot'), bearerGrant, { assertion: jwt, scope: 'openid' })

    test('an assertion that the client has signed gets tokens for its subject', async () => {
      const tokens = await present(await assertion({ sub: 'alice' }))

      expect(tokens.claims()).toMatchObject({ sub: '100101', aud: 'robot' })
    })

    test('a client that speaks for itself gets a token of its own', async () => {
      const tokens = await client.genericGrantRequest(await as('robot'), bearerGrant, {
        assertion: await assertion({ sub: 'robot' }),
      })

      expect(await client.tokenIntrospection(await as('robot'), tokens.access_token)).toMatchObject({
        active: true,
        sub: 'robot',
      })
    })

    test("a user's token of this issuer is an assertion too", async () => {
      const { access_token: token } = await subjectToken()

      expect((await present(token)).claims()).toMatchObject({ sub: '100101', aud: 'robot' })
    })

    test.each([
      ['by another key', async () => assertion({ sub: 'alice' }, stranger.privateKey)],
      ['for another audience', async () => assertion({ sub: 'alice', aud: 'https://elsewhere.example' })],
      ['by another issuer', async () => assertion({ sub: 'alice', iss: 'somebody' })],
      ['for nobody here', async () => assertion({ sub: 'nobody' })],
      ['that never expires', async () => assertion({ sub: 'alice', exp: undefined })],
      ['for a list of users', async () => assertion({ sub: ['alice'] })],
      ['for another client', async () => assertion({ sub: 'gateway' })],
      ['for a locked user', async () => assertion({ sub: 'mallory' })],
      ['with no form', async () => 'not-a-jwt'],
    ])('an assertion %s is refused', async (_what, make) => {
      await expect(present(await make())).rejects.toMatchObject({ error: 'invalid_grant' })
    })

    async function signedUserinfo(): Promise<string> {
      const { tokens } = await login(await as('signed'), { scope: 'openid' })
      const headers = { authorization: `Bearer ${tokens.access_token}` }
      const endpoint = (await as('signed')).serverMetadata().userinfo_endpoint as string
      return (await fetch(endpoint, { headers })).text()
    }

    async function signedResponse(): Promise<string> {
      const target = client.buildAuthorizationUrl(await as('signed'), {
        redirect_uri: redirectUri,
        scope: 'openid',
        response_mode: 'query.jwt',
      })
      const agent = new UserAgent()
      const { url: callback } = await passPages(agent, await agent.open(target), 'alice')
      return callback.searchParams.get('response') as string
    }

    const minted = async (type: 'logout_token' | 'access_token'): Promise<string> => {
      const { [type]: token } = await idp.issuer(name).tokens({ type, client: 'web', user: 'alice' })
      return token as string
    }

    async function revoked(): Promise<string> {
      const { access_token: token } = await subjectToken()
      await client.tokenRevocation(await as('web'), token)
      return token
    }

    test('an assertion that is a token gets no scope that it has not', async () => {
      const { access_token: token } = await subjectToken()

      const asked = client.genericGrantRequest(await as('robot'), bearerGrant, {
        assertion: token,
        scope: 'openid email',
      })

      await expect(asked).rejects.toMatchObject({ error: 'invalid_scope' })
    })

    test.each(['access_token', 'id_token'] as const)(
      'an exchanged %s gets no scope that is not for the client',
      async (type) => {
        const subject = await subjectToken()
        const exchange = async (more: Record<string, string>) =>
          client.genericGrantRequest(await as('narrow'), exchangeGrant, {
            subject_token: subject[type] ?? '',
            subject_token_type: typed(type),
            ...more,
          })

        await expect(exchange({ scope: 'openid crate' })).rejects.toMatchObject({ error: 'invalid_scope' })
        await expect(exchange({ scope: 'openid' })).resolves.toMatchObject({ scope: 'openid' })
        expect((await exchange({})).scope ?? '').not.toContain('crate')
      },
    )

    test.each([
      ['a logout token', () => minted('logout_token')],
      ['signed userinfo', signedUserinfo],
      ['a signed authorization response', signedResponse],
      ['an access token', () => minted('access_token')],
      ['a revoked access token', revoked],
    ])('%s is no ID token', async (_what, make) => {
      const token = await make()
      expect(token.split('.')).toHaveLength(3)

      const exchanged = client.genericGrantRequest(await as('gateway'), exchangeGrant, {
        subject_token: token,
        subject_token_type: typed('id_token'),
      })

      await expect(exchanged).rejects.toMatchObject({
        error: 'invalid_request',
        error_description: expect.stringMatching(
          /the subject token (is a token of this issuer that is no ID token|has no exp)/,
        ),
      })
    })

    test.each([
      ['a logout token', () => minted('logout_token')],
      ['signed userinfo', signedUserinfo],
      ['a revoked access token', revoked],
    ])('%s is no assertion', async (_what, make) => {
      await expect(present(await make())).rejects.toMatchObject({ error: 'invalid_grant' })
    })
  })
}
