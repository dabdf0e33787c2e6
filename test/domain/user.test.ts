import { expect, test } from 'vitest'
import { userEntrySchema } from '../../src/domain/user.ts'

test('a bare name derives a display name and an e-mail address', () => {
  expect(userEntrySchema.parse('bob')).toEqual({
    username: 'bob',
    sub: 'bob',
    state: 'active',
    claims: { name: 'Bob', email: 'bob@example.com', email_verified: true },
  })
})

test('a whole user has what it says, and its name as sub', () => {
  expect(userEntrySchema.parse({ username: 'bob' })).toEqual({
    username: 'bob',
    sub: 'bob',
    state: 'active',
    claims: {},
  })
  expect(userEntrySchema.parse({ username: 'bob', sub: '7', state: 'locked' })).toMatchObject({
    sub: '7',
    state: 'locked',
  })
})

test.each([{ x: [{ deep: null }] }, { x: 1.5 }, { x: true }])('claims are JSON: %j', (claims) => {
  expect(userEntrySchema.parse({ username: 'bob', claims })).toMatchObject({ claims })
})

test.each([[Number.NaN], [() => 1], [undefined], [[1n]], [{ y: Symbol('z') }]])('claims are nothing but JSON', (x) => {
  expect(userEntrySchema.safeParse({ username: 'bob', claims: { x } }).success).toBe(false)
})
