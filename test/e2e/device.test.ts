import * as client from 'openid-client'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { launchBrowser } from '../browser.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, passPages } from './flows.ts'

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

let idp: Understudy
let tv: client.Configuration

beforeEach(async () => {
  idp = await startUnderstudy()
  tv = await discover(idp.url, 'tv-app', undefined, client.None())
})

afterEach(() => idp.close())

/** One poll, as the device makes it: the error code, or the tokens. */
async function poll(deviceCode: string): Promise<string | client.TokenEndpointResponse> {
  try {
    return await client.genericGrantRequest(tv, deviceGrant, { device_code: deviceCode })
  } catch (error) {
    return (error as { error: string }).error
  }
}

test('polls answer pending, then slow_down when too fast, and the interval grows by five seconds', async () => {
  const device = await client.initiateDeviceAuthorization(tv, { scope: 'openid' })
  expect(device).toMatchObject({
    interval: 5,
    expires_in: 600,
    user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/),
  })
  expect(await poll(device.device_code)).toBe('authorization_pending')
  expect(await poll(device.device_code)).toBe('slow_down')
  await idp.clock.advance(6)
  expect(await poll(device.device_code)).toBe('slow_down')
  await idp.clock.advance(16)
  expect(await poll(device.device_code)).toBe('authorization_pending')
  await idp.clock.advance('10m')
  expect(await poll(device.device_code)).toBe('expired_token')
})

test('one call approves, denies or expires a request', async () => {
  const [approved, denied, expired] = await Promise.all(
    [1, 2, 3].map(() => client.initiateDeviceAuthorization(tv, { scope: 'openid profile' })),
  )
  expect(await idp.device.pending()).toHaveLength(3)
  await idp.device.approve(approved?.user_code as string, 'alice')
  await idp.device.deny(String(denied?.user_code).toLowerCase())
  await idp.device.expire(expired?.user_code as string)
  expect(await idp.device.pending()).toEqual([])
  const tokens = (await poll(approved?.device_code as string)) as client.TokenEndpointResponse
  expect(tokens.refresh_token).toBeTypeOf('string')
  await expect(client.fetchUserInfo(tv, tokens.access_token, '100101')).resolves.toMatchObject({
    name: 'Alice Liddell',
  })
  expect(await poll(denied?.device_code as string)).toBe('access_denied')
  expect(await poll(expired?.device_code as string)).toBe('expired_token')
  await expect(idp.device.approve('AAAA-BBBB', 'alice')).rejects.toMatchObject({ code: 'ERR_DEVICE_UNKNOWN' })
  await expect(idp.device.approve(approved?.user_code as string, 'alice')).rejects.toMatchObject({
    code: 'ERR_DEVICE_DECIDED',
  })
})

test('with the scenario on, each of two devices sees slow_down twice, pending, then expired_token; off, tokens by a call or by a person', async () => {
  await idp.scenario('tv-expires', true)
  const devices = await Promise.all([1, 2].map(() => client.initiateDeviceAuthorization(tv, { scope: 'openid' })))
  const seen = devices.map((): unknown[] => [])
  for (let round = 0; round < 4; round += 1) {
    for (const [index, { device_code: code }] of devices.entries()) seen[index]?.push(await poll(code))
  }
  const expected = ['slow_down', 'slow_down', 'authorization_pending', 'expired_token']
  expect(seen).toEqual([expected, expected])

  await idp.scenario('tv-expires', false)
  const [called, clicked] = await Promise.all(
    [1, 2].map(() => client.initiateDeviceAuthorization(tv, { scope: 'openid' })),
  )
  await approveByCall(called?.user_code)
  await approveInBrowser(clicked?.verification_uri_complete)
  for (const device of [called, clicked]) {
    expect(await poll(String(device?.device_code))).toMatchObject({ access_token: expect.any(String) })
  }
}, 60_000)

async function approveByCall(userCode = ''): Promise<void> {
  const answer = await fetch(`${idp.url}/_understudy/api/issuers/default/device/${userCode}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'approve', user: 'alice' }),
  })
  expect(answer.status).toBe(204)
}

async function approveInBrowser(verificationUri = ''): Promise<void> {
  const browser = await launchBrowser()
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  await page.goto(verificationUri)
  for (const name of ['Continue', 'Connect', 'Alice Liddell', 'Allow']) {
    await page.getByRole('button', { name }).click()
  }
  await page.getByRole('heading', { name: 'Your device is connected' }).waitFor()
}

test('a person approves in a browser: code, confirmation, login, consent', async () => {
  const device = await client.initiateDeviceAuthorization(tv, { scope: 'openid profile' })
  const agent = new UserAgent()
  const entry = await agent.open(device.verification_uri_complete as string)
  expect(entry.html).toContain(device.user_code)
  const confirm = await agent.submit(entry, /name="user_code"/)
  const login = await agent.submit(confirm, /name="confirm"/, { confirm: 'yes' })
  const done = await passPages(agent, login, 'alice')
  expect(done.status).toBe(200)
  expect(done.forms).toEqual([])
  expect(await poll(device.device_code)).toMatchObject({ access_token: expect.any(String) })
})

test("the device's own screen shows the code, and how the request stands", async () => {
  const device = await client.initiateDeviceAuthorization(tv, { scope: 'openid' })
  const agent = new UserAgent()
  const screen = `${device.verification_uri}/screen?user_code=${device.user_code}`
  const pending = await agent.open(screen)
  expect(pending.html).toContain(device.user_code)
  expect(pending.html).toContain('<svg')
  await idp.device.deny(device.user_code)
  expect((await agent.open(screen)).html).not.toBe(pending.html)
  expect((await agent.open(`${device.verification_uri}/screen?user_code=NOPE`)).status).toBe(404)
})
