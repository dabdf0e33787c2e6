import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Bucket, retentionSeconds, type Store } from '../../src/store/store.ts'

const nowSeconds = () => Math.floor(Date.now() / 1000)

/**
 * What every store driver does.
 *
 * @param open a new, empty store
 */
export function storeContract(open: () => Promise<Store>): void {
  let store: Store
  let bucket: Bucket

  beforeEach(async () => {
    store = await open()
    bucket = store.bucket('default')
  })

  afterEach(async () => {
    await store.close()
  })

  describe('records', () => {
    test('are read as they were written', async () => {
      const record = {
        value: { text: 'Ünïcödé 🎩 "quoted"\n', number: 1.5, none: null, deep: [{ yes: true }] },
        expiresAtSeconds: nowSeconds() + 60,
        indexes: { grantId: 'g1', uid: 'u1' },
      }
      await bucket.put('Session', 's1', record)
      expect(await bucket.get('Session', 's1')).toEqual(record)
    })

    test('may lack an expiry and indexes', async () => {
      await bucket.put('Client', 'web-app', { value: 'text alone' })
      expect(await bucket.get('Client', 'web-app')).toEqual({ value: 'text alone' })
    })

    test('are undefined where there are none', async () => {
      expect(await bucket.get('Session', 'unknown')).toBeUndefined()
    })

    test('are replaced by a later put', async () => {
      await bucket.put('Session', 's1', { value: 'a', expiresAtSeconds: nowSeconds() + 60 })
      await bucket.put('Session', 's1', { value: 'a much longer one'.repeat(100) })
      expect(await bucket.get('Session', 's1')).toEqual({ value: 'a much longer one'.repeat(100) })
    })

    test('are deleted, and deleting twice is no error', async () => {
      await bucket.put('Session', 's1', { value: 1 })
      await bucket.delete('Session', 's1')
      await bucket.delete('Session', 's1')
      expect(await bucket.get('Session', 's1')).toBeUndefined()
    })

    test('cannot be changed through what a caller holds', async () => {
      const value = { scopes: ['openid'] }
      await bucket.put('Grant', 'g1', { value })
      value.scopes.push('written later')
      const read = (await bucket.get('Grant', 'g1'))?.value as typeof value
      read.scopes.push('read later')
      expect(await bucket.get('Grant', 'g1')).toEqual({ value: { scopes: ['openid'] } })
    })

    test('take any id and collection', async () => {
      const names = ['', ' ', '__proto__', 'constructor', 'a\0b', 'ключ', '🎩', '\ud800', 'x'.repeat(70_000), '"\n,']
      for (const name of names) await bucket.put(name, name, { value: name.length, indexes: { [name]: name } })
      for (const name of names) expect(await bucket.get(name, name)).toMatchObject({ value: name.length })
      for (const name of names) expect(await bucket.idsBy(name, name, name)).toHaveLength(1)
    })

    test('may be larger than any block they are kept in', async () => {
      const value = 'x'.repeat(1_000_000)
      await bucket.put('Session', 'large', { value })
      await bucket.put('Session', 'small', { value: 1 })
      expect(await bucket.get('Session', 'large')).toEqual({ value })
    })
  })

  describe('order', () => {
    test('is kept among writes that nobody waited for', async () => {
      const writes = [
        bucket.put('Session', 's1', { value: 1 }),
        bucket.delete('Session', 's1'),
        bucket.put('Session', 's2', { value: 1 }),
        bucket.clear(['Session']),
        bucket.put('Session', 's2', { value: 2 }),
      ]
      await Promise.all(writes)
      expect(await bucket.get('Session', 's1')).toBeUndefined()
      expect(await bucket.get('Session', 's2')).toEqual({ value: 2 })
    })
  })

  describe('ids', () => {
    test('are those of the collection', async () => {
      await bucket.put('Session', 's1', { value: 1 })
      await bucket.put('Session', 's2', { value: 2 })
      await bucket.put('Grant', 'g1', { value: 3 })
      expect([...(await bucket.ids('Session'))].sort()).toEqual(['s1', 's2'])
      expect(await bucket.ids('Nothing')).toEqual([])
    })
  })

  describe('indexes', () => {
    const byGrant = async (value: string) => [...(await bucket.idsBy('AccessToken', 'grantId', value))].sort()

    test('find the ids of records with a value', async () => {
      await bucket.put('AccessToken', 't1', { value: 1, indexes: { grantId: 'g1' } })
      await bucket.put('AccessToken', 't2', { value: 2, indexes: { grantId: 'g1' } })
      await bucket.put('AccessToken', 't3', { value: 3, indexes: { grantId: 'g2' } })
      await bucket.put('AccessToken', 't4', { value: 4 })
      await bucket.put('RefreshToken', 'r1', { value: 5, indexes: { grantId: 'g1' } })
      expect(await byGrant('g1')).toEqual(['t1', 't2'])
      expect(await byGrant('g3')).toEqual([])
      expect(await bucket.idsBy('AccessToken', 'uid', 'g1')).toEqual([])
    })

    test('follow a record that changes its value or is deleted', async () => {
      await bucket.put('AccessToken', 't1', { value: 1, indexes: { grantId: 'g1' } })
      await bucket.put('AccessToken', 't2', { value: 2, indexes: { grantId: 'g1' } })
      await bucket.put('AccessToken', 't1', { value: 1, indexes: { grantId: 'g2' } })
      expect(await byGrant('g1')).toEqual(['t2'])
      expect(await byGrant('g2')).toEqual(['t1'])
      await bucket.put('AccessToken', 't1', { value: 1 })
      await bucket.delete('AccessToken', 't2')
      expect([await byGrant('g1'), await byGrant('g2')]).toEqual([[], []])
    })

    test('find a record once, however often it is written with the same value', async () => {
      for (const value of ['g1', 'ключ', 'Ü🎩']) {
        for (let n = 0; n < 3; n += 1) await bucket.put('AccessToken', value, { value: n, indexes: { grantId: value } })
        expect(await byGrant(value)).toEqual([value])
        await bucket.delete('AccessToken', value)
        expect(await byGrant(value)).toEqual([])
      }
    })
  })

  describe('buckets', () => {
    test('know nothing of one another', async () => {
      const other = store.bucket('other')
      await bucket.put('Session', 's1', { value: 'mine', indexes: { uid: 'u1' } })
      await other.put('Session', 's1', { value: 'theirs' })
      await other.delete('Session', 's1')
      expect(await bucket.get('Session', 's1')).toMatchObject({ value: 'mine' })
      expect(await other.ids('Session')).toEqual([])
      expect(await other.idsBy('Session', 'uid', 'u1')).toEqual([])
    })

    test('of one name are one', async () => {
      await bucket.put('Session', 's1', { value: 1 })
      expect(await store.bucket('default').get('Session', 's1')).toEqual({ value: 1 })
    })

    test('clear the named collections, or all', async () => {
      for (const collection of ['A', 'B', 'C']) await bucket.put(collection, 'x', { value: 1, indexes: { uid: 'u' } })
      await bucket.clear(['A', 'Nothing'])
      expect([await bucket.ids('A'), await bucket.ids('B')]).toEqual([[], ['x']])
      await bucket.clear()
      expect([await bucket.ids('B'), await bucket.idsBy('C', 'uid', 'u')]).toEqual([[], []])
    })

    test('are dropped alone, and can begin anew', async () => {
      const other = store.bucket('other')
      await bucket.put('Session', 's1', { value: 1 })
      await other.put('Session', 's1', { value: 2 })
      await store.drop('default')
      expect(await bucket.get('Session', 's1')).toBeUndefined()
      expect(await other.get('Session', 's1')).toEqual({ value: 2 })
      await bucket.put('Session', 's2', { value: 3 })
      expect(await bucket.ids('Session')).toEqual(['s2'])
    })
  })

  describe('expiry', () => {
    test('does not hide a record before its retention is over', async () => {
      const record = { value: 'late', expiresAtSeconds: nowSeconds() - retentionSeconds + 60 }
      await bucket.put('DeviceCode', 'late', record)
      for (let n = 0; n < 200; n += 1) await bucket.put('DeviceCode', `fill-${n}`, { value: n })
      expect(await bucket.get('DeviceCode', 'late')).toEqual(record)
    })
  })

  describe('anything that is done', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
    const record = fc.record({
      value: fc.integer({ min: 0, max: 3000 }).map((length) => 'é'.repeat(length)),
      indexes: fc.option(fc.record({ grantId: fc.constantFrom('g1', 'g2') }), { nil: undefined }),
    })
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ op: fc.constant('put' as const), id, record }) },
      { weight: 2, arbitrary: fc.record({ op: fc.constant('delete' as const), id }) },
      { weight: 1, arbitrary: fc.record({ op: fc.constant('clear' as const) }) },
    )

    test('leaves what a plain map would hold', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
          await bucket.clear()
          const model = new Map<string, { value: string; indexes?: { grantId: string } | undefined }>()
          for (const each of steps) {
            if (each.op === 'put') {
              model.set(each.id, each.record)
              await bucket.put('Any', each.id, each.record)
            } else if (each.op === 'delete') {
              model.delete(each.id)
              await bucket.delete('Any', each.id)
            } else {
              model.clear()
              await bucket.clear(['Any'])
            }
          }
          expect([...(await bucket.ids('Any'))].sort()).toEqual([...model.keys()].sort())
          for (const [key, value] of model) expect(await bucket.get('Any', key)).toEqual(value)
          const owners = [...model].filter(([, value]) => value.indexes?.grantId === 'g1').map(([key]) => key)
          expect([...(await bucket.idsBy('Any', 'grantId', 'g1'))].sort()).toEqual(owners.sort())
        }),
        { numRuns: 40 },
      )
    })
  })

  test('a closed store refuses to be used', async () => {
    const closed = await open()
    const late = closed.bucket('default')
    await closed.close()
    const refused = { code: 'ERR_STORE_CLOSED' }
    await expect(async () => late.get('Session', 's1')).rejects.toMatchObject(refused)
    await expect(async () => late.put('Session', 's1', { value: 1 })).rejects.toMatchObject(refused)
    await expect(closed.drop('default')).rejects.toMatchObject(refused)
    await closed.close()
  })
}
