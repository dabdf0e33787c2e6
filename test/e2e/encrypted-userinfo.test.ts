import { createHash } from 'node:crypto'
import { compactDecrypt, exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'

const secret = 'a-secret-of-at-least-thirty-two-bytes'
const pair = await generateKeyPair('RSA-OAEP', { extractable: true })
const jwks = JSON.parse(JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), use: 'enc', kid: 'mine' }] }))
const usual = { client_secret: secret, redirect_uris: ['http://localhost:3000/callback'] }

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: {
      registration: { enabled: true },
      users: [{ username: 'alice', sub: '100101', claims: { email: 'alice@example.com' } }],
      token_rules: [{ when: { client: 'by-key' }, token: 'userinfo', claims: { ruled: true } }],
      clients: [
        { client_id: 'by-key', ...usual, jwks, userinfo_encrypted_response_alg: 'RSA-OAEP' },
        {
          client_id: 'by-secret',
          ...usual,
          userinfo_encrypted_response_alg: 'A128KW',
          userinfo_encrypted_response_enc: 'A256GCM',
        },
      ],
    },
  })
})

afterAll(() => idp.close())

async function userinfoFor(client: string) {
  const { access_token: token } = await idp.tokens({ client, user: 'alice', scope: 'openid email' })
  return fetch(`${idp.url}/me`, { headers: { authorization: `Bearer ${token}` } })
}

test('userinfo that is encrypted and not signed holds the claims themselves', async () => {
  const response = await userinfoFor('by-key')

  expect(response.headers.get('content-type')).toMatch(/^application\/jwt\b/)
  const { plaintext, protectedHeader } = await compactDecrypt(await response.text(), pair.privateKey)
  expect(protectedHeader).toMatchObject({
    alg: 'RSA-OAEP',
    enc: 'A128CBC-HS256',
    kid: 'mine',
    iss: idp.url,
    aud: 'by-key',
  })
  expect(protectedHeader).not.toHaveProperty('cty')
  expect(JSON.parse(new TextDecoder().decode(plaintext))).toEqual({
    sub: '100101',
    email: 'alice@example.com',
    ruled: true,
  })
})

test('it may be encrypted with the secret', async () => {
  const key = createHash('sha256').update(secret).digest().subarray(0, 16)

  const { plaintext } = await compactDecrypt(await (await userinfoFor('by-secret')).text(), key)

  expect(JSON.parse(new TextDecoder().decode(plaintext))).toMatchObject({ sub: '100101', email: 'alice@example.com' })
})

test('a client may register for it', async () => {
  const metadata = { redirect_uris: usual.redirect_uris, jwks, userinfo_encrypted_response_alg: 'RSA-OAEP' }

  const response = await fetch(`${idp.url}/reg`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(metadata),
  })

  expect(response.status).toBe(201)
  const registered = await response.json()
  expect(registered).toMatchObject({ userinfo_encrypted_response_alg: 'RSA-OAEP' })
  expect(registered).not.toHaveProperty('userinfo_signed_response_alg')
})
