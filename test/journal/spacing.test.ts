import { expect, test } from 'vitest'
import { PollSpacing } from '../../src/journal/spacing.ts'

test('the interval grows by five seconds with every slow_down', () => {
  const spacing = new PollSpacing()
  const note = (atSeconds: number, slowedDown: boolean) => spacing.note('code', atSeconds * 1000, 5, slowedDown)

  expect(note(0, false)).toBeUndefined()
  expect(note(5, true)).toEqual({ sincePreviousMs: 5000, requiredMs: 5000 })
  expect(note(11, true)).toEqual({ sincePreviousMs: 6000, requiredMs: 10_000 })
  expect(note(26, false)).toEqual({ sincePreviousMs: 15_000, requiredMs: 15_000 })
  expect(note(27, false)).toEqual({ sincePreviousMs: 1000, requiredMs: 15_000 })
})

test('each code has a pace of its own', () => {
  const spacing = new PollSpacing()
  spacing.note('a', 0, 5, true)

  expect(spacing.note('b', 1000, 5, false)).toBeUndefined()
  expect(spacing.note('b', 2000, 5, false)).toEqual({ sincePreviousMs: 1000, requiredMs: 5000 })
})
