import { createHash, randomUUID } from 'node:crypto'
import {
  CompactEncrypt,
  compactDecrypt,
  compactVerify,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
} from 'jose'
import { expect } from 'vitest'
import { algorithms, signBy, signerOf, triedOf } from './client-authentication.ts'
import { keysOf, userinfo } from './endpoints.ts'
import type { Proof } from './proof.ts'
import { listOf, redirectUri, secret, signer, some, type Walk } from './walk.ts'

const kinds = ['id_token', 'userinfo', 'introspection', 'authorization'] as const
type Kind = (typeof kinds)[number]

const rsa = await generateKeyPair('RSA-OAEP', { extractable: true })
const ec = await generateKeyPair('ECDH-ES', { extractable: true })
const decryption = { RSA: await exportJWK(rsa.privateKey), EC: await exportJWK(ec.privateKey) }
const jwks = {
  keys: [
    { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', use: 'enc' },
    { ...(await exportJWK(ec.publicKey)), kid: 'ec', use: 'enc' },
    { ...(await exportJWK(signer.publicKey)), kid: 'sig', use: 'sig', alg: 'ES256' },
  ],
}

const encryptions = ['RSA-OAEP', 'RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512', 'RSA1_5', 'ECDH-ES', 'ECDH-ES+A128KW']
const moreEncryptions = [
  'ECDH-ES+A192KW',
  'ECDH-ES+A256KW',
  'dir',
  'A128KW',
  'A192KW',
  'A256KW',
  'A128GCMKW',
  'A192GCMKW',
]
export const encryptionAlgorithms = [...encryptions, ...moreEncryptions, 'A256GCMKW', 'PBES2-HS256+A128KW']
const contents = ['A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512', 'A128GCM', 'A192GCM', 'A256GCM', 'XC20P']

/** @see {@link https://openid.net/specs/openid-connect-core-1_0.html#Encryption OpenID Connect Core 10.2} */
function sharedKey(alg: string, enc: string): Uint8Array {
  const composite = /HS(\d{3})$/.exec(enc)?.[1]
  const bits = Number(alg === 'dir' ? (composite ?? /\d{3}/.exec(enc)?.[0]) : /\d{3}/.exec(alg)?.[0])
  const hash = bits <= 256 ? 'sha256' : `sha${bits}`
  return new Uint8Array(
    createHash(hash)
      .update(secret)
      .digest()
      .subarray(0, bits / 8),
  )
}

function decryptionKey(alg: string, enc: string) {
  if (alg.startsWith('RSA')) return decryption.RSA
  return alg.startsWith('ECDH') ? decryption.EC : sharedKey(alg, enc)
}

/** Opens what was encrypted, and checks what was signed, by exactly what was asked for. */
async function open(walk: Walk, what: string, token: string, wish: { signing: string; alg?: string; enc?: string }) {
  let jws = token
  if (wish.alg !== undefined && wish.enc !== undefined) {
    expect(decodeProtectedHeader(token), what).toMatchObject({ alg: wish.alg, enc: wish.enc })
    const { plaintext } = await compactDecrypt(token, decryptionKey(wish.alg, wish.enc) as Uint8Array)
    jws = new TextDecoder().decode(plaintext)
  }
  expect(decodeProtectedHeader(jws).alg, what).toBe(wish.signing)
  const key = wish.signing.startsWith('HS') ? new TextEncoder().encode(secret) : await keysOf(walk)
  const { payload } = await compactVerify(jws, key as Uint8Array)
  return JSON.parse(new TextDecoder().decode(payload)) as JWTPayload
}

/** Has one kind of token made as a client wishes, and reads it. */
async function meet(walk: Walk, kind: Kind, wish: { signing: string; alg?: string; enc?: string }): Promise<void> {
  const what = `${kind} ${Object.values(wish).join(' ')}`
  const id = await walk.client({
    jwks,
    [`${kind}_signed_response_alg`]: wish.signing,
    ...(wish.alg && { [`${kind}_encrypted_response_alg`]: wish.alg, [`${kind}_encrypted_response_enc`]: wish.enc }),
  })
  const asked: Record<string, string> = kind === 'authorization' ? { response_mode: 'jwt' } : {}
  if (kind === 'authorization') {
    const { answer } = await walk.authorize(id, asked)
    expect(await open(walk, what, answer.response ?? '', wish)).toMatchObject({ code: expect.any(String), aud: id })
    return
  }
  const body = await walk.login(id)
  const token = body.access_token as string
  if (kind === 'id_token') {
    expect(await open(walk, what, body.id_token as string, wish)).toMatchObject({ sub: '100101', aud: id })
  } else if (kind === 'userinfo') {
    expect(await open(walk, what, (await userinfo(walk, token)).text, wish)).toMatchObject({ sub: '100101' })
  } else {
    const basic = `Basic ${btoa(`${id}:${secret}`)}`
    const headers = { authorization: basic, accept: 'application/token-introspection+jwt' }
    const { text } = await walk.post('introspection_endpoint', id, { token }, headers)
    expect(await open(walk, what, text, wish)).toMatchObject({ token_introspection: { active: true } })
  }
}

const usualAlg = (walk: Walk) => (walk.issuer.name === 'es256' ? 'ES256' : 'RS256')

function proofsOf(kind: Kind): Record<string, Proof> {
  const [signing, alg, enc] = [
    `${kind}_signing_alg_values_supported`,
    `${kind}_encryption_alg_values_supported`,
    `${kind}_encryption_enc_values_supported`,
  ] as const
  /** A client that wishes for what is not there is not declared. */
  async function refuse(walk: Walk, members: Record<string, string>): Promise<void> {
    await expect(walk.client({ jwks, ...members }), JSON.stringify(members)).rejects.toThrow(/alg|enc|supported/)
  }
  return {
    [signing]: {
      async stated(walk) {
        for (const each of some(walk, listOf(walk, signing))) await meet(walk, kind, { signing: each })
        const others = algorithms.filter((each) => !listOf(walk, signing).includes(each))
        for (const other of some(walk, others)) await refuse(walk, { [`${kind}_signed_response_alg`]: other })
      },
    },
    [alg]: {
      async stated(walk) {
        const contentList = listOf(walk, enc)
        for (const [index, each] of some(walk, listOf(walk, alg)).entries()) {
          await meet(walk, kind, {
            signing: usualAlg(walk),
            alg: each,
            enc: contentList[index % contentList.length] as string,
          })
        }
        const others = encryptionAlgorithms.filter((each) => !listOf(walk, alg).includes(each))
        for (const other of some(walk, others)) await refuse(walk, { [`${kind}_encrypted_response_alg`]: other })
      },
    },
    [enc]: {
      async stated(walk) {
        for (const each of some(walk, listOf(walk, enc)))
          await meet(walk, kind, { signing: usualAlg(walk), alg: 'dir', enc: each })
        const others = contents.filter((each) => !listOf(walk, enc).includes(each))
        for (const other of some(walk, others)) {
          await refuse(walk, { [`${kind}_encrypted_response_alg`]: 'dir', [`${kind}_encrypted_response_enc`]: other })
        }
      },
    },
  }
}

const request = { redirect_uri: redirectUri, response_type: 'code', scope: 'openid', state: 'inside' }

/** Where a request object lands. */
async function requestBy(walk: Walk, members: Record<string, unknown>, make: (id: string) => Promise<string>) {
  const id = await walk.client(members)
  return (await walk.authorize(id, { request: await make(id) })).answer
}

async function encrypted(walk: Walk, alg: string, enc: string): Promise<void> {
  const answer = await requestBy(
    walk,
    { request_object_encryption_alg: alg, request_object_encryption_enc: enc },
    async (id) => {
      const signed = await walk.sign({ client_id: id, ...request }, id)
      return new CompactEncrypt(new TextEncoder().encode(signed))
        .setProtectedHeader({ alg, enc, cty: 'JWT' })
        .encrypt(sharedKey(alg, enc))
    },
  )
  expect(answer, `${alg} ${enc}`).toMatchObject({ state: 'inside', code: expect.any(String) })
}

/** A member whose algorithms sign what a client sends. */
function signedByClients(
  member: string,
  promise: string,
  send: (walk: Walk, id: string, alg: string) => Promise<unknown>,
): Proof {
  return {
    async stated(walk) {
      const stated = listOf(walk, member)
      for (const alg of triedOf(walk, stated)) {
        if (!stated.includes(alg)) {
          await expect(walk.client({ [promise]: alg }), alg).rejects.toThrow(/alg/)
          continue
        }
        const { jwks: own } = await signerOf(alg)
        const id = await walk.client({ [promise]: alg, ...(own && { jwks: own }) })
        expect(await send(walk, id, alg), alg).toBe(true)
      }
    },
  }
}

/** Whether a token is bound by a proof of this algorithm. */
async function proves(walk: Walk, id: string, alg: string, nonce?: string): Promise<string> {
  const kind = alg === 'none' ? 'ES256' : alg
  const { key, jwks: own } = await signerOf(kind)
  const htu = walk.metadata.token_endpoint as string
  const { kid: _kid, use: _use, ...jwk } = (own?.keys[0] ?? { kty: 'oct', kid: '', use: '' }) as Record<string, unknown>
  const claims = { htm: 'POST', htu, jti: randomUUID(), ...(nonce && { nonce }) }
  const proof = await new SignJWT(claims)
    .setProtectedHeader({ alg: kind, typ: 'dpop+jwt', jwk: jwk as never })
    .setIssuedAt()
    .sign(key)
  const [, payload, signature] = proof.split('.')
  const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'dpop+jwt', jwk })).toString('base64url')
  const DPoP = alg === 'none' ? `${header}.${payload}.${signature}` : proof
  const answer = await walk.post('token_endpoint', id, { grant_type: 'client_credentials' }, { DPoP })
  const wanted = answer.headers.get('dpop-nonce')
  if (answer.body.error === 'use_dpop_nonce' && nonce === undefined && wanted) return proves(walk, id, alg, wanted)
  return (answer.body.token_type ?? answer.body.error) as string
}

