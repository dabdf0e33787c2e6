import { expect, test } from 'vitest'
import type { Arming } from '../../src/faults/arming.ts'
import { type ArmedFaultSpec, armedFaultSchema } from '../../src/faults/spec.ts'
import { armingOfTest, met, metByEach, mistake, tokenRequest } from './exchanges.ts'

const spec = (written: unknown): ArmedFaultSpec => armedFaultSchema.parse(written)

const outage = spec({ fault: 'server_error', times: 3 })
const denied = spec({ fault: 'invalid_grant', times: 3 })
const scenarios = { outage: { description: 'Down for three requests', faults: [outage] }, denied: { faults: [denied] } }

const origins = (arming: Arming) =>
  arming.list().map(({ fault, origin, scenario, fires }) => [fault, scenario ?? origin, fires])

test('faults of the fixtures are armed from the start', async () => {
  const { arming } = armingOfTest()
  arming.replaceFixtures([denied], {})

  expect(await met(arming, tokenRequest())).toBe('invalid_grant')
  expect(origins(arming)).toEqual([['invalid_grant', 'fixtures', 1]])
})

test('a scenario arms its faults when it is enabled, and disarms them when it is disabled', async () => {
  const { arming } = armingOfTest()
  arming.replaceFixtures([], scenarios)

  expect(await met(arming, tokenRequest())).toBe('pass')
  expect(arming.toggleScenario('outage', true)).toEqual({
    name: 'outage',
    description: 'Down for three requests',
    enabled: true,
  })
  expect(await met(arming, tokenRequest())).toBe('server_error')
  expect(origins(arming)).toEqual([['server_error', 'outage', 1]])

  arming.toggleScenario('outage', false)
  expect(await met(arming, tokenRequest())).toBe('pass')
  expect(arming.scenarios()).toMatchObject([
    { name: 'outage', enabled: false },
    { name: 'denied', enabled: false },
  ])
})

test.each([true, false])('a scenario that is enabled again counts anew (disabled between: %s)', async (between) => {
  const { arming } = armingOfTest()
  arming.declareScenarios(scenarios)
  arming.toggleScenario('outage', true)
  await metByEach(arming, [tokenRequest(), tokenRequest()])

  if (between) arming.toggleScenario('outage', false)
  arming.toggleScenario('outage', true)
  expect(origins(arming)).toEqual([['server_error', 'outage', 0]])
})

test('a scenario that there is not is told, with those that there are', () => {
  const { arming } = armingOfTest()
  expect(mistake(() => arming.toggleScenario('outage', true))).toBe(
    'ERR_SCENARIO_UNKNOWN 404 Failed to enable "outage": no such scenario. The fixtures declare none.',
  )
  arming.declareScenarios(scenarios)
  expect(mistake(() => arming.toggleScenario('outtage', false))).toBe(
    'ERR_SCENARIO_UNKNOWN 404 Failed to disable "outtage": no such scenario. Did you mean "outage"?',
  )
  expect(mistake(() => arming.toggleScenario('toString', true))).toBe(
    'ERR_SCENARIO_UNKNOWN 404 Failed to enable "toString": no such scenario. The fixtures declare outage, denied.',
  )
})

test('a reload keeps the counters of what did not change, and what was armed by hand', async () => {
  const { arming } = armingOfTest()
  arming.replaceFixtures([outage], scenarios)
  arming.arm({ fault: 'invalid_scope' })
  arming.toggleScenario('denied', true)
  await metByEach(arming, [tokenRequest()])

  arming.replaceFixtures([spec({ fault: 'unauthorized_client' }), outage], {
    denied: { faults: [spec({ fault: 'invalid_target' }), denied] },
  })
  expect(origins(arming)).toEqual([
    ['unauthorized_client', 'fixtures', 0],
    ['server_error', 'fixtures', 1],
    ['invalid_scope', 'admin', 0],
    ['invalid_target', 'denied', 0],
    ['invalid_grant', 'denied', 0],
  ])
})

test('what the fixtures declare comes before what was armed by hand, however late they declare it', () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'invalid_scope' })

  arming.replaceFixtures([outage])
  expect(origins(arming)).toEqual([
    ['server_error', 'fixtures', 0],
    ['invalid_scope', 'admin', 0],
  ])
})

test('a reload disarms what the fixtures no longer have, scenarios included', async () => {
  const { arming, stored } = armingOfTest()
  arming.replaceFixtures([outage, outage], scenarios)
  arming.toggleScenario('denied', true)

  arming.replaceFixtures([outage])
  expect(origins(arming)).toEqual([['server_error', 'fixtures', 0]])
  expect(arming.scenarios()).toEqual([])
  expect([...stored.keys()].filter((key) => !key.startsWith('flow/'))).toHaveLength(1)
})

test('what the fixtures declare stays disarmed over a reload, until a reset', () => {
  const { arming } = armingOfTest()
  arming.replaceFixtures([outage], {})
  arming.disarm(arming.list()[0]?.id)

  arming.replaceFixtures([outage, denied], {})
  expect(origins(arming)).toEqual([['invalid_grant', 'fixtures', 0]])
  arming.reset()
  expect(origins(arming)).toEqual([
    ['server_error', 'fixtures', 0],
    ['invalid_grant', 'fixtures', 0],
  ])
})

test('disarming one leaves the others, and an unknown id is told', async () => {
  const { arming } = armingOfTest()
  const { id } = arming.arm({ fault: 'server_error' })
  arming.arm({ fault: 'invalid_grant' })

  arming.disarm(id)
  expect(await met(arming, tokenRequest())).toBe('invalid_grant')
  expect(mistake(() => arming.disarm(id))).toBe(
    `ERR_ARMED_UNKNOWN 404 Failed to disarm "${id}": no armed fault has this id.`,
  )
})

test('disarming all disables the scenarios too', async () => {
  const { arming } = armingOfTest()
  arming.replaceFixtures([outage], scenarios)
  arming.toggleScenario('denied', true)
  arming.arm({ fault: 'invalid_scope' })

  arming.disarm()
  expect(arming.list()).toEqual([])
  expect(arming.scenarios().every(({ enabled }) => !enabled)).toBe(true)
  expect(await met(arming, tokenRequest())).toBe('pass')
  expect(arming.concerns(tokenRequest())).toBe(false)
})

test('a scenario is disabled when the last of its faults is disarmed', () => {
  const { arming } = armingOfTest()
  arming.declareScenarios({ both: { faults: [outage, denied] } })
  arming.toggleScenario('both', true)

  arming.disarm(arming.list()[0]?.id)
  expect(arming.scenarios()).toMatchObject([{ enabled: true }])
  arming.disarm(arming.list()[0]?.id)
  expect(arming.scenarios()).toMatchObject([{ enabled: false }])
})

test('a reset is as if nothing had happened', async () => {
  const { arming, stored } = armingOfTest()
  arming.replaceFixtures([outage], scenarios)
  arming.toggleScenario('denied', true)
  arming.arm({ fault: 'invalid_scope' })
  await met(arming, tokenRequest('web-app', { faults: 'invalid_grant;skip=1' }))

  arming.reset()
  expect(origins(arming)).toEqual([['server_error', 'fixtures', 0]])
  expect(arming.scenarios().every(({ enabled }) => !enabled)).toBe(true)
  expect([...stored.keys()].filter((key) => !key.startsWith('flow/'))).toHaveLength(1)
})
