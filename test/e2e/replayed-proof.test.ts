import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { startUnderstudy } from '../../src/index.ts'

test('a DPoP proof that was used already is an invalid proof', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  await using idp = await startUnderstudy()
  const endpoint = `${idp.url}/token`
  const DPoP = await new SignJWT({ htm: 'POST', htu: endpoint, jti: 'once' })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(publicKey) })
    .setIssuedAt()
    .sign(privateKey)
  const headers = { authorization: `Basic ${btoa('service:service-secret')}`, DPoP }
  const body = new URLSearchParams({ grant_type: 'client_credentials' })
  const ask = () => fetch(endpoint, { method: 'POST', headers, body })

  const first = await ask()
  const second = await ask()

  expect(first.status).toBe(200)
  expect(second.status).toBe(400)
  expect(await second.json()).toMatchObject({
    error: 'invalid_dpop_proof',
    error_description: expect.stringContaining('Replay detected'),
  })
})
