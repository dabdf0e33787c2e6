import { execFile } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { diskFiles, type Files } from '../../src/store/files.ts'
import { jsonStore } from '../../src/store/json.ts'
import { testFolder } from './folder.ts'

const filler = join(import.meta.dirname, 'children', 'filler.ts')

/** A disk with so many bytes of room left, which takes a part of what does not fit, as real ones do. */
function smallDisk(): { files: Files; room: { bytes: number; refusesTruncation: boolean } } {
  const room = { bytes: Number.POSITIVE_INFINITY, refusesTruncation: false }
  const full = (code: string) => Object.assign(new Error(`${code}: no space left on device`), { code })
  const files: Files = {
    ...diskFiles,
    write(fd, bytes, atByte) {
      if (room.bytes === 0) throw full('ENOSPC')
      const count = diskFiles.write(fd, bytes.subarray(0, Math.min(bytes.length, room.bytes)), atByte)
      room.bytes -= count
      return count
    },
    truncate(fd, sizeBytes) {
      if (room.refusesTruncation) throw full('EIO')
      diskFiles.truncate(fd, sizeBytes)
    },
  }
  return { files, room }
}

test('a real limit on the size of files fails one write, and the next that fits succeeds', async () => {
  const file = join(testFolder(), 'store.json')
  const run = promisify(execFile)
  const { stdout } = await run('bash', ['-c', 'ulimit -f 64 && exec "$@"', 'bash', process.execPath, filler, file])
  const { written, code, isShown } = JSON.parse(stdout)
  expect({ code, isShown }).toEqual({ code: 'ERR_STORE_WRITE', isShown: false })
  expect(written).toBeGreaterThan(2)

  const store = await jsonStore(file)
  const ids = [...(await store.bucket('default').ids('Token'))].sort()
  expect(ids).toEqual([...Array.from({ length: written }, (_, n) => `large-${n}`), 'small'])
  await store.close()
})

test('a full disk fails the write with a 503, and leaves log and memory as they were', async () => {
  const file = join(testFolder(), 'store.json')
  const { files, room } = smallDisk()
  const store = await jsonStore(file, { files })
  const bucket = store.bucket('default')
  await bucket.put('Token', 't1', { value: 'before' })
  const before = readFileSync(`${file}.1.log`)
  room.bytes = 20

  const failed = await Promise.allSettled([bucket.put('Token', 't1', { value: 'after' }), bucket.delete('Token', 't1')])
  for (const each of failed) {
    expect(each).toMatchObject({ status: 'rejected', reason: { code: 'ERR_STORE_WRITE', status: 503 } })
  }
  expect(readFileSync(`${file}.1.log`)).toEqual(before)
  expect(await bucket.get('Token', 't1')).toEqual({ value: 'before' })

  room.bytes = Number.POSITIVE_INFINITY
  await bucket.put('Token', 't2', { value: 'there is room' })
  await store.close()
  const again = await jsonStore(file)
  expect(await again.bucket('default').get('Token', 't1')).toEqual({ value: 'before' })
  expect(await again.bucket('default').get('Token', 't2')).toEqual({ value: 'there is room' })
  await again.close()
})

test('what a disk would neither take nor cut is cut before the next write', async () => {
  const file = join(testFolder(), 'store.json')
  const { files, room } = smallDisk()
  const store = await jsonStore(file, { files })
  const bucket = store.bucket('default')
  Object.assign(room, { bytes: 20, refusesTruncation: true })
  await expect(bucket.put('Token', 'long', { value: 'x'.repeat(500) })).rejects.toMatchObject({
    code: 'ERR_STORE_WRITE',
  })
  room.bytes = Number.POSITIVE_INFINITY
  await expect(bucket.put('Token', 'still', { value: 1 })).rejects.toMatchObject({ code: 'ERR_STORE_WRITE' })
  room.refusesTruncation = false
  await bucket.put('Token', 't', { value: 1 })
  await store.close()
  const again = await jsonStore(file)
  expect(await again.bucket('default').ids('Token')).toEqual(['t'])
  await again.close()
})

test('a disk too full to compact keeps the logs, and compaction succeeds once there is room', async () => {
  const file = join(testFolder(), 'store.json')
  const { files, room } = smallDisk()
  const warnings: string[] = []
  const store = await jsonStore(file, { files, compactAtBytes: 10_000, warn: (message) => warnings.push(message) })
  const bucket = store.bucket('default')
  const value = 'x'.repeat(1_000)
  for (let n = 0; n < 9; n += 1) await bucket.put('Token', `t${n}`, { value })
  room.bytes = 1_300
  await bucket.put('Token', 't9', { value })
  await expect.poll(() => warnings).toHaveLength(1)
  expect(warnings[0]).toContain('Failed to compact')
  room.bytes = Number.POSITIVE_INFINITY
  for (let n = 10; n < 30; n += 1) await bucket.put('Token', `t${n}`, { value })
  await expect.poll(() => statSync(file).size).toBeGreaterThan(10_000)
  await store.close()
  const again = await jsonStore(file)
  expect(await again.bucket('default').ids('Token')).toHaveLength(30)
  await again.close()
})
