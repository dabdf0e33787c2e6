import { expect, test } from 'vitest'
import type { Arming } from '../../src/faults/arming.ts'
import { armedFaultSchema } from '../../src/faults/spec.ts'
import { armingOfTest, met, metByEach, poll, request, tokenRequest } from './exchanges.ts'

const outage = armedFaultSchema.parse({ fault: 'server_error', times: 3, when: { client: 'web-app' } })
const scenarios = { polling: { faults: [armedFaultSchema.parse({ script: ['slow_down', 'pass', 'expired_token'] })] } }

/** Arms one of everything, and has each count something. */
async function live(arming: Arming) {
  arming.replaceFixtures([outage], scenarios)
  arming.toggleScenario('polling', true)
  arming.arm({ fault: 'invalid_grant', for: '1h', probability: 0.5, seed: 3, when: { client: 'dicer' } })
  arming.arm({ fault: 'unauthorized_client', per: 'client', when: { client: '/^each/' } })
  const first = request('authorization', { faults: 'invalid_token;times=2' })
  await metByEach(arming, [first, tokenRequest(), poll('one'), tokenRequest('each-1')])
  await metByEach(
    arming,
    Array.from({ length: 10 }, () => tokenRequest('dicer')),
  )
  const userinfo = () => request('userinfo', { identity: { flow: first.ownFlow } })
  await met(arming, userinfo())
  return userinfo
}

test.each(['what was told bit by bit', 'the snapshot'])('counters survive a restart by %s', async (by) => {
  const before = armingOfTest()
  const userinfo = await live(before.arming)
  const records = by === 'the snapshot' ? before.arming.snapshot() : before.records()
  const after = armingOfTest()

  after.arming.restore(JSON.parse(JSON.stringify(records)))
  after.arming.replaceFixtures([outage], scenarios)

  expect(after.arming.list()).toEqual(before.arming.list())
  expect(after.arming.scenarios()).toEqual([{ name: 'polling', enabled: true }])
  const later = () => [
    ...[poll('one'), poll('one'), poll('two'), tokenRequest('each-1'), tokenRequest('each-2')],
    ...[tokenRequest(), tokenRequest(), tokenRequest(), userinfo(), userinfo()],
    ...Array.from({ length: 10 }, () => tokenRequest('dicer')),
  ]
  const outcomes = await metByEach(after.arming, later())
  expect(outcomes).toEqual(await metByEach(before.arming, later()))
  expect(outcomes.slice(0, 10)).toEqual([
    ...['pass', 'expired_token', 'slow_down', 'pass', 'unauthorized_client'],
    ...['server_error', 'server_error', 'pass', 'invalid_token', 'pass'],
  ])
})

test('what is told bit by bit comes to the same as the snapshot', async () => {
  const { arming, records } = armingOfTest()
  await live(arming)

  const sorted = (list: { key: string }[]) => [...list].sort((one, other) => one.key.localeCompare(other.key))
  expect(sorted(records())).toEqual(sorted(arming.snapshot()))
})

test('a fault whose time ran out while nobody was there is spent', async () => {
  const before = armingOfTest()
  before.arming.arm({ fault: 'server_error', for: '1m' })
  const after = armingOfTest()
  after.clock.ms += 60_000

  after.arming.restore(before.records())
  expect(await met(after.arming, tokenRequest())).toBe('pass')
  expect(after.arming.list()).toMatchObject([{ spent: true }])
})

test('what fixtures declared stays disarmed over a restart', () => {
  const before = armingOfTest()
  before.arming.replaceFixtures([outage])
  before.arming.disarm()
  const after = armingOfTest()

  after.arming.restore(before.records())
  after.arming.replaceFixtures([outage])
  expect(after.arming.list()).toEqual([])
})

test('what was armed after a restart comes last', () => {
  const before = armingOfTest()
  before.arming.arm({ fault: 'server_error' })
  before.arming.arm({ fault: 'invalid_grant' })
  const after = armingOfTest()

  after.arming.restore(before.records().reverse())
  after.arming.arm({ fault: 'invalid_scope' })
  const again = armingOfTest()
  again.arming.restore([...after.arming.snapshot()].reverse())
  expect(again.arming.list().map(({ fault }) => fault)).toEqual(['server_error', 'invalid_grant', 'invalid_scope'])
})

test('what the catalog no longer has is left behind', () => {
  const { arming } = armingOfTest()
  const state = { id: 'a', origin: 'admin', order: 1, matches: 0, fires: 0, spec: { fault: 'bygone', skip: 0 } }

  arming.restore([{ key: 'armed/a', value: state }])
  expect(arming.list()).toEqual([])
})
