import { decodeJwt, exportJWK, generateKeyPair } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, passPages } from './flows.ts'

const redirectUri = 'https://whatever.localhost:8443/callback'

const open = {
  open: true,
  users: [
    { username: 'alice', password: 'wonderland', sub: '100101' },
    { username: 'mallory', state: 'locked' as const },
  ],
  clients: [{ client_id: 'web', client_secret: 'web-secret', redirect_uris: ['http://localhost:3000/callback'] }],
}

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({ fixtures: { ...open, issuers: { acme: open, strict: { ...open, open: false } } } })
})

afterAll(() => idp.close())

/** Signs in by the form of the login page. */
async function logIn(config: client.Configuration, fields: Record<string, string>, target = redirectUri) {
  const verifier = client.randomPKCECodeVerifier()
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: target,
    scope: 'openid profile email',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const agent = new UserAgent()
  const form = await agent.open(url)
  const page = await agent.submit(form, /name="username"/, fields)
  if (page.status !== 0) return { page, tokens: undefined, agent }
  const tokens = await client.authorizationCodeGrant(config, page.url, { pkceCodeVerifier: verifier })
  return { page, tokens, agent }
}

for (const name of ['default', 'acme']) {
  describe(`issuer ${name}`, () => {
    const url = () => idp.issuer(name).url

    test('takes a client that nobody has declared, whatever its secret', async () => {
      for (const authentication of [client.ClientSecretBasic('x'), client.ClientSecretPost('y'), client.None()]) {
        const config = await discover(url(), 'never-heard-of', undefined, authentication)

        const { tokens } = await logIn(config, { username: 'zoe', password: '' })

        expect(tokens?.claims()).toMatchObject({ sub: 'zoe', aud: 'never-heard-of', email: 'zoe@example.com' })
        await expect(client.fetchUserInfo(config, tokens?.access_token ?? '', 'zoe')).resolves.toMatchObject({
          name: 'Zoe',
        })
        const refreshed = await client.refreshTokenGrant(config, tokens?.refresh_token ?? '')
        expect(refreshed.access_token).not.toBe(tokens?.access_token)
      }
    })

    test('takes an assertion that is signed with a key that nobody knows', async () => {
      const { privateKey, publicKey } = await generateKeyPair('ES256')
      const { kty } = await exportJWK(publicKey)
      const config = await discover(url(), 'by-key', undefined, client.PrivateKeyJwt(privateKey as CryptoKey))

      const tokens = await client.clientCredentialsGrant(config, { scope: 'email' })

      expect(kty).toBe('EC')
      expect(decodeJwt(tokens.access_token)).toMatchObject({ sub: 'by-key', client_id: 'by-key' })
      await expect(client.tokenIntrospection(config, tokens.access_token)).resolves.toMatchObject({ active: true })
      await client.tokenRevocation(config, tokens.access_token)
      await expect(client.tokenIntrospection(config, tokens.access_token)).resolves.toEqual({ active: false })
    })

    test('takes any user by password, device and backchannel', async () => {
      const config = await discover(url(), 'tool', 'x')
      const person = { username: 'yan', password: 'whatever', scope: 'openid' }
      const device = await client.initiateDeviceAuthorization(config, { scope: 'openid' })
      await idp.issuer(name).device.approve(device.user_code, 'yan')
      const asked = await client.initiateBackchannelAuthentication(config, { scope: 'openid', login_hint: 'yan' })

      const byPassword = await client.genericGrantRequest(config, 'password', person)
      const byDevice = await client.pollDeviceAuthorizationGrant(config, { ...device, interval: 0 })

      expect([byPassword, byDevice].map((tokens) => tokens.claims()?.sub)).toEqual(['yan', 'yan'])
      expect(asked.auth_req_id).toBeDefined()
    })

    test('puts the claims that are typed into the tokens, and keeps them until it is reset', async () => {
      const side = await idp.createIssuer({ ...open })
      const config = await discover(side.url, 'any', 'x')
      const claims = JSON.stringify({ groups: ['admin'], email: 'x@example.com', sub: 'x-1' })

      const { tokens } = await logIn(config, { username: 'xenia', claims })
      const again = await logIn(config, { username: 'xenia' })

      const expected = { sub: 'x-1', groups: ['admin'], email: 'x@example.com', name: 'Xenia' }
      expect(tokens?.claims()).toMatchObject(expected)
      expect(again.tokens?.claims()).toMatchObject(expected)
      expect(decodeJwt(tokens?.access_token ?? '').groups).toEqual(['admin'])
      await side.reset()
      const after = await logIn(config, { username: 'xenia' })
      expect(after.tokens?.claims()?.sub).toBe('xenia')
    })

    test('says what is wrong with what is typed, and keeps it in the box', async () => {
      const config = await discover(url(), 'any', 'x')
      for (const [claims, message] of [
        ['{"groups": ', 'The claims are no JSON object'],
        ['["admin"]', 'The claims are no JSON object'],
        ['{"iss":"https://other.example"}', 'The claim iss cannot be typed'],
        ['{"exp":1}', 'The claim exp cannot be typed'],
        ['{"sub": 7}', 'sub: expected text; found 7'],
        ['{"sub": "100101"}', '&#34;100101&#34; is already the sub of alice'],
      ] as const) {
        const { page } = await logIn(config, { username: 'walt', claims })

        expect(page.status).toBe(400)
        expect(page.html).toContain(message)
        expect(page.html).toContain(claims.replaceAll('"', '&#34;'))
      }
    })

    test('holds what is declared to what is declared', async () => {
      const web = await discover(url(), 'web', 'wrong')
      const elsewhere = client.buildAuthorizationUrl(web, { redirect_uri: redirectUri, scope: 'openid' })

      await expect(
        client.genericGrantRequest(web, 'password', { username: 'alice', password: 'x' }),
      ).rejects.toMatchObject({ error: 'invalid_client', status: 401 })
      expect((await new UserAgent().open(elsewhere)).html).toContain('invalid_redirect_uri')
      const any = await discover(url(), 'any', 'x')
      expect((await logIn(any, { username: 'alice', password: 'wrong' })).page.html).toContain('not the password')
      expect((await logIn(any, { username: 'mallory', password: 'x' })).page.html).toContain('This account is locked')
    })

    test('refuses a redirect that is none, or that would run in the page', async () => {
      const any = await discover(url(), 'any', 'x')
      for (const target of [
        'javascript:alert(1)',
        'data:text/html,x',
        'https://a.example/#x',
        '/callback',
        undefined,
      ]) {
        const asked = client.buildAuthorizationUrl(any, { scope: 'openid', ...(target && { redirect_uri: target }) })

        const page = await new UserAgent().open(asked)

        expect(page.status).toBe(400)
      }
    })

    test('takes redirects that stay on the machine', async () => {
      const config = await discover(url(), 'any', 'x')
      for (const target of [
        'http://localhost/',
        'http://tenant.app.localhost:3000/cb?x=1',
        'https://127.255.0.1:8443/cb',
        'http://[::1]:3000/cb',
        'com.example.app:/callback',
      ]) {
        const asked = client.buildAuthorizationUrl(config, { scope: 'openid', redirect_uri: target })

        expect((await new UserAgent().open(asked)).html).toContain('name="username"')
      }
    })

    test('refuses a redirect that leaves the machine, and says how to have it', async () => {
      const config = await discover(url(), 'any', 'x')
      for (const target of [
        'https://whatever.example/callback',
        'https://localhost.example/callback',
        'https://localhost@whatever.example/callback',
        'https://notlocalhost/callback',
        'https://127.0.0.1.example/callback',
        'http://192.168.0.2:3000/callback',
        'http://[::2]/callback',
        'http:whatever.example/callback',
        'ftp://whatever.example/callback',
        'exp://192.168.0.2:8081/--/callback',
      ]) {
        const asked = client.buildAuthorizationUrl(config, { scope: 'openid', redirect_uri: target })
        const pushed = client.buildAuthorizationUrlWithPAR(config, { scope: 'openid', redirect_uri: target })

        await expect(pushed).rejects.toMatchObject({ error: 'invalid_request', status: 400 })
        const page = await new UserAgent().open(asked)
        expect([page.status, page.html.includes('invalid_redirect_uri')]).toEqual([400, true])
        expect(page.html).toContain('Declare the client in <code>clients</code>')
      }
      const why = (await idp.issuer(name).requests({ client: 'any' })).at(-1)?.refusal?.why
      expect(why).toMatch(/nobody has declared "any", .* Declare the client with this address/)
    })

    test('refuses to lead off the machine after a logout, and says how to have it', async () => {
      const config = await discover(url(), 'any', 'x')
      const target = 'https://whatever.example/signed-out'
      const asked = client.buildEndSessionUrl(config, { post_logout_redirect_uri: target })

      const page = await new UserAgent().open(asked)

      expect(page.status).toBe(400)
      expect(page.html).toContain('Declare the client in <code>clients</code>')
      const why = (await idp.issuer(name).requests({ endpoint: 'end_session' })).at(-1)?.refusal?.why
      expect(why).toMatch(/post_logout_redirect_uri .* nobody has declared "any"/)
    })

    test('ends the session and goes back wherever on the machine the client wants', async () => {
      const config = await discover(url(), 'any', 'x')
      const { tokens, agent } = await logIn(config, { username: 'zoe' })
      const target = 'http://127.8.9.10:4000/signed-out'
      const asked = client.buildEndSessionUrl(config, {
        id_token_hint: tokens?.id_token ?? '',
        post_logout_redirect_uri: target,
      })

      const ended = await agent.submit(await agent.open(asked), /logout/)

      expect(ended.url.href).toBe(target)
    })
  })
}

