import { decodeProtectedHeader } from 'jose'
import { expect, test } from 'vitest'
import { startUnderstudy } from '../../src/index.ts'
import { discover, login } from './flows.ts'

test('an algorithm that an issuer has been given a key of signs ID tokens of clients that ask for it', async () => {
  await using idp = await startUnderstudy()
  const app = {
    client_secret: 'app-secret',
    redirect_uris: ['http://localhost:3000/callback'],
    id_token_signed_response_alg: 'PS256' as const,
  }
  await expect(idp.clients.put('app', app)).rejects.toThrow('Name a file with such a key in keys')
  await idp.keys.rotate({ alg: 'PS256' })

  await idp.clients.put('app', app)

  const config = await discover(idp.url, 'app', 'app-secret')
  Object.assign(config.clientMetadata(), { id_token_signed_response_alg: 'PS256' })
  const { tokens } = await login(config)

  expect(config.serverMetadata().id_token_signing_alg_values_supported).toContain('PS256')
  expect(decodeProtectedHeader(tokens.id_token ?? '')).toMatchObject({ alg: 'PS256', kid: expect.any(String) })
})
