import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CompactEncrypt,
  createRemoteJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  jwtVerify,
  SignJWT,
} from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FixturesModule, startUnderstudy, type Understudy } from '../../src/index.ts'

const redirectUri = 'http://localhost:3000/callback'
const own = await generateKeyPair('ES256', { extractable: true })
const ownJwk = JSON.parse(JSON.stringify({ ...(await exportJWK(own.publicKey)), kid: 'own', use: 'sig' }))

async function privateKey(alg: string, members: JWK, options: { crv?: string } = {}): Promise<JWK> {
  const pair = await generateKeyPair(alg, { extractable: true, ...options })
  return { ...(await exportJWK(pair.privateKey)), ...members }
}

const algorithms = {
  RSA: ['RSA-OAEP', 'RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512'],
  EC: ['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A192KW', 'ECDH-ES+A256KW'],
  OKP: ['ECDH-ES'],
}

let folder: string
let idp: Understudy
/** What the app has at its `request_uri`. */
let held = ''
const app = createServer((_, response) => response.end(held))
let requestUri: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-keys-'))
  await once(app.listen(0, '127.0.0.1'), 'listening')
  requestUri = `http://127.0.0.1:${(app.address() as AddressInfo).port}/request`
  const keys = [
    await privateKey('RS256', { kid: 'rsa-sig', use: 'sig' }),
    await privateKey('RSA-OAEP', { kid: 'rsa-enc', use: 'enc' }),
    await privateKey('ECDH-ES', { kid: 'ec-enc', use: 'enc' }),
    await privateKey('ECDH-ES', { kid: 'x-enc', use: 'enc' }, { crv: 'X25519' }),
  ]
  await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys }))
  const members: FixturesModule = {
    users: ['alice', 'bob'],
    clients: [
      {
        client_id: 'app',
        client_secret: 'app-secret',
        redirect_uris: [redirectUri],
        consent: 'skip',
        auto_login: 'alice',
        login_hint: 'login',
        jwks: { keys: [ownJwk] },
        request_uris: [requestUri],
        request_object_encryption_alg: 'RSA-OAEP-256',
      },
    ],
  }
  const declared = { ...members, keys: join(folder, 'keys.json') }
  idp = await startUnderstudy({ fixtures: { ...declared, issuers: { partner: declared as never } } })
})

afterAll(async () => {
  await idp.close()
  app.close().closeAllConnections()
  await rm(folder, { recursive: true })
})

async function publicKeys(url: string): Promise<JWK[]> {
  return ((await (await fetch(`${url}/jwks`)).json()) as { keys: JWK[] }).keys
}

async function signed(url: string, key = own.privateKey, more: Record<string, string> = {}): Promise<string> {
  return new SignJWT({
    client_id: 'app',
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    state: 'in',
    ...more,
  })
    .setProtectedHeader({ alg: 'ES256', kid: 'own' })
    .setIssuer('app')
    .setAudience(url)
    .setExpirationTime('1m')
    .sign(key)
}

async function encrypt(text: string, key: JWK, alg: string): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ alg, enc: 'A256GCM', cty: 'JWT', kid: key.kid as string })
    .encrypt(await importJWK({ ...key, alg }, alg))
}

/** Where a browser is sent with this authorization request. */
async function callbackOf(url: string, asked: Record<string, string>): Promise<URLSearchParams> {
  const whole = { client_id: 'app', response_type: 'code', scope: 'openid', redirect_uri: redirectUri, ...asked }
  let at = `${url}/auth?${new URLSearchParams(whole)}`
  const cookies = new Map<string, string>()
  while (!at.startsWith(redirectUri)) {
    const headers = { cookie: [...cookies].map((each) => each.join('=')).join('; ') }
    const response = await fetch(at, { redirect: 'manual', headers })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    at = new URL(response.headers.get('location') ?? '', at).href
  }
  return new URL(at).searchParams
}

