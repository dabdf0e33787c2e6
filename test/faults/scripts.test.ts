import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answerOf, armingOfTest, met, metByEach, poll, request, tokenRequest } from './exchanges.ts'

const polls = (count: number, flowId = 'one') => Array.from({ length: count }, () => poll(flowId))

test('each matching request takes one step, and a script that is over does nothing', async () => {
  const { arming } = armingOfTest()
  arming.arm({
    script: ['slow_down', 'slow_down', 'pass', 'expired_token'],
    when: { client: 'tv-app', grant_type: 'device_code' },
  })

  expect(await metByEach(arming, polls(6))).toEqual([
    ...['slow_down', 'slow_down', 'pass', 'expired_token'],
    ...['pass', 'pass'],
  ])
  expect(arming.list()).toMatchObject([{ per: 'flow', times: 1, matches: 4, fires: 3, spent: false }])
})

test('two devices at once each get a pass of their own', async () => {
  const { arming } = armingOfTest()
  arming.arm({ script: ['slow_down', 'expired_token'] })

  const turns = [poll('one'), poll('two'), poll('one'), poll('two')]
  expect(await Promise.all(turns.map((turn) => met(arming, turn)))).toEqual([
    'slow_down',
    'slow_down',
    'expired_token',
    'expired_token',
  ])
})

test('a script of the issuer is played once for all, and is spent then', async () => {
  const { arming } = armingOfTest()
  arming.arm({ script: ['slow_down', 'pass'], per: 'issuer' })

  expect(await metByEach(arming, [poll('one'), poll('two'), poll('three')])).toEqual(['slow_down', 'pass', 'pass'])
  expect(arming.list()).toMatchObject([{ matches: 2, fires: 1, spent: true }])
})

test('times counts how often a script is played', async () => {
  const { arming } = armingOfTest()
  arming.arm({ script: ['slow_down', 'pass'], times: 2 })

  expect(await metByEach(arming, polls(5))).toEqual(['slow_down', 'pass', 'slow_down', 'pass', 'pass'])
})

test('a script can be played for ever', async () => {
  const { arming } = armingOfTest()
  arming.arm({ script: ['slow_down', 'pass'], times: 'always' })

  expect((await metByEach(arming, polls(100))).filter((outcome) => outcome === 'slow_down')).toHaveLength(50)
})

test('skip lets matches pass before the first step', async () => {
  const { arming } = armingOfTest()
  arming.arm({ script: ['slow_down', 'expired_token'], skip: 2 })

  expect(await metByEach(arming, polls(5))).toEqual(['pass', 'pass', 'slow_down', 'expired_token', 'pass'])
})

test('a step has parameters of its own', async () => {
  const { arming } = armingOfTest()
  arming.arm({ script: ['slow_down', { fault: 'slow_down', with: { status: 429, retry_after: 5 } }] })

  await arming.take(poll('one'))
  const [fired] = await arming.take(poll('one'))
  expect(answerOf(fired)).toMatchObject({ status: 429, headers: { 'retry-after': '5' } })
})

test('a request that a script is not for takes no step', async () => {
  const { arming } = armingOfTest()
  arming.arm({ script: ['server_error', 'server_error'], when: { endpoint: 'token' }, per: 'issuer' })

  await metByEach(arming, [request('jwks'), request('discovery'), request('userinfo'), tokenRequest()])
  expect(arming.list()).toMatchObject([{ matches: 1, fires: 1 }])
})

test('a step that another fault forestalls is taken nevertheless', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'server_error' })
  arming.arm({ script: ['slow_down', 'expired_token'] })

  expect(await metByEach(arming, polls(3))).toEqual(['server_error', 'expired_token', 'pass'])
})

test('with dice, a step that does not fall is taken too', async () => {
  const { arming } = armingOfTest()
  arming.arm({ script: ['slow_down', 'expired_token'], probability: 0.5, seed: 1, times: 50 })

  const outcomes = await metByEach(arming, polls(100))
  expect(outcomes.every((outcome, index) => outcome !== (index % 2 === 0 ? 'expired_token' : 'slow_down'))).toBe(true)
  expect(new Set(outcomes)).toEqual(new Set(['slow_down', 'expired_token', 'pass']))
})

const step = fc.constantFrom('slow_down', 'expired_token', 'pass')

test('any interleaving of flows plays the script to each in order', async () => {
  const play = fc.record({
    steps: fc.array(step, { minLength: 1, maxLength: 6 }).filter((steps) => steps.some((each) => each !== 'pass')),
    times: fc.integer({ min: 1, max: 3 }),
    turns: fc.array(fc.constantFrom('one', 'two', 'three'), { maxLength: 40 }),
  })
  await fc.assert(
    fc.asyncProperty(play, async ({ steps, times, turns }) => {
      const { arming } = armingOfTest()
      arming.arm({ script: steps, times })
      const outcomes = await Promise.all(turns.map((flowId) => met(arming, poll(flowId))))
      for (const flowId of ['one', 'two', 'three']) {
        const seen = outcomes.filter((_, index) => turns[index] === flowId)
        const played = Array.from({ length: times }, () => steps).flat()
        expect(seen).toEqual(seen.map((_, index) => played[index] ?? 'pass'))
      }
    }),
  )
})
