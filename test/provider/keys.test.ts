import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, type JWK } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startUnderstudy } from '../../src/index.ts'
import { readKeys } from '../../src/provider/keys.ts'

const curve = (namedCurve: string) =>
  generateKeyPairSync('ec', { namedCurve }).privateKey.export({ format: 'jwk' }) as JWK
const p256 = curve('P-256')
const p384 = curve('P-384')
const x25519 = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' }) as JWK

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-keys-'))
  file = join(folder, 'keys.json')
})

afterEach(() => rm(folder, { recursive: true }))

const writeKeys = (...keys: JWK[]) => writeFile(file, JSON.stringify({ keys }))

test.each<[string, JWK[], string]>([
  [
    'a kid twice',
    [
      { ...p256, kid: 'a' },
      { ...p384, kid: 'a' },
    ],
    'keys[1] has the "kid" of a key before it, "a"',
  ],
  ['a key twice', [p256, p256], 'keys[1] has the "kid" of a key before it'],
  [
    'a key for something else',
    [{ ...p256, use: 'tls' }],
    'keys[0] is neither for signing ("sig") nor for encryption ("enc"): its "use" is "tls"',
  ],
  [
    'an alg of no signature',
    [p384, { ...p256, use: 'sig', alg: 'ECDH-ES' }],
    'keys[1] has the "alg" "ECDH-ES", but EC P-256 signs with',
  ],
  [
    'an alg of no decryption',
    [p384, { ...p256, use: 'enc', alg: 'ES256' }],
    'keys[1] has the "alg" "ES256", but EC P-256 decrypts with ECDH-ES',
  ],
  [
    'an alg of another kind of key',
    [{ ...p256, alg: 'RSA-OAEP' }],
    'keys[0] has the "alg" "RSA-OAEP", but EC P-256 decrypts with ECDH-ES',
  ],
  [
    'an alg of another curve',
    [{ ...p384, alg: 'ES256' }],
    'keys[0] has the "alg" "ES256", but EC P-384 signs with ES384',
  ],
  [
    'a kind that does not sign',
    [x25519],
    'keys[0] does not sign: no algorithm is known for OKP X25519. Say "use": "enc" if it is for that',
  ],
  ['a public key', [{ ...p256, d: undefined } as JWK], 'keys[0] is no private key, it has no "d"'],
  [
    'a public key of ML-DSA',
    [{ kty: 'AKP', alg: 'ML-DSA-44', pub: 'x' }],
    'keys[0] is no private key, it has no "priv"',
  ],
  [
    'an algorithm that there is not',
    [{ kty: 'AKP', alg: 'ML-DSA-1', priv: 'x', pub: 'x' }],
    'keys[0] does not sign: no algorithm is known for AKP ML-DSA-1',
  ],
])('%s is refused', async (_what, keys, message) => {
  await writeKeys(...keys)

  await expect(readKeys(file)).rejects.toMatchObject({
    code: 'ERR_KEYS_INVALID',
    message: expect.stringContaining(`Failed to read the keys of ${file}: ${message}`),
  })
})

test('a key without a key id goes by its thumbprint, in JWTs and JWKS alike', async () => {
  await writeKeys(p384, p256)
  const kid = await calculateJwkThumbprint(p256)
  const idp = await startUnderstudy({
    fixtures: {
      keys: file,
      id_token: { signed_response_alg: 'ES256' },
      clients: [{ client_id: 'job', client_secret: 's', grant_types: ['client_credentials'] }],
    },
  })

  const accessToken = await tokenOf(idp.url)
  const jwks = (await (await fetch(`${idp.url}/jwks`)).json()) as { keys: JWK[] }
  await idp.close()

  expect(decodeProtectedHeader(accessToken)).toMatchObject({ alg: 'ES256', kid })
  expect(jwks.keys.map(({ kid }) => kid)).toContain(kid)
})

async function tokenOf(url: string): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'job', client_secret: 's' })
  const response = await fetch(`${url}/token`, { method: 'POST', body })
  return ((await response.json()) as { access_token: string }).access_token
}

test.each([
  ['access_token: { signed_response_alg: PS256 }', '1:38 access_token.signed_response_alg', '"PS256"'],
  ['access_token: { signed_response_alg: HS256 }', '1:38 access_token.signed_response_alg', '"HS256"'],
  [
    'id_token: { signed_response_alg: RS265 }',
    '1:34 id_token.signed_response_alg',
    'There are: RS256, ES256, EdDSA, HS256',
  ],
  [
    'clients: [{ client_id: tv, grant_types: [device_code], access_token: { signed_response_alg: ES384 } }]',
    '1:93 clients[0].access_token.signed_response_alg',
    '"ES384"',
  ],
  [
    'issuers: { p: { access_token: { signed_response_alg: PS256 } } }',
    'issuers.p.access_token.signed_response_alg',
    '',
  ],
])('%s is a mistake at its place', async (fixtures, place, hint) => {
  const path = join(folder, 'fixtures.yaml')
  await writeFile(path, fixtures)

  const { message } = await startUnderstudy({ fixtures: path }).then(
    () => expect.unreachable(),
    (error: Error) => error,
  )

  expect(message).toContain('one mistake')
  expect(message).toContain(place)
  expect(message).toContain(hint)
})

test('keys that do not fit the usual algorithm are told of where they are named', async () => {
  await writeKeys(p256)

  const starting = startUnderstudy({ fixtures: { keys: file } })

  await expect(starting).rejects.toThrow('keys: the issuer has no key that signs with "RS256". There are: ES256')
})

test('where ID tokens are signed with secrets, access tokens still take a key', async () => {
  const idp = await startUnderstudy({
    fixtures: {
      id_token: { signed_response_alg: 'HS256' },
      clients: [{ client_id: 'job', client_secret: 's', grant_types: ['client_credentials'] }],
    },
  })

  const accessToken = await tokenOf(idp.url)
  await idp.close()

  expect(decodeProtectedHeader(accessToken).alg).toBe('RS256')
  expect(decodeJwt(accessToken).client_id).toBe('job')
})
