import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { diskFiles, type Files } from '../../src/store/files.ts'
import { jsonStore } from '../../src/store/json.ts'
import type { Bucket } from '../../src/store/store.ts'
import { testFolder } from './folder.ts'

/** What the store must hold: the last acknowledged value, or the one whose write was under way. */
type Expected = Map<string, { known: number | undefined; tried: number | undefined }>

/** A disk that stops at its nth call: that write is done by half, and no later call is done at all. */
function diskUntil(lastCall: number): { files: Files; calls: () => number } {
  let calls = 0
  function gate(): void {
    calls += 1
    if (calls > lastCall) throw new Error('the machine is gone')
  }
  const files: Files = {
    open: (path, flags) => [gate(), diskFiles.open(path, flags)][1] as number,
    write(fd, bytes, atByte) {
      if (calls + 1 === lastCall) diskFiles.write(fd, bytes.subarray(0, Math.ceil(bytes.length / 2)), atByte)
      if (calls + 1 === lastCall) calls += 1
      gate()
      return diskFiles.write(fd, bytes, atByte)
    },
    truncate: (fd, sizeBytes) => [gate(), diskFiles.truncate(fd, sizeBytes)][1],
    sync: async () => gate(),
    close: (fd) => [diskFiles.close(fd), gate()][0],
    rename: (from, to) => [gate(), diskFiles.rename(from, to)][1],
    remove: (path) => [gate(), diskFiles.remove(path)][1],
  }
  return { files, calls: () => calls }
}

/** Puts, deletes and clears through several compactions, and notes what was acknowledged. */
async function work(file: string, files: Files): Promise<Expected> {
  const expected: Expected = new Map()
  const store = await jsonStore(file, { files, compactAtBytes: 1_500, warn: () => undefined }).catch(() => undefined)
  if (store === undefined) return expected
  const bucket = store.bucket('default')

  async function attempt(id: string, tried: number | undefined): Promise<void> {
    const known = expected.get(id)?.known
    expected.set(id, { known, tried })
    const write = tried === undefined ? bucket.delete('Token', id) : put(bucket, id, tried)
    await Promise.resolve(write).then(
      () => expected.set(id, { known: tried, tried }),
      () => undefined,
    )
  }

  for (let n = 0; n < 100; n += 1) {
    const id = `t${(n * 7) % 20}`
    await attempt(id, n % 5 === 4 ? undefined : n)
  }
  await store.close().catch(() => undefined)
  return expected
}

async function put(bucket: Bucket, id: string, value: number): Promise<void> {
  await bucket.put('Token', id, { value, indexes: { grantId: `g${value % 3}` } })
}

async function check(file: string, expected: Expected): Promise<void> {
  const store = await jsonStore(file)
  const bucket = store.bucket('default')
  for (const [id, { known, tried }] of expected) {
    const held = (await bucket.get('Token', id))?.value
    expect([known, tried]).toContain(held)
    if (held !== undefined) expect(await bucket.idsBy('Token', 'grantId', `g${Number(held) % 3}`)).toContain(id)
  }
  await put(bucket, 'after', 1)
  expect((await bucket.get('Token', 'after'))?.value).toBe(1)
  await store.close()
}

test('a crash at any call to the disk loses no acknowledged write', async () => {
  const folder = testFolder()
  const whole = diskUntil(Number.POSITIVE_INFINITY)
  await check(join(folder, 'whole.json'), await work(join(folder, 'whole.json'), whole.files))
  expect(whole.calls()).toBeGreaterThan(120)
  for (let lastCall = 0; lastCall <= whole.calls(); lastCall += 1) {
    const file = join(folder, `${lastCall}.json`)
    const expected = await work(file, diskUntil(lastCall).files)
    await check(file, expected).catch((error) => {
      throw new Error(`after ${lastCall} calls: ${error.message}`, { cause: error })
    })
  }
})

test('a crash while it recovers from a crash loses nothing either', async () => {
  const folder = testFolder()
  const crashed = join(folder, 'crashed')
  const expected = await work(join(crashed, 'store.json'), diskUntil(70).files)
  for (let lastCall = 0; lastCall < 12; lastCall += 1) {
    const file = join(folder, String(lastCall), 'store.json')
    cpSync(crashed, join(folder, String(lastCall)), { recursive: true })
    const store = await jsonStore(file, { files: diskUntil(lastCall).files }).catch(() => undefined)
    await store?.close().catch(() => undefined)
    await check(file, expected)
  }
})
