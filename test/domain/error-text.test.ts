import { expect, test } from 'vitest'
import { errorText } from '../../src/domain/error-text.ts'

test.each([
  ['all is well, (even) {this} ~', 'all is well, (even) {this} ~'],
  ['there is no "user" here', "there is no 'user' here"],
  ['C:\\temp', 'C:/temp'],
  ['“Zoë” – Straße…', "'Zoe' - Strasse..."],
  ['two\r\nlines\tand more', 'two  lines and more'],
  ['日本 🙂', '?? ?'],
])('%j is told as %j', (text, told) => {
  expect(errorText(text)).toBe(told)
  expect(errorText(text)).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/)
})
