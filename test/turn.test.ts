import { expect, test } from 'vitest'
import { endOfTurn } from '../src/turn.ts'

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
