import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { expect, test } from 'vitest'
import { postQuantumAlgorithms } from '../../src/provider/key-algorithms.ts'
import { describeKeys, rotateKeys } from '../../src/provider/key-rotation.ts'
import { keyFor, signingKey } from '../../src/provider/keys.ts'

async function makeKey(alg: string, kid: string, members: JWK = {}): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), kid, ...members }
}

test('a key that names no algorithm is followed by one of its kind that serves as many', async () => {
  const keys = { keys: [await makeKey('RS256', 'any-rsa'), await makeKey('ES384', 'curve', { alg: 'ES384' })] }

  const rotated = await rotateKeys(keys, { alg: 'PS256', keepOld: false })

  const [made] = rotated.keys
  expect(rotated.keys.map(({ kid }) => kid)).toEqual([expect.stringMatching(/^rsa-/), 'curve'])
  expect(made).not.toHaveProperty('alg')
  expect(signingKey(rotated, 'RS512')).toBe(made)
  expect(rotated).toMatchObject({ base: ['any-rsa', 'curve'], dropped: ['any-rsa'] })
})

test.each([
  ['RS256', { kty: 'RSA' }],
  ['ES256', { kty: 'EC', crv: 'P-256' }],
  ['ES384', { kty: 'EC', crv: 'P-384' }],
  ['ES512', { kty: 'EC', crv: 'P-521' }],
  ['EdDSA', { kty: 'OKP', crv: 'Ed25519' }],
  ...postQuantumAlgorithms.map((alg): [string, JWK] => [alg, { kty: 'AKP' }]),
])('the new key of %s is like the old one', async (alg, kind) => {
  const old = await makeKey(alg, 'old', { alg, use: 'sig' })

  const { keys } = await rotateKeys({ keys: [old] }, { keepOld: true })

  const [made] = keys
  expect(keys).toHaveLength(2)
  expect(made).toMatchObject({ ...kind, alg, use: 'sig', kid: expect.stringContaining(alg.toLowerCase()) })
  expect(made?.n?.length).toBe(old.n?.length)
  expect(made?.d ?? made?.priv).not.toBe(old.d ?? old.priv)
})

test('a key that says its algorithm signs before one that says none', async () => {
  const keys = { keys: [await makeKey('RS256', 'any'), await makeKey('RS256', 'named', { alg: 'RS256' })] }

  const rotated = await rotateKeys(keys, { alg: 'RS256', keepOld: false })

  expect(signingKey(rotated, 'RS256')?.kid).toMatch(/^rs256-/)
  expect(signingKey(rotated, 'PS256')?.kid).toBe('any')
  expect(rotated.dropped).toEqual(['named'])
})

test('nobody knows since when a key of a file is there, and nothing private of it is told', async () => {
  const [view] = describeKeys({ keys: [await makeKey('ES256', 'mine')] })

  expect(view).toEqual({ kid: 'mine', kty: 'EC', crv: 'P-256', current: true })
})

test.each([
  ['PS256', { kty: 'RSA' }],
  ['RS512', { kty: 'RSA' }],
  ['ES384', { kty: 'EC', crv: 'P-384' }],
  ['Ed25519', { kty: 'OKP', crv: 'Ed25519' }],
  ...postQuantumAlgorithms.map((alg): [string, JWK] => [alg, { kty: 'AKP' }]),
])('an algorithm that has no key gets its first one: %s', async (alg, kind) => {
  const old = await makeKey('ES256', 'old', { alg: 'ES256' })

  const rotated = await rotateKeys({ keys: [old] }, { alg, keepOld: false })

  expect(rotated.keys).toEqual([expect.objectContaining({ ...kind, alg, use: 'sig' }), old])
  expect(signingKey(rotated, alg)?.kid).toMatch(new RegExp(`^${alg.toLowerCase()}-`))
  expect(rotated.dropped).toBeUndefined()
})

test.each(['RS1024', 'HS256', 'none'])('there can be no key of %s', async (alg) => {
  const keys = { keys: [await makeKey('ES256', 'old', { alg: 'ES256' })] }

  await expect(rotateKeys(keys, { alg, keepOld: true })).rejects.toMatchObject({ code: 'ERR_KEY_ALG' })
})

test.each([
  ['RSA-OAEP-256', { kty: 'RSA' }],
  ['ECDH-ES+A128KW', { kty: 'EC', crv: 'P-256' }],
])('what clients encrypt by %s gets its first key, which signs nothing', async (alg, kind) => {
  const signing = await makeKey('ES256', 'signing', { alg: 'ES256' })

  const rotated = await rotateKeys({ keys: [signing] }, { alg, keepOld: false })

  expect(rotated.keys).toEqual([signing, expect.objectContaining({ ...kind, alg, use: 'enc' })])
  expect(keyFor(rotated, alg)).toBe(rotated.keys[1])
  expect(signingKey(rotated, alg)).toBeUndefined()
})

test('a rotation of one use leaves the keys of the other alone', async () => {
  const signing = await makeKey('ES256', 'signing', { use: 'sig' })
  const decrypting = await makeKey('ECDH-ES', 'decrypting', { use: 'enc' })
  const x25519 = {
    ...(await exportJWK((await generateKeyPair('ECDH-ES', { crv: 'X25519', extractable: true })).privateKey)),
    kid: 'x',
    use: 'enc',
  }

  const signs = await rotateKeys({ keys: [signing, decrypting] }, { alg: 'ES256', keepOld: false })
  const decrypts = await rotateKeys({ keys: [signing, x25519] }, { alg: 'ECDH-ES', keepOld: true })

  expect(signs.keys.map(({ kid }) => kid)).toEqual([expect.any(String), 'decrypting'])
  expect(decrypts.keys.map(({ crv, kid }) => [crv, kid])).toEqual([
    ['P-256', 'signing'],
    ['X25519', expect.any(String)],
    ['X25519', 'x'],
  ])
})
