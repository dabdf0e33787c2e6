import * as client from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { discover } from './flows.ts'

const claims = JSON.stringify({
  id_token: { acr: { essential: true, values: ['gold'] }, email: null },
  userinfo: { name: null },
})

let idp: Understudy
let config: client.Configuration

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: {
      acr_values: ['bronze', 'gold'],
      users: [{ username: 'alice', claims: { email: 'alice@example.com', name: 'Alice Liddell' } }],
      clients: [{ client_id: 'app', client_secret: 's', grant_types: ['device_code', 'ciba'] }],
    },
    watch: false,
    env: {},
  })
  config = await discover(idp.url, 'app', 's')
})
afterAll(() => idp.close())

/** The claims parameter asks for all that tokens tell here. */
async function expectAll(tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers): Promise<void> {
  expect(tokens.claims()).toMatchObject({ acr: 'gold', email: 'alice@example.com' })
  expect(tokens.claims()).not.toHaveProperty('name')
  const told = await client.fetchUserInfo(config, tokens.access_token, 'alice')
  expect(told).toMatchObject({ name: 'Alice Liddell' })
  expect(told).not.toHaveProperty('email')
}

test('a device that is approved by call is told what it asks for claim by claim', async () => {
  const device = await client.initiateDeviceAuthorization(config, { scope: 'openid', claims })
  await idp.device.approve(device.user_code, 'alice')

  await expectAll(await client.pollDeviceAuthorizationGrant(config, { ...device, interval: 0 }))
})

test('a backchannel request that is approved by call is told the same', async () => {
  const asked = { scope: 'openid', login_hint: 'alice', claims }
  const request = await client.initiateBackchannelAuthentication(config, asked)
  await idp.ciba.approve(request.auth_req_id)

  await expectAll(await client.pollBackchannelAuthenticationGrant(config, { ...request, interval: 0 }))
})
