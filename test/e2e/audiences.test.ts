import { decodeJwt } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type IssuerModule, startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, passPages } from './flows.ts'

const redirectUri = 'http://localhost:3000/callback'
const crates = 'https://api.example/crates'
const ledger = 'https://api.example/ledger'
const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange'
const bearerGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token'
const refused = {
  error: 'invalid_target',
  error_description: expect.stringMatching(/^a token is for one resource alone/),
}

const clients: IssuerModule['clients'] = [
  {
    client_id: 'web',
    client_secret: 's',
    redirect_uris: [redirectUri],
    grant_types: [
      'authorization_code',
      'refresh_token',
      'password',
      'token_exchange',
      'jwt_bearer',
      'client_credentials',
    ],
    auto_login: 'alice',
    consent: 'skip',
  },
  {
    client_id: 'opaque',
    client_secret: 's',
    grant_types: ['client_credentials'],
    access_token: { format: 'opaque', audience: 'usual' },
  },
]

let idp: Understudy

beforeAll(async () => {
  const resources = { [crates]: { access_token: { audience: ['crates', 'boxes'] } }, [ledger]: {} }
  const issuer: IssuerModule = { users: ['alice'], clients }
  idp = await startUnderstudy({
    fixtures: {
      ...issuer,
      issuers: {
        declared: { ...issuer, resources },
        reusing: { ...issuer, resources, refresh_token: { rotation: 'reuse' } },
      },
    } as never,
  })
})
afterAll(() => idp.close())

const as = (id: string, issuer = 'default') => discover(idp.issuer(issuer).url, id, 's')
const many = (...pairs: [string, string][]) => new URLSearchParams(pairs)
const audOf = ({ access_token: token }: { access_token: string }) => decodeJwt(token).aud

async function callbackOf(config: client.Configuration, parameters: Record<string, string>): Promise<URL> {
  const target = client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid', ...parameters })
  const agent = new UserAgent()
  return (await passPages(agent, await agent.open(target), 'alice')).url
}

/** Asks by every grant that needs no browser, with more parameters. */
async function byEveryGrant(issuer: string, ...more: [string, string][]) {
  const config = await as('web', issuer)
  const subject = await client.genericGrantRequest(config, 'password', {
    username: 'alice',
    password: 'x',
    scope: 'openid',
  })
  const { access_token: token, refresh_token: refreshToken = '' } = subject
  const refresh: [string, string] = ['refresh_token', refreshToken]
  return {
    client_credentials: () => client.clientCredentialsGrant(config, many(...more)),
    password: () =>
      client.genericGrantRequest(
        config,
        'password',
        many(['username', 'alice'], ['password', 'x'], ['scope', 'openid'], ...more),
      ),
    refresh_token: () => client.genericGrantRequest(config, 'refresh_token', many(refresh, ...more)),
    token_exchange: () =>
      client.genericGrantRequest(
        config,
        exchangeGrant,
        many(['subject_token', token], ['subject_token_type', accessTokenType], ...more),
      ),
    jwt_bearer: () =>
      client.genericGrantRequest(config, bearerGrant, many(['assertion', token], ['scope', 'openid'], ...more)),
  }
}

const grants = ['client_credentials', 'password', 'refresh_token', 'token_exchange', 'jwt_bearer'] as const

describe.each(grants)('several audiences by %s', (grant) => {
  test('are all in the token', async () => {
    const ask = await byEveryGrant('default', ['audience', 'orders'], ['audience', 'stock'], ['audience', 'orders'])

    expect(audOf(await ask[grant]())).toEqual(['orders', 'stock'])
  })

  test('are refused where they are of two resources, or of one and something else', async () => {
    for (const other of [ledger, 'orders']) {
      const ask = await byEveryGrant('declared', ['audience', 'crates'], ['audience', other])
      await expect(ask[grant]()).rejects.toMatchObject(refused)
    }
  })
})

test.each(grants)('an audience without a value is as if it were not there, by %s', async (grant) => {
  const ask = await byEveryGrant('default')
  const askEmpty = await byEveryGrant('default', ['audience', ''])

  expect(audOf(await askEmpty[grant]())).toBe(audOf(await ask[grant]()))
})

