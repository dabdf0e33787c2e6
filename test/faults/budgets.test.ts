import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countedSubjects } from '../../src/faults/counts.ts'
import { armingOfTest, met, metByEach, poll, tokenRequest } from './exchanges.ts'

const times = (count: number, make: (index: number) => ReturnType<typeof tokenRequest> = () => tokenRequest()) =>
  Array.from({ length: count }, (_, index) => make(index))

test('a fault fires once unless more is said', async () => {
  const { arming } = armingOfTest()
  const { id } = arming.arm({ fault: 'invalid_grant' })

  expect(await metByEach(arming, times(3))).toEqual(['invalid_grant', 'pass', 'pass'])
  expect(arming.list()).toMatchObject([{ id, matches: 1, fires: 1, spent: true }])
})

test('skip lets matches pass, times counts fires', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'invalid_grant', skip: 1, times: 2 })

  expect(await metByEach(arming, times(4))).toEqual(['pass', 'invalid_grant', 'invalid_grant', 'pass'])
  expect(arming.list()).toMatchObject([{ matches: 3, fires: 2, spent: true }])
})

test('always is always', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'invalid_grant', times: 'always' })

  expect(new Set(await metByEach(arming, times(50)))).toEqual(new Set(['invalid_grant']))
  expect(arming.list()).toMatchObject([{ fires: 50, spent: false }])
})

test('each client has a budget of its own, if so counted', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'server_error', per: 'client' })

  const requests = [tokenRequest('a'), tokenRequest('b'), tokenRequest('a'), tokenRequest('b')]
  expect(await metByEach(arming, requests)).toEqual(['server_error', 'server_error', 'pass', 'pass'])
  expect(arming.list()).toMatchObject([{ matches: 2, fires: 2, spent: false }])
})

test('each flow has a budget of its own, if so counted; a request without one is a flow', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'server_error', per: 'flow' })

  const requests = [poll('one'), poll('two'), poll('one'), tokenRequest('service'), tokenRequest('service')]
  expect(await metByEach(arming, requests)).toEqual([
    'server_error',
    'server_error',
    'pass',
    'server_error',
    'server_error',
  ])
})

test('a client fault never fires on the request of another client, whatever the order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 }), async (clients) => {
      const { arming } = armingOfTest()
      arming.arm({ fault: 'invalid_grant', when: { client: 'a' }, times: 3 })
      const outcomes = await metByEach(
        arming,
        clients.map((client) => tokenRequest(client)),
      )
      const fired = outcomes.flatMap((outcome, index) => (outcome === 'pass' ? [] : (clients[index] ?? [])))
      expect(fired).toEqual(clients.filter((client) => client === 'a').slice(0, 3))
    }),
  )
})

test('skip and times are kept to, whatever they are', async () => {
  const budget = fc.record({ skip: fc.nat(5), times: fc.integer({ min: 1, max: 5 }), requests: fc.nat(15) })
  await fc.assert(
    fc.asyncProperty(budget, async ({ skip, times: fires, requests }) => {
      const { arming } = armingOfTest()
      arming.arm({ fault: 'invalid_grant', skip, times: fires })
      const outcomes = await metByEach(arming, times(requests))
      const expected = Array.from({ length: requests }, (_, index) => index >= skip && index < skip + fires)
      expect(outcomes.map((outcome) => outcome !== 'pass')).toEqual(expected)
    }),
  )
})

test('requests at the same time never spend the same budget twice', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'invalid_grant', when: { user: 'alice' }, skip: 2, times: 3 })

  const requests = times(20, () => tokenRequest('web-app', { identity: { user: 'alice' } }))
  const outcomes = await Promise.all(requests.map((request) => met(arming, request)))
  expect(outcomes.filter((outcome) => outcome === 'invalid_grant')).toHaveLength(3)
  expect(arming.list()).toMatchObject([{ matches: 5, fires: 3 }])
})

test('a fault that is disarmed while a request is looked up does not fire', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'invalid_grant', when: { user: 'alice' } })

  const outcome = met(arming, tokenRequest('web-app', { identity: { user: 'alice' } }))
  arming.disarm()
  expect(await outcome).toBe('pass')
})

