import type { JWK } from 'jose'
import { replaced } from '../answer/members.ts'
import { defineRewriteFault, noParams } from '../fault.ts'

const see = 'https://www.rfc-editor.org/rfc/rfc7517#section-5'
const rotation = 'https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys'
const endpoints = ['jwks'] as const

/** Public keys that nobody signs with any more. */
const retired = {
  rsa: {
    kty: 'RSA',
    e: 'AQAB',
    n: 'wH0uMjqqug0jmyAfkWuQTydnsvhtH0G3SOpgHjmhZ_MNW4fR28nmUbiT2Ifr4foMfiXo93l8oq0UdD5LDCn1ASwcdsaCL17PeaYqGgS3dEopovN-hzOLLB4mVcbjvFaRH7yR_hVlbcqcy9pWAx5aBC1JS_c4hMih8rpSYW8w-hb6qxKZFphhjIVT4S8uLyJgWi0Rcgh-QMG21kJH-su02WBnmffUSpZVHBtKleanvG2xqV9bUmKdjID3uU5E3c_A7g0RRd2L1NHUSA8Xo-sL8do3u-bzLV1PNUiNTV19zJv_3dUw68S30nwWVaPCA9ZefBmf_MHBO0dvcRjCETaZVw',
  },
  p256: {
    kty: 'EC',
    crv: 'P-256',
    x: 'Potg7N1yVyiKqI1GocC1USBP5VER9PqXARbS0JJdGQ8',
    y: '3st9lTbdPEiMFY2rnMNu-hwIv0uhMUUZ1Vx-OYDanqE',
  },
}

/** Key sets that are of no use, or that only a careful client can use. */
export const jwksFaults = [
  defineRewriteFault({
    name: 'jwks-empty',
    summary: 'The JWKS has no keys.',
    see,
    endpoints,
    client: 'reject',
    params: noParams,
    rewrite: (answer) => keysChanged(answer, () => []),
  }),
  defineRewriteFault({
    name: 'jwks-stale',
    summary: 'The JWKS is of yesterday: it has none of the keys that sign now.',
    see: rotation,
    endpoints,
    client: 'reject',
    params: noParams,
    rewrite: (answer) =>
      keysChanged(answer, (keys) => keys.map((key) => ({ ...retiredLike(key), kid: `${key.kid}-old` }))),
  }),
  defineRewriteFault({
    name: 'jwks-duplicate-kid',
    summary: 'Two keys of the JWKS have the same id, and the first is not the one that signs.',
    see: 'https://www.rfc-editor.org/rfc/rfc7517#section-4.5',
    endpoints,
    client: 'either',
    params: noParams,
    rewrite: (answer) => keysChanged(answer, (keys) => keys.flatMap((key) => [retiredLike(key), key])),
  }),
  defineRewriteFault({
    name: 'jwks-unknown-kty',
    summary: 'Among the keys of the JWKS is one of a type that nobody has heard of.',
    see,
    endpoints,
    client: 'accept',
    params: noParams,
    rewrite: (answer) =>
      keysChanged(answer, (keys) => [{ kty: 'understudy', kid: 'unknown-kty', use: 'sig', x: 'AQAB' }, ...keys]),
  }),
  defineRewriteFault({
    name: 'jwks-malformed',
    summary: 'The JWKS is no key set: its keys are an object.',
    see,
    endpoints,
    client: 'reject',
    params: noParams,
    rewrite: (answer) => replaced(answer, 'keys', (keys) => ({ 0: (keys as unknown[])[0] ?? null })),
  }),
] as const

function keysChanged(answer: Parameters<typeof replaced>[0], change: (keys: JWK[]) => JWK[]) {
  return replaced(answer, 'keys', (keys) => change(keys as JWK[]))
}

/** A key that nobody signs with any more, under the id of one that is in use, and for its algorithm where it can be. */
function retiredLike({ kid, alg, use, kty, crv }: JWK): JWK {
  const isLike = kty === 'RSA' || crv === 'P-256'
  return { ...(kty === 'RSA' ? retired.rsa : retired.p256), kid, use, ...(isLike && { alg }) } as JWK
}
