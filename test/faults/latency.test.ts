import { expect, test } from 'vitest'
import { latency } from '../../src/faults/connection/latency.ts'
import { request } from './exchanges.ts'

test('jitter makes each wait another, and none longer than it says', async () => {
  const waits: number[] = []
  const port = {
    sleep: async (ms: number) => {
      waits.push(ms)
    },
    hold: async () => {},
    unfire() {},
  }

  for (let turn = 0; turn < 200; turn += 1) await latency.delay(request('token'), { ms: 100, jitter_ms: 50 }, port)

  expect(Math.min(...waits)).toBeGreaterThanOrEqual(100)
  expect(Math.max(...waits)).toBeLessThanOrEqual(150)
  expect(new Set(waits).size).toBeGreaterThan(10)
})
