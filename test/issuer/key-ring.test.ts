import { beforeAll, beforeEach, expect, test } from 'vitest'
import { KeyRing } from '../../src/issuer/key-ring.ts'
import type { SigningKeys } from '../../src/provider/keys.ts'
import { makeKeys } from '../../src/provider/make-keys.ts'

let given: SigningKeys
let others: SigningKeys
let remembered: (SigningKeys | undefined)[]
let ring: KeyRing

beforeAll(async () => {
  given = { keys: await makeKeys() }
  others = { keys: await makeKeys() }
})
beforeEach(() => {
  remembered = []
  ring = new KeyRing(given, (kept) => remembered.push(kept))
})

test('a rotation holds while the same keys are declared, and ends where others are', async () => {
  await ring.rotate({ alg: 'ES256', keepOld: true })
  const rotated = ring.current

  ring.adopt({ keys: [...given.keys] })
  expect(ring.current).toBe(rotated)
  ring.adopt(others)
  expect(ring.current).toBe(others)
  expect(remembered).toEqual([rotated, undefined])
})

test('a stored rotation is taken up only for the keys that it was made from', async () => {
  await ring.rotate({ alg: 'ES256', keepOld: true })
  const [rotated] = remembered
  const same = new KeyRing(given, () => {})
  const changed = new KeyRing(others, () => {})

  expect(same.restore(rotated)).toBe(true)
  expect(same.current).toBe(rotated)
  expect(changed.restore(rotated)).toBe(false)
  expect(changed.current).toBe(others)
})

test('keys that are declared while a rotation is under way are not overrun by it', async () => {
  const rotation = ring.rotate({ keepOld: true })
  // It has begun by then, and takes as long as an RSA key.
  await Promise.resolve()
  ring.adopt(others)

  await rotation
  expect(ring.current).toBe(others)
})

test('a rotation that fails leaves the keys alone, and the next one goes on', async () => {
  await expect(ring.rotate({ alg: 'RS1024', keepOld: true })).rejects.toMatchObject({ code: 'ERR_KEY_ALG' })
  expect(ring.current).toBe(given)
  await ring.rotate({ alg: 'EdDSA', keepOld: false })
  expect(ring.current.keys).toHaveLength(3)
  expect(ring.current.dropped).toEqual([given.keys[2]?.kid])
})
