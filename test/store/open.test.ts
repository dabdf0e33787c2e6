import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '../../src/store/open.ts'
import { testFolder } from './folder.ts'

test('opens the store in memory', async () => {
  const store = await openStore('memory')
  expect(store.url).toBe('memory')
  await store.close()
})

test('opens a store in files, and makes their folders', async () => {
  const url = `json:${join(testFolder(), 'a', 'b', 'store.json')}`
  const store = await openStore(url)
  expect(store.url).toBe(url)
  await store.bucket('default').put('Token', 't1', { value: 1 })
  await store.close()
  const again = await openStore(url)
  expect(await again.bucket('default').get('Token', 't1')).toEqual({ value: 1 })
  await again.close()
})

for (const url of ['', 'json', 'json:', 'sqlite:x', 'memory:', './store.json']) {
  test(`refuses "${url}" and says what it takes`, async () => {
    const error = await openStore(url).catch((reason) => reason)
    expect(error).toMatchObject({ code: 'ERR_STORE_URL', status: 400 })
    expect(error.message).toContain('"memory", or "json:PATH"')
  })
}

test('refuses a folder in place of a file', async () => {
  const folder = join(testFolder(), 'store.json')
  mkdirSync(folder)
  await expect(openStore(`json:${folder}`)).rejects.toMatchObject({ code: 'ERR_STORE_FILE', details: { file: folder } })
})
