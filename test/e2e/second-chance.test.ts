import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type IssuerModule, startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, passPages } from './flows.ts'

const redirectUri = 'http://localhost:3000/callback'
const crates = 'https://api.example/crates'
const ledger = 'https://api.example/ledger'
const payment = [{ type: 'payment', actions: ['status'] }]
const invalidTarget = { error: 'invalid_target' }

let idp: Understudy

beforeAll(async () => {
  const issuer: IssuerModule = {
    users: [{ username: 'alice', sub: '100101' }],
    authorization_details: { payment: {} },
    resources: { [crates]: {}, [ledger]: {} },
    ciba: { approve: 'automatically' },
    clients: [
      {
        client_id: 'web',
        client_secret: 's',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token', 'device_code', 'ciba'],
        auto_login: 'alice',
        consent: 'skip',
      },
    ],
  }
  idp = await startUnderstudy({ fixtures: { ...issuer, issuers: { partner: issuer } } as never })
})
afterAll(() => idp.close())

const web = (issuer = 'default') => discover(idp.issuer(issuer).url, 'web', 's')

async function callbackOf(config: client.Configuration, parameters: Record<string, string>): Promise<URL> {
  const target = client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid', ...parameters })
  const agent = new UserAgent()
  return (await passPages(agent, await agent.open(target), 'alice')).url
}

test.each(['default', 'partner'])('a code outlives a mistaken resource at "%s"', async (issuer) => {
  const config = await web(issuer)
  const callback = await callbackOf(config, { resource: crates })
  const exchange = (resource: string) => client.authorizationCodeGrant(config, callback, undefined, { resource })

  await expect(exchange(`${crates}/`)).rejects.toMatchObject(invalidTarget)
  await expect(exchange(ledger)).rejects.toMatchObject(invalidTarget)
  await expect(exchange(crates)).resolves.toMatchObject({ token_type: 'bearer' })
  await expect(exchange(crates)).rejects.toMatchObject({ error: 'invalid_grant' })
})

test('a rotated refresh token outlives a mistaken resource', async () => {
  const config = await web()
  const tokens = await client.authorizationCodeGrant(config, await callbackOf(config, { resource: crates }))
  const refresh = (resource: string) => client.refreshTokenGrant(config, tokens.refresh_token ?? '', { resource })

  await expect(refresh(`${crates}/`)).rejects.toMatchObject(invalidTarget)
  await expect(refresh(ledger)).rejects.toMatchObject(invalidTarget)
  await expect(refresh(crates)).resolves.toMatchObject({ refresh_token: expect.any(String) })
  await expect(refresh(crates)).rejects.toMatchObject({ error: 'invalid_grant' })
})

test('a code outlives authorization details that were not granted', async () => {
  const config = await web()
  const callback = await callbackOf(config, { authorization_details: JSON.stringify(payment) })
  const exchange = (actions: string[]) =>
    client.authorizationCodeGrant(config, callback, undefined, {
      authorization_details: JSON.stringify([{ type: 'payment', actions }]),
    })

  await expect(exchange(['transfer'])).rejects.toMatchObject({ error: 'invalid_authorization_details' })
  await expect(exchange(['status'])).resolves.toMatchObject({ authorization_details: payment })
})

test('a code outlives a proof of another key than its request has named, and none', async () => {
  const config = await web()
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair())
  const other = client.getDPoPHandle(config, await client.randomDPoPKeyPair())
  const callback = await callbackOf(config, { dpop_jkt: await DPoP.calculateThumbprint() })
  const exchange = (handle?: client.DPoPHandle) =>
    client.authorizationCodeGrant(config, callback, undefined, undefined, handle && { DPoP: handle })

  await expect(exchange()).rejects.toMatchObject({ error: 'invalid_grant' })
  await expect(exchange(other)).rejects.toMatchObject({ error: 'invalid_grant' })
  await expect(exchange(DPoP)).resolves.toMatchObject({ token_type: 'dpop' })
})

test('a device code outlives a mistaken resource', async () => {
  const config = await web()
  const begun = await client.initiateDeviceAuthorization(config, { scope: 'openid', resource: crates })
  await idp.device.approve(begun.user_code, 'alice')
  const poll = (resource: string) =>
    client.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:device_code', {
      device_code: begun.device_code,
      resource,
    })

  await expect(poll(ledger)).rejects.toMatchObject(invalidTarget)
  await expect(poll(crates)).resolves.toMatchObject({ token_type: 'bearer' })
})

test('an approved backchannel request outlives a mistaken resource', async () => {
  const config = await web()
  const parameters = { scope: 'openid', login_hint: 'alice', resource: crates }
  const begun = await client.initiateBackchannelAuthentication(config, parameters)
  const poll = (resource: string) =>
    client.genericGrantRequest(config, 'urn:openid:params:grant-type:ciba', {
      auth_req_id: begun.auth_req_id,
      resource,
    })

  await expect(poll(ledger)).rejects.toMatchObject(invalidTarget)
  await expect(poll(crates)).resolves.toMatchObject({ token_type: 'bearer' })
})

describe('a proof that was used already is refused before it spends', () => {
  const begin: [what: string, begun: (config: client.Configuration) => Promise<Exchange>][] = [
    [
      'a code',
      async (config) => {
        const callback = await callbackOf(config, {})
        return (DPoP) => client.authorizationCodeGrant(config, callback, undefined, undefined, { DPoP })
      },
    ],
    [
      'a refresh token',
      async (config) => {
        const tokens = await client.authorizationCodeGrant(config, await callbackOf(config, {}))
        return (DPoP) => client.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP })
      },
    ],
    [
      'a device code',
      async (config) => {
        const device = await client.initiateDeviceAuthorization(config, { scope: 'openid' })
        await idp.device.approve(device.user_code, 'alice')
        return (DPoP) => client.pollDeviceAuthorizationGrant(config, { ...device, interval: 0 }, undefined, { DPoP })
      },
    ],
    [
      'a backchannel request',
      async (config) => {
        const parameters = { scope: 'openid', login_hint: 'alice' }
        const begun = await client.initiateBackchannelAuthentication(config, parameters)
        const request = { ...begun, interval: 0 }
        return (DPoP) => client.pollBackchannelAuthenticationGrant(config, request, undefined, { DPoP })
      },
    ],
  ]
  type Exchange = (DPoP: client.DPoPHandle) => Promise<client.TokenEndpointResponse>

  test.each(begin)('%s', async (_, begun) => {
    const config = await web()
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair())
    const [first, second] = [await begun(config), await begun(config)]
    let proof: string | undefined
    let isReplayed = false
    config[client.customFetch] = (url, { headers, ...init }) => {
      if (!isReplayed) proof = headers.dpop
      return fetch(url, { ...init, headers: { ...headers, ...(proof && { dpop: proof }) } } as RequestInit)
    }
    await first(DPoP)
    isReplayed = true

    await expect(second(DPoP)).rejects.toMatchObject({ error: 'invalid_dpop_proof' })
    isReplayed = false
    await expect(second(DPoP)).resolves.toMatchObject({ token_type: 'dpop' })
    await expect(second(DPoP)).rejects.toMatchObject({ error: 'invalid_grant' })
  })
})
