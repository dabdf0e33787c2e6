import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fileOf, isNew } from '../../src/store/url.ts'

test('a json store names its file', () => {
  expect(['json:data/store.json', 'memory', 'json:'].map(fileOf)).toEqual(['data/store.json', undefined, undefined])
})

test('a store is new until its file is there', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'understudy-url-')), 'store.json')

  expect([isNew('memory'), isNew(`json:${file}`), isNew('redis://localhost')]).toEqual([true, true, false])
  writeFileSync(file, '{}')
  expect(isNew(`json:${file}`)).toBe(false)
})
