import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { jsonStore } from '../../src/store/json.ts'
import type { Bucket } from '../../src/store/store.ts'
import { testFolder } from './folder.ts'

type Model = Map<string, number>

async function valuesIn(bucket: Bucket): Promise<Model> {
  const values: Model = new Map()
  for (const id of await bucket.ids('Token')) values.set(id, Number((await bucket.get('Token', id))?.value))
  return values
}

/** The files as a crash would leave them now, but for the lock. */
function copyOf(file: string): string {
  const copy = join(dirname(file), `copy-${readdirSync(dirname(file)).length}`)
  mkdirSync(copy)
  for (const name of readdirSync(dirname(file))) {
    if (name.startsWith('store.json') && !name.endsWith('.lock')) cpSync(join(dirname(file), name), join(copy, name))
  }
  return join(copy, 'store.json')
}

async function expectHeld(file: string, model: Model): Promise<void> {
  const store = await jsonStore(file)
  expect(await valuesIn(store.bucket('default'))).toEqual(model)
  await store.close()
}

test('writes go on during a compaction, and a crash at any of them finds them all', async () => {
  const file = join(testFolder(), 'store.json')
  const store = await jsonStore(file, { compactAtBytes: 150_000 })
  const bucket = store.bucket('default')
  const model: Model = new Map()
  const copies: [file: string, model: Model][] = []
  let duringCompaction = 0

  async function turn(n: number): Promise<void> {
    const fresh = Array.from({ length: 4 }, (_, k) => `t${(n * 4 + k) % 5000}`)
    const gone = `t${(n * 37) % 5000}`
    await Promise.all([...fresh.map((id) => bucket.put('Token', id, { value: n })), bucket.delete('Token', gone)])
    for (const id of fresh) model.set(id, n)
    model.delete(gone)
  }

  for (let n = 0; duringCompaction < 60; n += 1) {
    if (n === 2_000) {
      await bucket.clear(['Token'])
      model.clear()
    }
    await turn(n)
    if (!existsSync(`${file}.draft`)) continue
    duringCompaction += 1
    if (duringCompaction % 3 === 0) copies.push([copyOf(file), new Map(model)])
  }
  await store.close()

  await expectHeld(file, model)
  for (const [copy, then] of copies) await expectHeld(copy, then)
  expect(copies.length).toBeGreaterThan(10)
})
