import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { jsonStore } from '../../src/store/json.ts'
import { acquireLock } from '../../src/store/lock.ts'
import { testFolder } from './folder.ts'

const writer = join(import.meta.dirname, 'children', 'writer.ts')

test('a second process on the same files is refused, and takes over when the first is killed', async () => {
  const file = join(testFolder(), 'store.json')
  const child = spawn(process.execPath, [writer, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  const error = await jsonStore(file).catch((reason) => reason)
  expect(error).toMatchObject({ code: 'ERR_STORE_LOCKED', details: { file, pid: child.pid } })
  expect(error.message).toContain(`process ${child.pid}`)

  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(existsSync(`${file}.lock`)).toBe(true)
  const store = await jsonStore(file)
  expect(await store.bucket('default').ids('Token')).not.toHaveLength(0)
  await store.close()
  expect(existsSync(`${file}.lock`)).toBe(false)
})

test('the same process is refused twice the same files', async () => {
  const path = join(testFolder(), 'a.lock')
  const lock = await acquireLock(path, 'a')
  await expect(acquireLock(path, 'a')).rejects.toMatchObject({ code: 'ERR_STORE_LOCKED' })
  lock.release()
  const again = await acquireLock(path, 'a')
  again.release()
  expect(existsSync(path)).toBe(false)
})

test.skipIf(process.platform !== 'linux')('a number that another process had before is no holder', async () => {
  const path = join(testFolder(), 'a.lock')
  const lock = await acquireLock(path, 'a')
  const mine = JSON.parse(readFileSync(path, 'utf8'))
  lock.release()
  writeFileSync(path, JSON.stringify({ ...mine, startedAt: '1' }))
  const taken = await acquireLock(path, 'a')
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(mine)
  taken.release()
})

test('a lock from another machine is taken when it lies still', async () => {
  const path = join(testFolder(), 'a.lock')
  writeFileSync(path, JSON.stringify({ pid: process.pid, space: 'elsewhere' }))
  const lock = await acquireLock(path, 'a', 500)
  expect(JSON.parse(readFileSync(path, 'utf8')).space).not.toBe('elsewhere')
  lock.release()
})

test('a lock from another machine is respected while it is touched', async () => {
  const path = join(testFolder(), 'a.lock')
  writeFileSync(path, JSON.stringify({ pid: 1, space: 'elsewhere' }))
  let seconds = 1_000
  const beat = setInterval(() => {
    seconds += 1
    utimesSync(path, seconds, seconds)
  }, 20)
  onTestFinished(() => clearInterval(beat))
  const error = await acquireLock(path, 'the-store', 10_000).catch((reason) => reason)
  expect(error).toMatchObject({ code: 'ERR_STORE_LOCKED' })
  expect(error.message).toContain('process 1 on elsewhere')
})

test('a lock that says nothing is taken when it lies still', async () => {
  const path = join(testFolder(), 'a.lock')
  writeFileSync(path, '')
  const lock = await acquireLock(path, 'a', 500)
  lock.release()
})

test('a lock that is no longer ours is left alone on release', async () => {
  const path = join(testFolder(), 'a.lock')
  const lock = await acquireLock(path, 'a')
  writeFileSync(path, 'another')
  lock.release()
  expect(readFileSync(path, 'utf8')).toBe('another')
})
