import { decodeJwt } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login, passPages } from './flows.ts'

const redirectUri = 'http://localhost:3000/callback'

const payment = {
  type: 'payment_initiation',
  actions: ['initiate', 'status'],
  instructedAmount: { currency: 'EUR', amount: '123.50' },
}
const account = {
  type: 'account_information',
  actions: ['list_accounts'],
  locations: ['https://bank.example/accounts'],
}

const write = (...details: unknown[]) => ({ authorization_details: JSON.stringify(details) })

let idp: Understudy

beforeAll(async () => {
  const usual = { client_secret: 'secret', redirect_uris: [redirectUri] }
  const members = {
    authorization_details: {
      payment_initiation: {
        description: 'Pay from your account',
        required: ['instructedAmount'],
        members: ['creditorName'],
        actions: ['initiate', 'status', 'cancel'],
      },
      account_information: {},
    },
    users: [{ username: 'alice', sub: '100101' }],
    clients: [
      {
        client_id: 'bank',
        ...usual,
        grant_types: [
          'authorization_code',
          'refresh_token',
          'client_credentials',
          'device_code',
          'ciba',
          'password',
          'token_exchange',
        ],
      },
      { client_id: 'trusted', ...usual, consent: 'skip', auto_login: 'alice' },
      { client_id: 'reader', ...usual, authorization_details_types: ['account_information'] },
      { client_id: 'opaque', ...usual, access_token: { format: 'opaque' } },
    ],
  }
  const plain = { users: ['alice'], clients: [{ client_id: 'bank', ...usual }] }
  idp = await startUnderstudy({
    fixtures: JSON.parse(JSON.stringify({ ...members, issuers: { partner: members, plain } })),
  })
})

afterAll(() => idp.close())

