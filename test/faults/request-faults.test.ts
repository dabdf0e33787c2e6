import { expect, test } from 'vitest'
import type { Endpoint, Flow } from '../../src/domain/exchange.ts'
import { catalogFaults } from '../../src/faults/catalog.ts'
import { rememberedFlows } from '../../src/faults/flow-faults.ts'
import { readRequestFaults as readOfAny } from '../../src/faults/request-faults.ts'
import { armingOfTest, met, metByEach, mistake, request, tokenRequest } from './exchanges.ts'

const readRequestFaults = (text: string, position: Parameters<typeof readOfAny>[1]) =>
  readOfAny(text, position, catalogFaults)

const where = (text: string, endpoint: Endpoint, grantType?: string) =>
  readRequestFaults(text, { endpoint, grantType }).map(({ plan }) => [...plan.endpoints])

test.each<[text: string, endpoint: Endpoint, places: Endpoint[]]>([
  ['access_denied', 'authorization', ['authorization']],
  ['invalid_request', 'authorization', ['authorization']],
  ['invalid_request;endpoint=token', 'authorization', ['token']],
  ['invalid_grant', 'authorization', ['token']],
  ['invalid_client', 'authorization', ['token', 'introspection', 'revocation']],
  ['invalid_client;endpoint=authorization', 'authorization', ['authorization']],
  ['invalid_token', 'authorization', ['userinfo', 'introspection', 'resource']],
  ['unsupported_token_type', 'authorization', ['revocation']],
  ['login_required', 'pushed_authorization_request', ['authorization']],
  [
    'login_required;endpoint=pushed_authorization_request',
    'pushed_authorization_request',
    ['pushed_authorization_request'],
  ],
  ['invalid_request_object', 'pushed_authorization_request', ['pushed_authorization_request']],
  ['slow_down', 'device_authorization', ['token']],
  ['slow_down', 'backchannel_authentication', ['token']],
  ['access_denied', 'device_authorization', ['token']],
  ['inactive', 'token', ['introspection']],
  ['inactive', 'introspection', ['introspection']],
])('%s on a request at %s fires at %j', (text, endpoint, places) => {
  expect(where(text, endpoint)).toEqual([places])
})

test('a list of faults has their parameters, budgets and endpoints', () => {
  const text = 'slow_down;skip=1;times=2;status=429, "expired_token";description="It is over";retry_after="2m"'
  const [slow, expired] = readRequestFaults(text, { endpoint: 'device_authorization' })

  expect(slow?.plan).toMatchObject({ skip: 1, times: 2, steps: [{ params: { status: 429 } }] })
  expect(expired?.plan.steps).toMatchObject([{ params: { description: 'It is over', retry_after: 120 } }])
})

test('times may be always, a display string is text', () => {
  const [read] = readRequestFaults('slow_down;times=always;description=%"f%c3%bc"', {
    endpoint: 'device_authorization',
  })
  expect(read?.plan).toMatchObject({ times: 'always', steps: [{ params: { description: 'fü' } }] })
})

const polls = 'It fires at token (grant type device_code or ciba).'

