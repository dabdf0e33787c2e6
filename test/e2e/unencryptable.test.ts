import { exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { freePort } from './free-port.ts'

const redirectUri = 'http://localhost:3000/callback'
const forSigning = { ...(await exportJWK((await generateKeyPair('ES256')).publicKey)), kty: 'EC', kid: 'sig' }
const usual = {
  client_secret: 'secret',
  redirect_uris: [redirectUri],
  consent: 'skip' as const,
  auto_login: 'alice',
}

let idp: Understudy

beforeAll(async () => {
  const jwks_uri = `http://127.0.0.1:${await freePort()}/jwks`
  const app = { client_id: 'app', ...usual, jwks_uri, authorization_encrypted_response_alg: 'RSA-OAEP' }
  idp = await startUnderstudy({ fixtures: { users: ['alice'], clients: [app] } })
})

afterAll(() => idp.close())

for (const mode of ['jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt']) {
  test.each([
    ['answer', {}],
    ['error', { prompt: 'none login' }],
  ])(`by ${mode} an %s that cannot be encrypted becomes a page, which tells why`, async (_what, more) => {
    const asked = { client_id: 'app', response_type: 'code', scope: 'openid', redirect_uri: redirectUri, ...more }

    const response = await fetch(`${idp.url}/auth?${new URLSearchParams({ ...asked, response_mode: mode })}`, {
      redirect: 'manual',
      headers: { accept: 'text/html' },
    })

    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
    const page = await response.text()
    expect(page).toContain('invalid_client_metadata')
    expect(page).toMatch(/client JSON Web Key Set failed to be refreshed[\s\S]*<code>jwks_uri<\/code>/)
    const [entry] = (await idp.requests({ endpoint: 'authorization' })).slice(-1)
    expect(entry).toMatchObject({ answer: { status: 400 }, refusal: { error: 'invalid_client_metadata' } })
  })
}

test.each([
  ['id_token_encrypted_response_alg', 'RSA-OAEP', []],
  ['id_token_encrypted_response_alg', 'RSA-OAEP-256', [forSigning]],
  ['authorization_encrypted_response_alg', 'ECDH-ES', [{ ...forSigning, use: 'sig' }]],
  ['introspection_encrypted_response_alg', 'RSA-OAEP-512', [forSigning]],
])('%s %s is a mistake where jwks has no key for it', async (member, alg, keys) => {
  const app = { client_id: 'app', ...usual, jwks: JSON.parse(JSON.stringify({ keys })), [member]: alg }

  const start = startUnderstudy({ fixtures: { users: ['alice'], clients: [app] } })

  await expect(start).rejects.toThrow(`clients[0].${member}`)
  await expect(start).rejects.toThrow(`the client has no key for "${alg}" in jwks`)
})

test('nobody registers without the key for what is to be encrypted', async () => {
  await using open = await startUnderstudy({ fixtures: { registration: { enabled: true } } })
  const metadata = { redirect_uris: [redirectUri], jwks: { keys: [forSigning] } }

  const response = await fetch(`${open.url}/reg`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...metadata, id_token_encrypted_response_alg: 'RSA-OAEP' }),
  })

  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    error: 'invalid_client_metadata',
    error_description: expect.stringContaining("no key for 'RSA-OAEP'"),
  })
})

describe('a client whose keys cannot be fetched', () => {
  let down: Understudy

  beforeAll(async () => {
    const gone = `http://127.0.0.1:${await freePort()}`
    const app = {
      ...usual,
      client_id: 'app',
      jwks_uri: `${gone}/jwks`,
      id_token_encrypted_response_alg: 'RSA-OAEP',
      backchannel_logout_uri: `${gone}/logout`,
    }
    down = await startUnderstudy({ fixtures: { users: ['alice'], clients: [app, { ...usual, client_id: 'other' }] } })
  })

  afterAll(() => down.close())

  test.each([
    ['id_token', []],
    ['id_token', ['invalid-sig']],
    ['logout_token', []],
  ] as const)('gets no %s made by hand, changed by %j', async (type, faults) => {
    const minting = down.tokens({ type, client: 'app', user: 'alice', faults: [...faults] })

    await expect(minting).rejects.toMatchObject({
      code: 'ERR_TOKEN_INVALID',
      message: expect.stringContaining('client JSON Web Key Set failed to be refreshed'),
    })
  })

  test('is not told of a logout, which is a finding', async () => {
    await down.login('alice', { client: 'app', scope: 'openid' })

    const deliveries = await down.logout({ user: 'alice' })

    expect(deliveries).toMatchObject([
      { client_id: 'app', error: 'client JSON Web Key Set failed to be refreshed', logout_token: '' },
    ])
    expect(await down.requests({ endpoint: 'backchannel_logout' })).toMatchObject([
      { kind: 'call', client: 'app', failure: 'client JSON Web Key Set failed to be refreshed' },
    ])
  })
})
