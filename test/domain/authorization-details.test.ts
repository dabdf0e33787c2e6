import { expect, test } from 'vitest'
import { authorizationDetailTypeSchema, detailMistake, isWithin } from '../../src/domain/authorization-details.ts'

const declared = authorizationDetailTypeSchema.parse({
  required: ['amount'],
  members: ['note'],
  actions: ['pay', 'see'],
})

test.each([
  [{ amount: 1 }, undefined],
  [{ amount: 1, note: 'x', identifier: 'i', locations: ['https://bank.example'], actions: ['see'] }, undefined],
  [{}, "need the member 'amount'"],
  [{ amount: 1, tip: 2 }, "have no member 'tip'"],
  [{ amount: 1, actions: ['steal'] }, "cannot have 'steal' among their actions"],
  [{ amount: 1, actions: 'pay' }, "'actions' must be an array of non-empty strings"],
  [{ amount: 1, locations: [''] }, "'locations' must be an array of non-empty strings"],
])('%j: %s', (members, mistake) => {
  const told = detailMistake({ type: 'payment', ...members }, declared)

  if (mistake === undefined) expect(told).toBeUndefined()
  else expect(told).toContain(mistake)
})

test('a type of which nothing is declared takes anything', () => {
  const open = authorizationDetailTypeSchema.parse({})

  expect(detailMistake({ type: 'any', whatever: { nested: [1] }, actions: ['x'] }, open)).toBeUndefined()
})

const granted = { type: 'payment', actions: ['pay', 'see'], amount: { currency: 'EUR', value: [1, 2] } }

test.each([
  [granted, true],
  [{ ...granted, actions: ['see'] }, true],
  [{ ...granted, actions: [] }, true],
  [{ ...granted, actions: ['see', 'steal'] }, false],
  [{ ...granted, amount: { value: [1, 2], currency: 'EUR' } }, true],
  [{ ...granted, amount: { currency: 'EUR', value: [2, 1] } }, false],
  [{ ...granted, amount: { currency: 'EUR' } }, false],
  [{ ...granted, amount: null }, false],
  [{ ...granted, note: 'more' }, false],
  [{ type: 'payment', amount: granted.amount }, false],
  [{ ...granted, type: 'other' }, false],
])('%j is within what was granted: %s', (asked, expected) => {
  expect(isWithin(asked, granted)).toBe(expected)
})
