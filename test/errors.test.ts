import { expect, test } from 'vitest'
import { didYouMean, ended, formatPath } from '../src/errors.ts'

test.each([
  ['nope', ['zoe', 'bob'], ''],
  ['bogus', ['alg'], ''],
  ['algo', ['alg'], ' Did you mean "alg"?'],
  ['bo', ['bob'], ' Did you mean "bob"?'],
  ['wiht', ['with'], ' Did you mean "with"?'],
  ['alcie', ['alice'], ' Did you mean "alice"?'],
  ['slow_dwn', ['slow_down'], ' Did you mean "slow_down"?'],
])('of %s among %j is guessed:%s', (word, candidates, guess) => {
  expect(didYouMean(word, candidates)).toBe(guess)
})

test.each([
  ['text', 'text.'],
  ['text.', 'text.'],
  ['text?', 'text?'],
  ['text. Did you mean "a"?', 'text. Did you mean "a"?'],
])('%s has one end mark', (text, sentence) => {
  expect(ended(text)).toBe(sentence)
})

test('paths are written as people write them', () => {
  expect(formatPath(['expect', 0, 'when', 'a b'])).toBe('expect[0].when["a b"]')
})
