import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/store/memory.ts'
import { retentionSeconds } from '../../src/store/store.ts'
import { storeContract } from '../contracts/store.ts'

describe('store: memory', () => {
  storeContract(async () => memoryStore())

  test('answers at once, with no promises', () => {
    const bucket = memoryStore().bucket('default')
    expect(bucket.put('Session', 's1', { value: 1 })).toBeUndefined()
    expect(bucket.get('Session', 's1')).toEqual({ value: 1 })
  })

  test('drops records whose retention is over while others are written', () => {
    const bucket = memoryStore().bucket('default')
    const longAgoSeconds = Math.floor(Date.now() / 1000) - retentionSeconds - 10
    for (let n = 0; n < 100; n += 1) {
      bucket.put('Token', `old-${n}`, { value: n, expiresAtSeconds: longAgoSeconds, indexes: { grantId: 'g1' } })
    }
    for (let n = 0; n < 100; n += 1) bucket.put('Token', `new-${n}`, { value: n })
    expect(bucket.ids('Token')).toHaveLength(100)
    expect(bucket.idsBy('Token', 'grantId', 'g1')).toEqual([])
  })

  test('keeps off the JavaScript heap what it is given', () => {
    const bucket = memoryStore().bucket('default')
    const before = process.memoryUsage()
    for (let n = 0; n < 20_000; n += 1) bucket.put('Token', `token-${n}`, { value: { text: `${n} `.repeat(60) } })
    const held = process.memoryUsage().arrayBuffers - before.arrayBuffers
    expect(held).toBeGreaterThan(20_000 * 200)
    expect(held).toBeLessThan(20_000 * 500)
  })
})