export const jose: Record<string, Proof> = {
  ...Object.assign({}, ...kinds.map(proofsOf)),
  request_object_signing_alg_values_supported: signedByClients(
    'request_object_signing_alg_values_supported',
    'request_object_signing_alg',
    async (walk, id, alg) => {
      const object = await signBy(alg, id, { client_id: id, ...request }, walk.url)
      return (await walk.authorize(id, { request: object })).answer.state === 'inside'
    },
  ),
  backchannel_authentication_request_signing_alg_values_supported: signedByClients(
    'backchannel_authentication_request_signing_alg_values_supported',
    'backchannel_authentication_request_signing_alg',
    async (walk, id, alg) => {
      const now = Math.floor(Date.now() / 1000)
      const object = await signBy(alg, id, { scope: 'openid', login_hint: 'alice', nbf: now }, walk.url)
      const answer = await walk.post('backchannel_authentication_endpoint', id, { request: object })
      return answer.status === 200 || answer.text
    },
  ),
  request_object_encryption_alg_values_supported: {
    async stated(walk) {
      const enc = listOf(walk, 'request_object_encryption_enc_values_supported')
      const stated = listOf(walk, 'request_object_encryption_alg_values_supported')
      for (const [index, alg] of some(walk, stated).entries())
        await encrypted(walk, alg, enc[index % enc.length] as string)
      for (const alg of some(walk, encryptionAlgorithms).filter((each) => !stated.includes(each))) {
        await expect(walk.client({ request_object_encryption_alg: alg }), alg).rejects.toThrow(/alg/)
      }
    },
  },
  request_object_encryption_enc_values_supported: {
    async stated(walk) {
      for (const enc of listOf(walk, 'request_object_encryption_enc_values_supported'))
        await encrypted(walk, 'dir', enc)
    },
  },
  dpop_signing_alg_values_supported: {
    async stated(walk) {
      const id = await walk.client()
      const stated = listOf(walk, 'dpop_signing_alg_values_supported')
      for (const alg of algorithms.filter((each) => each !== 'ES256K')) {
        const told = await proves(walk, id, alg)
        expect(told, alg).toMatch(stated.includes(alg) ? /^DPoP$/ : /^invalid_dpop_proof$/)
      }
    },
  },
}
