import { importJWK } from 'jose'
import { expect, test } from 'vitest'
import { makeKeys, prepareKeys } from '../../src/provider/make-keys.ts'

test('there is a key for each algorithm, and its id tells which', async () => {
  const keys = await makeKeys()

  expect(keys.map(({ alg, kid, d }) => [alg, kid?.split('-')[0], typeof d])).toEqual([
    ['RS256', 'rs256', 'string'],
    ['ES256', 'es256', 'string'],
    ['EdDSA', 'eddsa', 'string'],
  ])
  for (const key of keys) await expect(importJWK(key)).resolves.toBeDefined()
})

test('keys that were prepared are handed out once', async () => {
  prepareKeys()
  prepareKeys()

  const [first, second] = await Promise.all([makeKeys(), makeKeys()])

  expect(new Set([...first, ...second].map(({ x, n }) => n ?? x)).size).toBe(6)
})
