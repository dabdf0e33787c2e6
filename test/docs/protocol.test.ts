import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { everyTest } from '../protocol/proof.ts'
import { sections } from '../protocol/rows.ts'
import { pageOf, patternOf, speaksWith } from '../protocol/table.ts'
import { textOf } from './blocks.ts'

const proofs = sections.flatMap(({ rows }) => rows.flatMap(({ proofs }) => proofs))

test('docs/protocol.md says what the rows do; if not, run npx node scripts/protocol.ts', () => {
  expect(textOf('docs/protocol.md')).toBe(pageOf(sections))
})

test('every row has a proof, and every proof is a test that is there', () => {
  const bare = sections.flatMap(({ rows }) => rows.filter(({ proofs: own }) => own.length === 0))
  // Those of the metadata are named by what they prove.
  const named = proofs.filter(({ file, test: name }) => file !== 'e2e/metadata.test.ts' && name !== everyTest)
  const gone = named.filter(({ file, test: name }) => {
    return !readFileSync(join(import.meta.dirname, '..', file), 'utf8').includes(name)
  })

  expect({ bare, gone }).toEqual({ bare: [], gone: [] })
})

test('every proof speaks with what its row says', () => {
  expect(proofs.filter(({ file, with: by }) => !speaksWith(file, by))).toEqual([])
})

test('a name with parameters is found where they are filled in, and nowhere else', () => {
  const pattern = patternOf('openid-client logs in, PKCE %s, with (every) check')

  expect(pattern.test('openid-client logs in, PKCE true, with (every) check')).toBe(true)
  expect(pattern.test('openid-client logs in, PKCE true, with every check')).toBe(false)
  expect(pattern.test('openid-client logs in, PKCE true, with (every) check it has')).toBe(false)
})
