import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRemoteJWKSet, decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify } from 'jose'
import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { startUnderstudy } from '../../src/index.ts'
import { postQuantumAlgorithms } from '../../src/provider/key-algorithms.ts'
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

describe.skipIf(postQuantumAlgorithms.length === 0)('ML-DSA', () => {
  test.each(postQuantumAlgorithms)('a key of %s in a file signs ID tokens and access tokens', async (alg) => {
    const folder = await mkdtemp(join(tmpdir(), 'understudy-keys-'))
    const { privateKey } = await generateKeyPair(alg, { extractable: true })
    const jwk = await exportJWK(privateKey)
    await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys: [{ ...jwk, alg, kid: 'pq' }] }))
    const app = { client_id: 'app', client_secret: 'app-secret', redirect_uris: ['http://localhost:3000/callback'] }
    await using idp = await startUnderstudy({
      fixtures: {
        keys: join(folder, 'keys.json'),
        id_token: { signed_response_alg: alg },
        users: ['alice'],
        clients: [{ ...app, userinfo_signed_response_alg: alg }],
      },
    })
    const jwks = createRemoteJWKSet(new URL(`${idp.url}/jwks`))

    const config = await discover(idp.url, 'app', 'app-secret')
    Object.assign(config.clientMetadata(), { id_token_signed_response_alg: alg, userinfo_signed_response_alg: alg })
    client.enableNonRepudiationChecks(config)
    const { tokens } = await login(config)
    const info = await client.fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck)
    const verified = await Promise.all([tokens.id_token ?? '', tokens.access_token].map((jwt) => jwtVerify(jwt, jwks)))

    for (const { protectedHeader } of verified) expect(protectedHeader).toMatchObject({ alg, kid: 'pq' })
    expect(info.sub).toBe('alice')
    const shake = createHash('shake256', { outputLength: 64 }).update(tokens.access_token).digest()
    expect(verified[0]?.payload.at_hash).toBe(shake.subarray(0, 32).toString('base64url'))
    await rm(folder, { recursive: true })
  })

  test.each(postQuantumAlgorithms)(
    'an issuer is given a key of %s while it runs, and spoils its signature',
    async (alg) => {
      await using idp = await startUnderstudy()
      await idp.keys.rotate({ alg })
      await idp.clients.put('app', {
        client_secret: 'app-secret',
        redirect_uris: ['http://localhost:3000/callback'],
        id_token_signed_response_alg: alg,
      })
      const jwks = createRemoteJWKSet(new URL(`${idp.url}/jwks`))
      const order = { type: 'id_token', client: 'app', user: 'alice' } as const

      const good = await idp.tokens(order)
      const bad = await idp.tokens({ ...order, faults: ['invalid-sig'] })
      const rogue = await idp.tokens({ ...order, faults: ['rogue-key'] })

      expect(decodeProtectedHeader(good.id_token ?? '').alg).toBe(alg)
      await expect(jwtVerify(good.id_token ?? '', jwks)).resolves.toBeDefined()
      for (const { id_token: token = '' } of [bad, rogue]) {
        await expect(jwtVerify(token, jwks)).rejects.toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' })
      }
    },
  )
})