test('of two that answer the first armed fires, and the other spends nothing', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'server_error' })
  arming.arm({ fault: 'invalid_grant' })

  expect(await metByEach(arming, times(3))).toEqual(['server_error', 'invalid_grant', 'pass'])
  expect(arming.list()).toMatchObject([
    { matches: 1, fires: 1 },
    { matches: 2, fires: 1 },
  ])
})

test('dice with a seed fall the same way again', async () => {
  const play = async (seed: number) => {
    const { arming } = armingOfTest()
    arming.arm({ fault: 'invalid_grant', probability: 0.5, seed })
    return metByEach(arming, times(64))
  }

  expect(await play(42)).toEqual(await play(42))
  expect(await play(42)).not.toEqual(await play(43))
})

test('dice fall as often as they should', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.constantFrom(0.1, 0.5, 0.9, 1), async (seed, probability) => {
      const { arming } = armingOfTest()
      arming.arm({ fault: 'invalid_grant', probability, seed })
      const fired = (await metByEach(arming, times(1000))).filter((outcome) => outcome !== 'pass').length
      expect(Math.abs(fired / 1000 - probability)).toBeLessThan(0.08)
    }),
    { numRuns: 30 },
  )
})

test('dice without a seed show the one they were given', async () => {
  const { arming } = armingOfTest({ newSeed: () => 99 })
  expect(arming.arm({ fault: 'invalid_grant', probability: 0.5, times: 2 })).toMatchObject({ seed: 99, times: 2 })
})

test('a fault disarms itself when its time is over, by the clock of the issuer', async () => {
  const { arming, clock } = armingOfTest()
  arming.arm({ fault: 'invalid_grant', for: '30s' })

  clock.ms += 29_999
  expect(await met(arming, tokenRequest())).toBe('invalid_grant')
  clock.ms += 1
  expect(arming.list()).toMatchObject([{ for: 30, fires: 1, spent: true }])
  expect(await met(arming, tokenRequest())).toBe('pass')
  expect(arming.concerns(tokenRequest())).toBe(false)
})

test('what is counted for clients and flows is bounded, and what is given up is forgotten in the store too', async () => {
  const { arming, stored } = armingOfTest()
  arming.arm({ fault: 'invalid_grant', per: 'client' })

  await metByEach(
    arming,
    times(3 * countedSubjects, (index) => tokenRequest(`client-${index}`)),
  )
  expect(arming.snapshot().length).toBeLessThanOrEqual(2 * countedSubjects + 1)
  expect(stored.size).toBe(arming.snapshot().length)
  expect(arming.list()).toMatchObject([{ fires: 3 * countedSubjects }])
})

test('faults that were armed by hand and are spent make room for new ones', async () => {
  const { arming, stored } = armingOfTest()
  const lasting = arming.arm({ fault: 'inactive' })
  for (let round = 0; round < 1100; round += 1) {
    arming.arm({ fault: 'invalid_grant' })
    await met(arming, tokenRequest())
  }

  expect(arming.list()).toHaveLength(1000)
  expect(arming.list()[0]?.id).toBe(lasting.id)
  expect(stored.size).toBe(1000)
})

test('each client throws dice of its own, if so counted, whoever asks in between', async () => {
  const fires = async (clients: readonly string[]) => {
    const { arming } = armingOfTest()
    arming.arm({ fault: 'invalid_grant', probability: 0.5, seed: 7, per: 'client' })
    const met = await metByEach(
      arming,
      clients.map((client) => tokenRequest(client)),
    )
    return met.filter((_, index) => clients[index] === 'a')
  }
  const alone = await fires(Array.from({ length: 40 }, () => 'a'))
  const among = await fires(Array.from({ length: 120 }, (_, index) => (index % 3 === 1 ? 'a' : 'b')))

  expect(among).toEqual(alone)
  expect(new Set(alone).size).toBe(2)
})

test('clients do not all fail at once', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'invalid_grant', probability: 0.5, seed: 7, per: 'client' })

  const first = await metByEach(
    arming,
    times(40, (index) => tokenRequest(`client-${index}`)),
  )

  expect(new Set(first).size).toBe(2)
})
