import { expect, test } from 'vitest'
import { avatar } from '../../../src/http/web/avatar.ts'

test.each([
  [{ username: 'alice', name: 'Alice Liddell' }, 'AL'],
  [{ username: 'alice', name: 'Alice Pleasance Liddell' }, 'AL'],
  [{ username: 'bob' }, 'B'],
  [{ username: 'old.timer' }, 'OT'],
  [{ username: 'x', name: '👩‍🚀 Ada' }, '👩‍🚀A'],
  [{ username: 'x', name: 'é́milie' }, 'É́'],
  [{ username: 'x', name: '   ' }, 'X'],
  [{ username: '---' }, '-'],
])('the initials of %o are %s', (user, initials) => {
  expect(avatar(user).initials).toBe(initials)
})

test('a user keeps a hue, whatever the name', () => {
  const before = avatar({ username: 'alice' })
  const after = avatar({ username: 'alice', name: 'Someone Else' })

  expect(after.hue).toBe(before.hue)
})

test('hues differ among users and stay within the eight of the style', () => {
  const hues = new Set(Array.from({ length: 100 }, (_, index) => avatar({ username: `user${index}` }).hue))

  expect([...hues].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})