test('the issuer beside it stays as strict as it is', async () => {
  const unknown = await discover(idp.issuer('strict').url, 'never-heard-of', 'x')
  const asked = client.buildAuthorizationUrl(unknown, { redirect_uri: redirectUri, scope: 'openid' })

  const page = await new UserAgent().open(asked)

  expect([page.status, page.html.includes('invalid_client')]).toEqual([400, true])
  await expect(client.clientCredentialsGrant(unknown)).rejects.toMatchObject({ error: 'invalid_client' })
})

test('users and clients that nobody has declared are in no list, and can be declared', async () => {
  const side = await idp.createIssuer({ ...open })
  const config = await discover(side.url, 'any', 'x')
  await logIn(config, { username: 'zoe' })

  await expect(side.users.get('zoe')).rejects.toMatchObject({ code: 'ERR_USER_UNKNOWN' })
  await side.users.put('zoe', { sub: 'z-1' })
  await side.clients.put('any', { client_secret: 'right', redirect_uris: [redirectUri] })

  expect((await side.users.get('zoe')).sub).toBe('z-1')
  const person = { username: 'zoe', password: 'x' }
  await expect(client.genericGrantRequest(config, 'password', person)).rejects.toMatchObject({
    error: 'invalid_client',
  })
})

test('a person can still be picked', async () => {
  const config = await discover(idp.url, 'any', 'x')
  const asked = client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid' })
  const agent = new UserAgent()

  const { url } = await passPages(agent, await agent.open(asked), 'alice')

  const tokens = await client.authorizationCodeGrant(config, url)
  expect(tokens.claims()?.sub).toBe('100101')
})
