import { expect, test } from 'vitest'
import { Clearings } from '../../src/journal/clearings.ts'

const tagged =
  (...tags: string[]) =>
  () =>
    tags

test('what had begun before all was cleared is among it, whatever its tag', () => {
  const clearings = new Clearings()
  const before = clearings.count
  clearings.note()

  expect(clearings.includes(before, tagged())).toBe(true)
  expect(clearings.includes(clearings.count, tagged('red'))).toBe(false)
})

test('of what had begun before a tag was cleared, that which has the tag is among it', () => {
  const clearings = new Clearings()
  const before = clearings.count
  clearings.note('red')
  const between = clearings.count
  clearings.note('blue')

  expect(clearings.includes(before, tagged('red'))).toBe(true)
  expect(clearings.includes(before, tagged('green', 'blue'))).toBe(true)
  expect(clearings.includes(before, tagged('green'))).toBe(false)
  expect(clearings.includes(between, tagged('red'))).toBe(false)
  expect(clearings.includes(between, tagged('blue'))).toBe(true)
})

test('nobody is asked for tags where nothing was cleared', () => {
  const clearings = new Clearings()

  const asked = () => {
    throw new Error('nobody needs to know')
  }

  expect(clearings.includes(clearings.count, asked)).toBe(false)
})
