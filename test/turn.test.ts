import { expect, test } from 'vitest'
import { endOfTurn, isTurnOver } from '../src/turn.ts'

test('all who ask in one turn wait for the same end', async () => {
  const order: string[] = []
  const first = endOfTurn()
  queueMicrotask(() => {
    expect(endOfTurn()).toBe(first)
    order.push('still the same turn')
  })

  await first
  order.push('its end')

  expect(endOfTurn()).not.toBe(first)
  expect(order).toEqual(['still the same turn', 'its end'])
})

test('a turn is over for those who waited for its end, and for nobody after them', async () => {
  await afterThisTurn()
  expect(isTurnOver()).toBe(false)
  const waited = [endOfTurn(), endOfTurn()].map((end) => end.then(() => isTurnOver()))
  expect(await Promise.all(waited)).toEqual([true, true])
  await afterThisTurn()
  expect(isTurnOver()).toBe(false)
})

/** When all who wait for the end of this turn have gone on. */
const afterThisTurn = () => new Promise((resolve) => process.nextTick(resolve))
