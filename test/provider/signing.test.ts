import { compactVerify, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { expect, test } from 'vitest'
import { createSigners } from '../../src/provider/signing.ts'

test.each(['RS256', 'PS384', 'ES256', 'ES384', 'ES512', 'EdDSA'])(
  '%s signatures are what others verify, whatever their numbers begin with',
  async (alg) => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
    const signer = createSigners({ keys: [{ ...(await exportJWK(privateKey)), alg, kid: 'k' } as JWK] })(alg)
    const key = await importJWK(await exportJWK(publicKey), alg)
    // One number in 256 begins with a zero byte, so this many signatures meet shorter ones in both halves.
    const count = alg.startsWith('ES') ? 600 : 3

    for (let claim = 0; claim < count; claim += 1) {
      const jwt = await signer.sign({ header: { alg, kid: signer.kid }, claims: { claim } })
      const { protectedHeader } = await compactVerify(jwt, key)
      expect(protectedHeader).toEqual({ alg, kid: 'k' })
    }
  },
)