for (const name of ['default', 'partner']) {
  describe(`issuer ${name}`, () => {
    const url = () => idp.issuer(name).url
    const bank = (id = 'bank') => discover(url(), id, 'secret')

    /** Where an authorization request by these parameters ends. */
    async function authorize(config: client.Configuration, parameters: Record<string, string>): Promise<URL> {
      const agent = new UserAgent()
      const target = client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid', ...parameters })
      return (await passPages(agent, await agent.open(target), 'alice')).url
    }

    test('the types are advertised', async () => {
      const config = await bank()

      expect(config.serverMetadata().authorization_details_types_supported).toEqual([
        'payment_initiation',
        'account_information',
      ])
    })

    test.each([false, true])('openid-client is granted what it asks for in detail, pushed: %s', async (par) => {
      const config = await bank()

      const { tokens } = await login(config, { scope: 'openid', par, parameters: write(payment, account) })

      expect(tokens.authorization_details).toEqual([payment, account])
      expect(decodeJwt(tokens.access_token)).toMatchObject({ authorization_details: [payment, account] })
      await expect(client.tokenIntrospection(config, tokens.access_token)).resolves.toMatchObject({
        active: true,
        authorization_details: [payment, account],
      })
      await expect(client.fetchUserInfo(config, tokens.access_token, '100101')).resolves.toBeDefined()
    })

    test('opaque tokens introspect to them', async () => {
      const config = await bank('opaque')
      const { tokens } = await login(config, { scope: 'openid', parameters: write(payment) })

      await expect(client.tokenIntrospection(config, tokens.access_token)).resolves.toMatchObject({
        authorization_details: [payment],
      })
    })

    test('a refresh keeps them, and may ask for less', async () => {
      const config = await bank()
      const { tokens } = await login(config, { scope: 'openid', parameters: write(payment, account) })
      const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
      expect(refreshed.authorization_details).toEqual([payment, account])
      const less = { ...payment, actions: ['status'] }

      const narrowed = await client.refreshTokenGrant(config, refreshed.refresh_token ?? '', write(less))

      expect(narrowed.authorization_details).toEqual([less])
      const again = await client.refreshTokenGrant(config, narrowed.refresh_token ?? '')
      expect(again.authorization_details).toEqual([payment, account])
    })

    test.each([
      ['another action', { ...payment, actions: ['cancel'] }],
      ['another amount', { ...payment, instructedAmount: { currency: 'EUR', amount: '999.00' } }],
      ['no list of actions', { type: payment.type, instructedAmount: payment.instructedAmount }],
      ['another type', account],
    ])('a refresh cannot ask for %s than was granted', async (_what, wider) => {
      const config = await bank()
      const { tokens } = await login(config, { scope: 'openid', parameters: write(payment) })

      await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? '', write(wider))).rejects.toMatchObject({
        error: 'invalid_authorization_details',
        status: 400,
      })
    })

    test('a service asks for them at the token endpoint', async () => {
      const tokens = await client.clientCredentialsGrant(await bank(), write(account))

      expect(tokens.authorization_details).toEqual([account])
      expect(decodeJwt(tokens.access_token)).toMatchObject({ authorization_details: [account] })
    })

    test('a device is granted them with its code', async () => {
      const config = await bank()
      const device = await client.initiateDeviceAuthorization(config, { scope: 'openid', ...write(payment) })
      const agent = new UserAgent()
      let page = await agent.open(device.verification_uri_complete ?? '')
      page = await agent.submit(page, /user_code/)
      page = await agent.submit(page, /confirm/)
      await passPages(agent, page, 'alice')

      const tokens = await client.pollDeviceAuthorizationGrant(config, { ...device, interval: 0 })

      expect(tokens.authorization_details).toEqual([payment])
    })

    test('so is one that is approved without a page', async () => {
      const config = await bank()
      const device = await client.initiateDeviceAuthorization(config, { scope: 'openid', ...write(payment) })
      await idp.issuer(name).device.approve(device.user_code, 'alice')

      const tokens = await client.pollDeviceAuthorizationGrant(config, { ...device, interval: 0 })

      expect(tokens.authorization_details).toEqual([payment])
    })

    test('a backchannel authentication request is approved with them', async () => {
      const config = await bank()
      const parameters = { scope: 'openid', login_hint: 'alice', ...write(payment) }
      const asked = await client.initiateBackchannelAuthentication(config, parameters)
      await idp.issuer(name).ciba.approve(asked.auth_req_id)

      const tokens = await client.pollBackchannelAuthenticationGrant(config, { ...asked, interval: 0 })

      expect(tokens.authorization_details).toEqual([payment])
    })

    test('a password brings them along', async () => {
      const parameters = { username: 'alice', password: 'any', scope: 'openid', ...write(account) }

      const tokens = await client.genericGrantRequest(await bank(), 'password', parameters)

      expect(tokens.authorization_details).toEqual([account])
      expect(decodeJwt(tokens.access_token)).toMatchObject({ authorization_details: [account] })
    })

    const refusal = { error: 'invalid_authorization_details', status: 400 }

    test('a code that was granted none gets none', async () => {
      const config = await bank()
      const callback = await authorize(config, {})

      const redeemed = client.authorizationCodeGrant(config, callback, undefined, write(payment))

      await expect(redeemed).rejects.toMatchObject(refusal)
    })

    test('a grant without any gets none by its refresh token', async () => {
      const config = await bank()
      const { tokens } = await login(config, { scope: 'openid' })

      const refreshed = client.refreshTokenGrant(config, tokens.refresh_token ?? '', write(payment))

      await expect(refreshed).rejects.toMatchObject(refusal)
    })

    test('a device that was granted none gets none', async () => {
      const config = await bank()
      const device = await client.initiateDeviceAuthorization(config, { scope: 'openid' })
      await idp.issuer(name).device.approve(device.user_code, 'alice')

      const polled = client.pollDeviceAuthorizationGrant(config, { ...device, interval: 0 }, write(payment))

      await expect(polled).rejects.toMatchObject(refusal)
    })

    test('a backchannel authentication request that was granted none gets none', async () => {
      const config = await bank()
      const asked = await client.initiateBackchannelAuthentication(config, { scope: 'openid', login_hint: 'alice' })
      await idp.issuer(name).ciba.approve(asked.auth_req_id)

      const polled = client.pollBackchannelAuthenticationGrant(config, { ...asked, interval: 0 }, write(payment))

      await expect(polled).rejects.toMatchObject(refusal)
    })

    test('what a password brought along, a refresh keeps', async () => {
      const config = await bank()
      const parameters = { username: 'alice', password: 'any', scope: 'openid', ...write(account) }
      const tokens = await client.genericGrantRequest(config, 'password', parameters)

      const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')

      expect(refreshed.authorization_details).toEqual([account])
    })

    test.each([true, false])(
      'an exchange keeps what its subject is for, and gets no more; for a user: %s',
      async (isUser) => {
        const config = await bank()
        const subject = isUser
          ? (await login(config, { scope: 'openid', parameters: write(payment) })).tokens
          : await client.clientCredentialsGrant(config, write(payment))
        const exchange = (more: Record<string, string> = {}) =>
          client.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:token-exchange', {
            subject_token: subject.access_token,
            subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
            ...more,
          })

        const kept = await exchange()

        expect(kept.authorization_details).toEqual([payment])
        expect(decodeJwt(kept.access_token)).toMatchObject({ authorization_details: [payment] })
        await expect(exchange(write(account))).rejects.toMatchObject(refusal)
      },
    )

    test('the consent page tells of them each time, and says what they mean', async () => {
      const config = await bank()
      const agent = new UserAgent()
      await login(config, { agent, scope: 'openid', parameters: write(payment) })

      const page = await agent.open(
        client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid', ...write(payment) }),
      )

      expect(page.html).toContain('Pay from your account')
      expect(page.html).toContain('currency: EUR, amount: 123.50')
      const silent = await agent.open(
        client.buildAuthorizationUrl(config, {
          redirect_uri: redirectUri,
          scope: 'openid',
          prompt: 'none',
          ...write(payment),
        }),
      )
      expect(silent.url.searchParams.get('error')).toBe('consent_required')
    })

    test('a client whose consent is skipped gets them without a page', async () => {
      const { tokens } = await login(await bank('trusted'), { agent: new UserAgent(), parameters: write(payment) })

      expect(tokens.authorization_details).toEqual([payment])
    })

    test('with a resource, the token is for both', async () => {
      const { tokens } = await login(await bank(), {
        scope: 'openid',
        parameters: { ...write(account), resource: 'https://bank.example/' },
      })

      expect(decodeJwt(tokens.access_token)).toMatchObject({
        aud: 'https://bank.example/',
        authorization_details: [account],
      })
    })

    const wrong: [string, string][] = [
      ['no JSON', '{'],
      ['no array', '{"type":"payment_initiation"}'],
      ['no object', '["payment_initiation"]'],
      ['no type', '[{"actions":["status"]}]'],
      ['an unknown type', '[{"type":"time_travel"}]'],
      ['a member missing', '[{"type":"payment_initiation"}]'],
      ['an unknown member', JSON.stringify([{ ...payment, tip: 3 }])],
      ['an action that is not there', JSON.stringify([{ ...payment, actions: ['steal'] }])],
      ['actions that are no list', JSON.stringify([{ ...payment, actions: 'status' }])],
    ]

    test.each(wrong)('an authorization request with %s is refused', async (_what, text) => {
      const callback = await authorize(await bank(), { authorization_details: text })

      expect(callback.searchParams.get('error')).toBe('invalid_authorization_details')
    })

    test.each(wrong)('a pushed request with %s is refused', async (_what, text) => {
      const pushed = client.buildAuthorizationUrlWithPAR(await bank(), {
        redirect_uri: redirectUri,
        authorization_details: text,
      })

      await expect(pushed).rejects.toMatchObject({ error: 'invalid_authorization_details', status: 400 })
    })

    test.each(wrong)('a token request with %s is refused', async (_what, text) => {
      const asked = client.clientCredentialsGrant(await bank(), { authorization_details: text })

      await expect(asked).rejects.toMatchObject({ error: 'invalid_authorization_details', status: 400 })
    })

    test('a client may ask for the types that it is registered with alone', async () => {
      const config = await bank('reader')

      const refused = await authorize(config, write(payment))
      const { tokens } = await login(config, { scope: 'openid', parameters: write(account) })

      expect(refused.searchParams.get('error')).toBe('invalid_authorization_details')
      expect(tokens.authorization_details).toEqual([account])
    })
  })
}

test('without declared types none are advertised, and the parameter means nothing', async () => {
  const config = await discover(idp.issuer('plain').url, 'bank', 'secret')

  const { tokens } = await login(config, { scope: 'openid', parameters: write(payment) })

  expect(config.serverMetadata()).not.toHaveProperty('authorization_details_types_supported')
  expect(tokens).not.toHaveProperty('authorization_details')
})
