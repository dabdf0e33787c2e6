import { expect, test } from 'vitest'
import { clientRows } from '../../src/sdk/exam/client-rows.ts'
import { accepted, notCalledBack, notMet } from './outcome.ts'
import { type Row, rows } from './rows.ts'
import { isLapse } from './verdict.ts'

const row = (id: string) => rows.find((each) => each.id === id) as Row

test.each([
  ['invalid-iss at token', accepted, true],
  ['invalid-iss at token', 'callback: CODE', false],
  ['invalid-iss at token', 'refresh: CODE', true],
  ['refresh-token-invalid-issuer at refresh', 'refresh: CODE', false],
  ['invalid-iss at token', notMet, false],
  ['wrong-state at authorization', notCalledBack, false],
  ['aud-as-array at token', accepted, false],
  ['aud-as-array at token', 'callback: CODE', true],
  ['sig-none at token', accepted, false],
  ['sig-none at token', 'callback: CODE', false],
])('%s, %s: that a correct client does otherwise is %s', (id, outcome, expected) => {
  expect(isLapse(row(id), outcome)).toBe(expected)
})

test('no fault that a client can meet is left out', () => {
  const tried = new Set(rows.map(({ fault }) => fault))

  expect(clientRows.filter(({ fault }) => !tried.has(fault))).toEqual([])
})
