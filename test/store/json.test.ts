import { existsSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { jsonStore } from '../../src/store/json.ts'
import { retentionSeconds } from '../../src/store/store.ts'
import { storeContract } from '../contracts/store.ts'
import { contentsOf, testFolder } from './folder.ts'

describe('store: json', () => {
  storeContract(() => jsonStore(join(testFolder(), 'store.json')))

  test('holds everything when it is opened again', async () => {
    const file = join(testFolder(), 'deep', 'er', 'store.json')
    const record = { value: { name: 'Ünïcödé 🎩' }, expiresAtSeconds: 4_000_000_000, indexes: { grantId: 'g1' } }
    const store = await jsonStore(file)
    const bucket = store.bucket('default')
    await bucket.put('Token', 't1', record)
    await bucket.put('Token', 't2', { value: 1 })
    await bucket.delete('Token', 't2')
    await store.bucket('gone').put('Token', 't1', { value: 1 })
    await store.drop('gone')
    await bucket.put('Session', 's1', { value: 1 })
    await bucket.clear(['Session'])
    await store.close()

    const again = await jsonStore(file)
    expect(await again.bucket('default').get('Token', 't1')).toEqual(record)
    expect(await again.bucket('default').idsBy('Token', 'grantId', 'g1')).toEqual(['t1'])
    expect(await again.bucket('default').ids('Token')).toEqual(['t1'])
    expect(await again.bucket('default').ids('Session')).toEqual([])
    expect(await again.bucket('gone').ids('Token')).toEqual([])
    await again.close()
  })

  test.skipIf(process.platform !== 'linux')(
    'refuses a folder that cannot be made, rather than try for good',
    async () => {
      await expect(jsonStore('/proc/nowhere/deep/store.json')).rejects.toMatchObject({ code: 'ERR_STORE_FILE' })
    },
  )

  test('answers reads at once, and shows a write only when it is in the log', async () => {
    const file = join(testFolder(), 'store.json')
    const store = await jsonStore(file)
    const bucket = store.bucket('default')
    const written = bucket.put('Token', 't1', { value: 'here' })
    expect(bucket.get('Token', 't1')).toBeUndefined()
    await written
    expect(bucket.get('Token', 't1')).toEqual({ value: 'here' })
    expect(readFileSync(`${file}.1.log`, 'utf8')).toContain('["put","default","Token","t1",["here",null,null]]')
    await store.close()
  })

  test('takes a record as it was when it was put', async () => {
    const store = await jsonStore(join(testFolder(), 'store.json'))
    const record = { value: { n: 1 }, indexes: { grantId: 'g1' } }
    const written = store.bucket('default').put('Token', 't1', record)
    record.value.n = 2
    record.indexes.grantId = 'g2'
    await written
    expect(store.bucket('default').get('Token', 't1')).toEqual({ value: { n: 1 }, indexes: { grantId: 'g1' } })
    expect(store.bucket('default').idsBy('Token', 'grantId', 'g2')).toEqual([])
    await store.close()
  })

  test('flushes what nobody waited for when it is closed', async () => {
    const file = join(testFolder(), 'store.json')
    const store = await jsonStore(file)
    const written = store.bucket('default').put('Token', 't1', { value: 1 })
    await store.close()
    await written
    const again = await jsonStore(file)
    expect(again.bucket('default').get('Token', 't1')).toEqual({ value: 1 })
    await again.close()
  })

  test('folds the log into a snapshot that any JSON reader takes', async () => {
    const folder = testFolder()
    const file = join(folder, 'store.json')
    const store = await jsonStore(file, { compactAtBytes: 20_000 })
    const bucket = store.bucket('default')
    for (let n = 0; n < 2_000; n += 1) {
      await bucket.put('Token', `t${n}`, { value: n })
      if (n >= 10) await bucket.delete('Token', `t${n - 10}`)
    }
    await vi.waitUntil(() => !existsSync(`${file}.draft`))
    const size = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
    expect(size).toBeLessThan(60_000)
    await store.close()
    const snapshot = JSON.parse(readFileSync(file, 'utf8'))
    expect(snapshot).toMatchObject({ format: 'understudy-store', version: 1, count: snapshot.records.length })
    expect(snapshot.generation).toBeGreaterThan(3)

    const again = await jsonStore(file)
    expect([...(await again.bucket('default').ids('Token'))].sort()).toEqual(
      Array.from({ length: 10 }, (_, n) => `t${1990 + n}`),
    )
    await again.close()
  })

  test('drops records whose retention is over', async () => {
    const store = await jsonStore(join(testFolder(), 'store.json'))
    const bucket = store.bucket('default')
    const longAgoSeconds = Math.floor(Date.now() / 1000) - retentionSeconds - 10
    const old = Array.from({ length: 100 }, (_, n) =>
      bucket.put('Token', `old-${n}`, { value: n, expiresAtSeconds: longAgoSeconds }),
    )
    await Promise.all(old)
    for (let n = 0; n < 100; n += 1) await bucket.put('Token', `new-${n}`, { value: n })
    expect(await bucket.ids('Token')).toHaveLength(100)
    await store.close()
  })

  test('leaves a link a link', async () => {
    const folder = testFolder()
    const real = join(folder, 'real.json')
    await (await jsonStore(real)).close()
    symlinkSync(real, join(folder, 'link.json'))
    const store = await jsonStore(join(folder, 'link.json'))
    await expect(jsonStore(real)).rejects.toMatchObject({ code: 'ERR_STORE_LOCKED' })
    await store.close()
  })

  test('leaves nothing but snapshot and log behind', async () => {
    const folder = testFolder()
    await (await jsonStore(join(folder, 'store.json'))).close()
    expect(Object.keys(contentsOf(folder)).sort()).toEqual(['store.json', 'store.json.1.log'])
  })
})
