import { expect, test } from 'vitest'
import type { CallRecord } from '../../src/journal/record.ts'
import { Ring } from '../../src/journal/ring.ts'

function call(id: number, bodyBytes = 0): CallRecord {
  return {
    kind: 'call',
    id,
    startedAtMs: 0,
    call: {
      endpoint: 'jwks_uri',
      method: 'GET',
      url: '',
      headers: {},
      body: 'x'.repeat(bodyBytes),
      startedAtMs: 0,
      durationMs: 1,
    },
  }
}

function ringOf(limits: { maxEntries?: number; maxBytes?: number }, count: number, bodyBytes = 0): Ring {
  const ring = new Ring({ maxEntries: 1000, maxBytes: 1_000_000, ...limits })
  for (let added = 0; added < count; added += 1) ring.add(call(ring.nextId, bodyBytes))
  return ring
}

const idsOf = (ring: Ring) =>
  Array.from({ length: ring.nextId + 1 }, (_, id) => ring.get(id)?.id).filter((id) => id !== undefined)

test('the newest are kept, by count', () => {
  const ring = ringOf({ maxEntries: 3 }, 8)

  expect(idsOf(ring)).toEqual([6, 7, 8])
  expect(ring).toMatchObject({ firstId: 6, nextId: 9 })
})

test('the newest are kept, by bytes', () => {
  const ring = ringOf({ maxBytes: 10_000 }, 20, 3000)

  expect(idsOf(ring)).toEqual([19, 20])
  expect(ring.sizeBytes).toBeLessThanOrEqual(10_000)
})

test('the newest is kept whatever its size, and gives way to the next', () => {
  const ring = ringOf({ maxBytes: 10_000 }, 2, 50_000)

  expect(idsOf(ring)).toEqual([2])
  ring.add(call(3))
  expect(idsOf(ring)).toEqual([3])
  expect(ring.sizeBytes).toBeLessThan(10_000)
})

test('ids go on rising after all was forgotten', () => {
  const ring = ringOf({}, 3)

  ring.clear()
  ring.add(call(ring.nextId))

  expect(idsOf(ring)).toEqual([4])
  expect(ring.get(1)).toBeUndefined()
})

test.each([
  [{ maxEntries: 2 }, [4, 5]],
  [{ maxEntries: 7 }, [3, 4, 5]],
  [{ maxBytes: 1600 }, [5]],
])('limits can be changed to %j', (limits, ids) => {
  const ring = ringOf({ maxEntries: 3 }, 5)

  ring.limit({ maxEntries: 3, maxBytes: 1_000_000, ...limits })

  expect(idsOf(ring)).toEqual(ids)
  ring.add(call(ring.nextId))
  expect(ring.get(6)?.id).toBe(6)
})

test('what was removed leaves its place, also where limits change', () => {
  const ring = ringOf({ maxEntries: 4 }, 6, 1000)
  const sizeBytes = ring.sizeBytes

  ring.remove(4)
  ring.remove(4)
  ring.remove(1)
  expect(idsOf(ring)).toEqual([3, 5, 6])
  expect(ring.sizeBytes).toBe((sizeBytes / 4) * 3)

  ring.limit({ maxEntries: 3, maxBytes: 1_000_000 })
  expect(idsOf(ring)).toEqual([5, 6])
  ring.add(call(ring.nextId))
  expect(idsOf(ring)).toEqual([5, 6, 7])
})

test('of nothing to keep, nothing is kept, and ids do not fall', () => {
  const ring = ringOf({}, 3)

  ring.limit({ maxEntries: 0, maxBytes: 1_000_000 })
  ring.add(call(ring.nextId))
  expect(idsOf(ring)).toEqual([])
  expect(ring).toMatchObject({ isOpen: false, sizeBytes: 0 })

  ring.limit({ maxEntries: 2, maxBytes: 1_000_000 })
  ring.add(call(ring.nextId))
  expect(idsOf(ring)).toEqual([4])
})