test('an audience without a value beside others is none of them', async () => {
  const ask = await byEveryGrant('default', ['audience', ''], ['audience', 'orders'])

  expect(audOf(await ask.client_credentials())).toBe('orders')
})

test('an audience is heard by whatever spelling of its name', async () => {
  const answer = await fetch(`${idp.url}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('web:s')}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=client_credentials&aud%69ence=orders',
  })
  const { access_token: token } = (await answer.json()) as { access_token: string }

  expect(decodeJwt(token).aud).toBe('orders')
})

test.each(['client_credentials', 'token_exchange'] as const)(
  'audiences of one resource are that resource, by %s',
  async (grant) => {
    const named: [string, string][] = [
      ['audience', 'boxes'],
      ['audience', crates],
      ['resource', crates],
    ]
    const ask = await byEveryGrant('declared', ...named)

    expect(audOf(await ask[grant]())).toEqual(['crates', 'boxes'])
  },
)

test.each(grants)('a resource and the audience of another are refused by %s', async (grant) => {
  for (const issuer of ['default', 'declared']) {
    const ask = await byEveryGrant(issuer, ['resource', crates], ['audience', ledger])
    await expect(ask[grant]()).rejects.toMatchObject(grant === 'refresh_token' ? { error: 'invalid_target' } : refused)
  }
})

test('an authorization request for two at once is told so', async () => {
  const callback = await callbackOf(await as('web', 'declared'), { resource: crates, audience: ledger, state: 's' })

  expect(Object.fromEntries(callback.searchParams)).toMatchObject({ error: 'invalid_target', state: 's' })
})

test('a code is good for the audience that it was granted for, and survives another', async () => {
  const config = await as('web', 'declared')
  const callback = await callbackOf(config, { audience: 'boxes' })
  const plain = await callbackOf(config, {})
  const exchange = (url: URL, audience: string) => client.authorizationCodeGrant(config, url, undefined, { audience })

  await expect(exchange(callback, ledger)).rejects.toMatchObject(refused)
  await expect(exchange(plain, ledger)).rejects.toMatchObject({ error: 'invalid_target' })
  expect(audOf(await exchange(callback, 'crates'))).toEqual(['crates', 'boxes'])
})

test('a refresh token that is used again and again is good for what it was granted for alone', async () => {
  const config = await as('web', 'reusing')
  const tokens = await client.authorizationCodeGrant(config, await callbackOf(config, { resource: crates }))
  const plain = await client.authorizationCodeGrant(config, await callbackOf(config, {}))
  const refresh = ({ refresh_token: token = '' }: client.TokenEndpointResponse, audience: string) =>
    client.refreshTokenGrant(config, token, { audience })

  await expect(refresh(tokens, ledger)).rejects.toMatchObject(refused)
  await expect(refresh(plain, ledger)).rejects.toMatchObject({ error: 'invalid_target' })
  expect(audOf(await refresh(tokens, 'crates'))).toEqual(['crates', 'boxes'])
})

test('those of a flow stay with its refresh tokens', async () => {
  const config = await as('web')
  const person: [string, string][] = [
    ['username', 'alice'],
    ['password', 'x'],
    ['scope', 'openid'],
  ]
  const audiences: [string, string][] = [
    ['audience', 'orders'],
    ['audience', 'stock'],
  ]
  const tokens = await client.genericGrantRequest(config, 'password', many(...person, ...audiences))

  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')

  expect(audOf(refreshed)).toEqual(['orders', 'stock'])
})

test('those of an opaque token are told at introspection', async () => {
  const config = await as('opaque')
  const asked = await client.clientCredentialsGrant(config, many(['audience', 'orders'], ['audience', 'stock']))
  const usual = await client.clientCredentialsGrant(config)

  await expect(client.tokenIntrospection(config, asked.access_token)).resolves.toMatchObject({
    aud: ['orders', 'stock'],
  })
  await expect(client.tokenIntrospection(config, usual.access_token)).resolves.toMatchObject({ aud: 'usual' })
})
