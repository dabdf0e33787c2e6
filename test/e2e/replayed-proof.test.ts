import { createHash } from 'node:crypto'
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

test('userinfo refuses it with 401 and a challenge that says so', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  await using idp = await startUnderstudy({
    fixtures: { users: ['alice'], clients: [{ client_id: 'app', client_secret: 's', grant_types: ['password'] }] },
  })
  const jwk = await exportJWK(publicKey)
  const prove = (htm: string, path: string, claims: object) =>
    new SignJWT({ htm, htu: `${idp.url}${path}`, ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .setIssuedAt()
      .sign(privateKey)
  const tokens = await fetch(`${idp.url}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('app:s')}`, DPoP: await prove('POST', '/token', { jti: 'one' }) },
    body: new URLSearchParams({ grant_type: 'password', username: 'alice', password: 'any', scope: 'openid' }),
  })
  const { access_token: token } = (await tokens.json()) as { access_token: string }
  const ath = createHash('sha256').update(token).digest('base64url')
  const headers = { authorization: `DPoP ${token}`, DPoP: await prove('GET', '/me', { jti: 'two', ath }) }
  const ask = () => fetch(`${idp.url}/me`, { headers })

  const first = await ask()
  const second = await ask()

  expect(first.status).toBe(200)
  expect(second.status).toBe(401)
  expect(await second.json()).toMatchObject({ error: 'invalid_token' })
  expect(second.headers.get('www-authenticate')).toMatch(/^DPoP .*error="invalid_token".*Replay detected/)
})