describe.each(['default', 'partner'])('issuer %s', (name) => {
  const url = () => idp.issuer(name).url

  test.each(Object.entries(algorithms).flatMap(([kty, list]) => list.map((alg) => [alg, kty])))(
    'a request object that is encrypted to the issuer by %s, with its %s key, is read',
    async (alg, kty) => {
      const key = (await publicKeys(url())).find((each) => each.kty === kty && each.use === 'enc') as JWK

      const callback = await callbackOf(url(), { request: await encrypt(await signed(url()), key, alg) })

      expect(callback.get('state')).toBe('in')
      expect(callback.get('code')).toBeTruthy()
    },
  )

  test('it may be pushed', async () => {
    const key = (await publicKeys(url())).find(({ kid }) => kid === 'rsa-enc') as JWK
    const request = await encrypt(await signed(url()), key, 'RSA-OAEP-256')

    const pushed = await fetch(`${url()}/request`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('app:app-secret')}` },
      body: new URLSearchParams({ client_id: 'app', request }),
    })

    expect(pushed.status).toBe(201)
    const { request_uri } = (await pushed.json()) as { request_uri: string }
    expect((await callbackOf(url(), { request_uri })).get('state')).toBe('in')
  })

  test('a login is told of the hint inside, where it would log in somebody else', async () => {
    const key = (await publicKeys(url())).find(({ kid }) => kid === 'rsa-enc') as JWK
    const request = await encrypt(await signed(url(), own.privateKey, { login_hint: 'bob' }), key, 'RSA-OAEP-256')
    const asked = { client_id: 'app', response_type: 'code', scope: 'openid', redirect_uri: redirectUri, request }
    const login = (user: string) => idp.issuer(name).login(user, { url: `${url()}/auth?${new URLSearchParams(asked)}` })

    await expect(login('alice')).rejects.toMatchObject({
      code: 'ERR_LOGIN_FAILED',
      message: expect.stringContaining('the login_hint "bob" of the request logs "bob" in without a page'),
    })
    expect((await login('bob')).searchParams.get('state')).toBe('in')
  })

  test('it may be fetched', async () => {
    const key = (await publicKeys(url())).find(({ kid }) => kid === 'ec-enc') as JWK
    held = await encrypt(await signed(url()), key, 'ECDH-ES')

    expect((await callbackOf(url(), { request_uri: requestUri })).get('state')).toBe('in')
  })

  test('discovery and JWKS tell what clients may encrypt to, beside what signs', async () => {
    const metadata = (await (await fetch(`${url()}/.well-known/openid-configuration`)).json()) as Record<
      string,
      string[]
    >
    const keys = await publicKeys(url())

    const byKey = metadata.request_object_encryption_alg_values_supported?.filter((alg) => /^(RSA|ECDH)/.test(alg))
    expect(byKey?.sort()).toEqual([...algorithms.RSA, ...algorithms.EC].sort())
    expect(metadata.id_token_signing_alg_values_supported).toContain('RS256')
    expect(metadata.id_token_signing_alg_values_supported).not.toContain('ES256')
    expect(keys.map(({ kid, use }) => [kid, use])).toEqual([
      ['rsa-sig', 'sig'],
      ['rsa-enc', 'enc'],
      ['ec-enc', 'enc'],
      ['x-enc', 'enc'],
    ])
    for (const key of keys) expect(key).not.toHaveProperty('d')
  })

  test('what signs is never a key for encryption', async () => {
    const { id_token: token = '' } = await idp.issuer(name).tokens({ type: 'id_token', client: 'app', user: 'alice' })

    const { protectedHeader } = await jwtVerify(token, createRemoteJWKSet(new URL(`${url()}/jwks`)))

    expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: 'rsa-sig' })
  })

  test.each([
    [
      'encrypted to another key',
      async (key: JWK) => {
        const { publicKey } = await generateKeyPair('RSA-OAEP', { extractable: true })
        return encrypt(await signed(url()), { ...(await exportJWK(publicKey)), kid: key.kid as string }, 'RSA-OAEP')
      },
    ],
    [
      'of a key that is not there',
      async (key: JWK) => encrypt(await signed(url()), { ...key, kid: 'gone' }, 'RSA-OAEP'),
    ],
    ['of no signature inside', async (key: JWK) => encrypt('nonsense', key, 'RSA-OAEP')],
    [
      'of another signature inside',
      async (key: JWK) => encrypt(await signed(url(), (await generateKeyPair('ES256')).privateKey), key, 'RSA-OAEP'),
    ],
  ])('a request object %s is refused', async (_what, make) => {
    const key = (await publicKeys(url())).find(({ kid }) => kid === 'rsa-enc') as JWK

    const callback = await callbackOf(url(), { request: await make(key), state: 'out' })

    expect(callback.get('error')).toBe('invalid_request_object')
    expect(callback.get('code')).toBeNull()
  })
})

test('an issuer that has no such key is given one while it runs, and clients that wait for it come after', async () => {
  await using other = await startUnderstudy({ fixtures: { users: ['alice'] } })
  const usual = { client_secret: 's', redirect_uris: [redirectUri], jwks: { keys: [ownJwk] }, consent: 'skip' as const }
  const wishing = { ...usual, auto_login: 'alice', request_object_encryption_alg: 'RSA-OAEP' }
  await expect(other.clients.put('app', wishing)).rejects.toThrow(
    /request_object_encryption_alg must be .* Name a file with such a key in keys/,
  )

  await other.keys.rotate({ alg: 'RSA-OAEP' })

  await other.clients.put('app', wishing)
  const last = (await publicKeys(other.url)).at(-1)
  expect(last).toMatchObject({ kty: 'RSA', use: 'enc', alg: 'RSA-OAEP' })
  const request = await encrypt(await signed(other.url), last as JWK, 'RSA-OAEP')
  expect((await callbackOf(other.url, { request })).get('state')).toBe('in')

  await other.keys.rotate()

  expect((await callbackOf(other.url, { request })).get('state')).toBe('in')
})
