import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { textOf } from '../docs/blocks.ts'
import { libraries } from './libraries.ts'
import { clientsPage } from './page.ts'

test('docs/clients.md says what the outcomes do; if not, run npx node scripts/docs.ts', () => {
  expect(textOf('docs/clients.md')).toBe(clientsPage())
})

test('every library has its outcomes, and a test that holds it to them', () => {
  const names = libraries.map(({ name }) => name)
  const recorded = readdirSync(join(import.meta.dirname, 'outcomes')).map((file) => file.replace(/\.json$/, ''))
  const untested = names.filter((name) => !existsSync(join(import.meta.dirname, `${name}.test.ts`)))

  expect(recorded.toSorted()).toEqual(names.toSorted())
  expect(untested).toEqual([])
})