test.each<[text: string, endpoint: Endpoint, told: string]>([
  [
    'slow_dwn',
    'token',
    'ERR_FAULT_UNKNOWN 400 Failed to arm "slow_dwn": no such fault. Did you mean "slow_down"? "understudy faults" lists them.',
  ],
  [
    'slow_down',
    'authorization',
    `ERR_FAULT_INVALID 400 Failed to arm "slow_down" by this request: it cannot fire at authorization, nor later in this flow. ${polls}`,
  ],
  [
    'slow_down',
    'token',
    `ERR_FAULT_INVALID 400 Failed to arm "slow_down" by this request: it cannot fire at token, nor later in this flow. ${polls}`,
  ],
  [
    'slow_down',
    'jwks',
    `ERR_FAULT_INVALID 400 Failed to arm "slow_down" by this request: it cannot fire at jwks, nor later in this flow. ${polls}`,
  ],
  [
    'login_required;endpoint=authorization',
    'token',
    'ERR_FAULT_INVALID 400 Failed to arm "login_required" by this request: it cannot fire at authorization in this flow. It fires at authorization, pushed_authorization_request.',
  ],
  [
    'inactive;endpoint=introspect',
    'token',
    'ERR_FAULT_INVALID 400 Failed to arm "inactive" by this request: there is no endpoint "introspect". Did you mean "introspection"? It fires at introspection.',
  ],
  [
    'inactive;status=3',
    'token',
    'ERR_FAULT_INVALID 400 Failed to arm "inactive": with: no such parameter "status". "inactive" takes no parameters.',
  ],
  [
    'login_required;status=401',
    'authorization',
    'ERR_FAULT_INVALID 400 Failed to arm "login_required": with.status: "login_required" takes no status at authorization: there the error travels by redirect. Leave it out.',
  ],
  [
    'inactive;times=0',
    'token',
    'ERR_FAULT_INVALID 400 Failed to arm "inactive": times: expected a whole number, 1 or more, or always.',
  ],
  [
    '(inactive invalid_token)',
    'token',
    'ERR_FAULT_INVALID 400 Failed to arm the faults of a request: "(inactive invalid_token)" cannot be read (a list inside the list is no fault). Write a list of names with parameters, such as latency;ms=3000, slow_down;endpoint=token.',
  ],
  [
    'inactive;at=@1',
    'token',
    'ERR_FAULT_INVALID 400 Failed to arm the faults of a request: expected names, text, numbers and booleans. Leave bytes and dates out.',
  ],
])('%s at %s is refused with a way out', (text, endpoint, told) => {
  expect(mistake(() => readRequestFaults(text, { endpoint, grantType: 'authorization_code' }))).toBe(told)
})

test('what is no list is refused with a way out', () => {
  expect(mistake(() => readRequestFaults('slow_down;', { endpoint: 'token' }))).toMatch(
    /^ERR_FAULT_INVALID 400 Failed to arm the faults of a request: "slow_down;" cannot be read \(.+\)\. Write a list of names/,
  )
})

test('an empty list arms nothing', async () => {
  const { arming } = armingOfTest()
  expect(await met(arming, tokenRequest('web-app', { faults: '' }))).toBe('pass')
})

test('a request arms for itself alone', async () => {
  const { arming } = armingOfTest()

  expect(await met(arming, tokenRequest('web-app', { faults: 'invalid_grant' }))).toBe('invalid_grant')
  expect(await met(arming, tokenRequest('web-app'))).toBe('pass')
  expect(arming.list()).toEqual([])
})

/** The flow that a request at an endpoint starts, as it is stored beside what comes of it. */
async function startFlow(
  arming: ReturnType<typeof armingOfTest>['arming'],
  endpoint: Endpoint,
  faults: string,
): Promise<Flow> {
  const first = request(endpoint, { client: 'web-app', faults })
  await arming.take(first)
  return first.ownFlow
}

const inFlow = (flow: Flow, grantType = 'authorization_code') =>
  tokenRequest('web-app', { grantType, identity: { client: 'web-app', flow } })

test('what descends from a request inherits its faults, and no other flow meets them', async () => {
  const { arming } = armingOfTest()
  const flow = await startFlow(arming, 'authorization', 'invalid_grant;skip=1, invalid_token')
  const other = await startFlow(arming, 'authorization', 'inactive')

  expect(await metByEach(arming, [inFlow(other), inFlow(other)])).toEqual(['pass', 'pass'])
  expect(await metByEach(arming, [inFlow(flow), inFlow(flow), inFlow(flow)])).toEqual(['pass', 'invalid_grant', 'pass'])
  expect(await met(arming, request('userinfo', { identity: { flow: other } }))).toBe('pass')
  expect(await met(arming, request('userinfo', { identity: { flow } }))).toBe('invalid_token')
  expect(await met(arming, request('introspection', { client: 'api', identity: { flow: other } }))).toBe('inactive')
})

test('what has fired does not begin anew, though the flow still names it', async () => {
  const { arming } = armingOfTest()
  const flow = await startFlow(arming, 'device_authorization', 'access_denied')

  expect(await metByEach(arming, [inFlow(flow, 'device_code'), inFlow(flow, 'device_code')])).toEqual([
    'access_denied',
    'pass',
  ])
})

test('a fault that fires at once does not fire later in the flow', async () => {
  const { arming } = armingOfTest()
  const first = request('authorization', { faults: 'server_error' })

  expect(await met(arming, first)).toBe('server_error')
  expect(await met(arming, inFlow(first.ownFlow))).toBe('pass')
})

test('a later request adds to what its flow has armed', async () => {
  const { arming } = armingOfTest()
  const flow = await startFlow(arming, 'authorization', 'invalid_token')

  const refresh = tokenRequest('web-app', { grantType: 'refresh_token', faults: 'invalid_grant', identity: { flow } })
  expect(await met(arming, refresh)).toBe('invalid_grant')
  expect(await met(arming, inFlow(flow))).toBe('pass')
  expect(await met(arming, request('userinfo', { identity: { flow } }))).toBe('invalid_token')
})

test('a flow fires before what is armed for all, which keeps its budget', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'server_error', when: { endpoint: 'token' } })
  const flow = await startFlow(arming, 'authorization', 'invalid_grant')

  expect(await metByEach(arming, [inFlow(flow), inFlow(flow)])).toEqual(['invalid_grant', 'server_error'])
})

test('a flow that began unseen inherits what it names', async () => {
  const { arming } = armingOfTest()
  const flow = { id: 'elsewhere', faults: 'invalid_grant, login_required' }

  const exchange = tokenRequest('web-app', { flow, identity: { flow } })
  expect(await met(arming, exchange)).toBe('invalid_grant')
  expect(await met(arming, tokenRequest('web-app', { flow, identity: { flow } }))).toBe('pass')
})

test('what a flow had armed stays disarmed after a reset, whatever is armed later, and after a restart', async () => {
  const { arming, records } = armingOfTest()
  const flow = await startFlow(arming, 'authorization', 'invalid_grant;times=always')
  expect(await met(arming, inFlow(flow))).toBe('invalid_grant')

  arming.reset()
  expect(arming.concerns(tokenRequest())).toBe(false)
  arming.arm({ fault: 'server_error', when: { endpoint: 'token', client: 'another' } })
  expect(await met(arming, inFlow(flow))).toBe('pass')

  const restarted = armingOfTest()
  restarted.arming.restore(records())
  expect(await met(restarted.arming, inFlow(flow))).toBe('pass')
})

test('an issuer may take no faults by request, and says so', () => {
  const { arming } = armingOfTest({ takesRequestFaults: () => false })
  expect(mistake(() => arming.take(tokenRequest('web-app', { faults: 'invalid_grant' })))).toBe(
    'ERR_FAULT_INVALID 400 Failed to arm the faults of a request: this issuer takes none (request_faults: false). Arm it by the admin API.',
  )
})

test('once the faults of all flows are spent, requests are not looked up any more', async () => {
  const { arming } = armingOfTest()
  const flow = await startFlow(arming, 'authorization', 'invalid_grant')

  expect(arming.concerns(tokenRequest())).toBe(true)
  await met(arming, inFlow(flow))
  expect(arming.concerns(tokenRequest())).toBe(false)
})

test('flows are bounded, and those given up are forgotten in the store too', async () => {
  const { arming, stored } = armingOfTest()
  await startFlow(arming, 'authorization', 'invalid_token')
  for (let index = 0; index < 3 * rememberedFlows; index += 1) {
    await met(arming, tokenRequest('web-app', { faults: 'inactive' }))
  }

  expect(arming.snapshot().length).toBeLessThanOrEqual(2 * rememberedFlows)
  expect(stored.size).toBe(arming.snapshot().length)
  expect(arming.concerns(request('userinfo'))).toBe(false)
})

test('one flow cannot arm without bounds', async () => {
  const { arming } = armingOfTest()
  const flow = { id: 'busy' }
  for (let index = 0; index < 150; index += 1) {
    await met(arming, tokenRequest('web-app', { faults: 'inactive', identity: { flow } }))
  }

  const [record] = arming.snapshot()
  expect(record).toMatchObject({ key: 'flow/busy' })
  expect(record?.value).toHaveLength(100)
})
