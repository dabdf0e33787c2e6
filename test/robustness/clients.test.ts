import * as client from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { discover, login } from '../e2e/flows.ts'
import { UserAgent } from '../user-agent.ts'

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy()
})

afterAll(() => idp.close())

const callback = 'http://localhost:3000/callback'
const web = { authorization: `Basic ${btoa('web-app:web-secret')}` }
const e2e = { authorization: `Basic ${btoa('e2e-app:e2e-secret')}` }

interface Answered {
  status: number
  error?: string
  [member: string]: unknown
}

async function post(
  path: string,
  params: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const response = await fetch(idp.url + path, { method: 'POST', headers, body: new URLSearchParams(params) })
  const text = await response.text()
  return { status: response.status, ...(text === '' ? {} : JSON.parse(text)) }
}

/** A code for `e2e-app` by default, which logs alice in without a page. */
async function getCode(more: Record<string, string> = {}): Promise<string> {
  const asked = { client_id: 'e2e-app', response_type: 'code', scope: 'openid', redirect_uri: callback, ...more }
  const { url } = await new UserAgent().open(`${idp.url}/auth?${new URLSearchParams(asked)}`)
  return url.searchParams.get('code') ?? ''
}

const codeGrant = { grant_type: 'authorization_code', redirect_uri: callback }

test('a code is good for its client, its address and its verifier alone, and once', async () => {
  const verifier = client.randomPKCECodeVerifier()
  const challenge = { code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }
  const grant = async () => ({ ...codeGrant, code: await getCode(challenge) })
  const refused = { status: 400, error: 'invalid_grant' }

  expect(await post('/token', { ...(await grant()), code_verifier: verifier }, web)).toMatchObject(refused)
  expect(await post('/token', { ...(await grant()), code_verifier: verifier, client_id: 'spa' })).toMatchObject(refused)
  expect(await post('/token', { ...(await grant()), code_verifier: `${verifier}x` }, e2e)).toMatchObject(refused)
  expect(await post('/token', await grant(), e2e)).toMatchObject(refused)
  expect(
    await post('/token', { ...(await grant()), code_verifier: verifier, redirect_uri: `${callback}/` }, e2e),
  ).toMatchObject(refused)
  expect(await post('/partner/token', { ...(await grant()), code_verifier: verifier }, e2e)).toMatchObject({
    status: 401,
    error: 'invalid_client',
  })

  const used = { ...(await grant()), code_verifier: verifier }
  const tokens = await post('/token', used, e2e)
  expect(tokens.status).toBe(200)
  expect(await post('/token', used, e2e)).toMatchObject(refused)
  const me = await fetch(`${idp.url}/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } })
  expect(me.status).toBe(401)
})

test('a refresh token is good for its client alone', async () => {
  const { tokens } = await login(await discover(idp.url, 'web-app', 'web-secret'))
  const grant = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' }
  const refused = { status: 400, error: 'invalid_grant' }

  expect(await post('/token', { ...grant, client_id: 'spa' })).toMatchObject(refused)
  expect(await post('/token', { ...grant, client_id: 'tv-app' })).toMatchObject(refused)
  expect(await post('/token', { ...grant, client_id: 'web-app' })).toMatchObject({
    status: 401,
    error: 'invalid_client',
  })
  expect(await post('/token', grant, web)).toMatchObject({ status: 200 })
})

test('a device code is good for its client alone', async () => {
  const { device_code: code, user_code: userCode } = await post('/device/auth', {
    client_id: 'tv-app',
    scope: 'openid',
  })
  await idp.device.approve(String(userCode), 'alice')
  const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: String(code) }

  const stranger = await post('/token', { ...grant, client_id: 'spa' })

  expect(stranger.status).toBe(400)
  expect(stranger.access_token).toBeUndefined()
  expect(await post('/token', { ...grant, client_id: 'tv-app' })).toMatchObject({ status: 200 })
})

test.each([
  '',
  'web-secre',
  'web-secrett',
  'WEB-SECRET',
  ' web-secret',
  'web-secret ',
  'web-secret\0',
  'web-secret\n',
  'web-secret%20',
  'service-secret',
  'undefined',
  '[object Object]',
])('a secret is compared exactly: %j is none', async (secret) => {
  const grant = { grant_type: 'refresh_token', refresh_token: 'x' }
  const refused = { status: 401, error: 'invalid_client' }

  const credentials = `web-app:${encodeURIComponent(secret)}`
  const byBasic = await post('/token', grant, { authorization: `Basic ${btoa(credentials)}` })
  const byPost = await post('/token', { ...grant, client_id: 'web-app', client_secret: secret })

  expect([byBasic, byPost]).toMatchObject(
    byBasic.status === 400 ? [{ error: 'invalid_request' }, refused] : [refused, refused],
  )
})

test.each(['__proto__', 'constructor', 'toString', 'undefined', 'null', 'Web-App', 'web-app '])(
  'there is no client %j',
  async (id) => {
    expect(await post('/token', { grant_type: 'client_credentials', client_id: id, client_secret: 'x' })).toMatchObject(
      {
        status: 401,
        error: 'invalid_client',
      },
    )
  },
)

test('a token is revoked by its own client, and by no other', async () => {
  const { tokens } = await login(await discover(idp.url, 'web-app', 'web-secret'))
  const token = tokens.access_token
  const active = async () => (await post('/token/introspection', { token }, web)).active

  const stranger = await post('/token/revocation', { token }, e2e)
  const publicStranger = await post('/token/revocation', { token, client_id: 'spa' })

  expect([stranger.status, publicStranger.status]).toEqual([400, 400])
  expect(await active()).toBe(true)
  expect((await post('/token/revocation', { token }, web)).status).toBe(200)
  expect(await active()).toBe(false)
})

test("a public client introspects no other's token", async () => {
  const { tokens } = await login(await discover(idp.url, 'web-app', 'web-secret'))

  const answer = await post('/token/introspection', { token: tokens.access_token, client_id: 'spa' })

  expect(answer.active ?? false).toBe(false)
  expect(answer.sub).toBeUndefined()
})

test('an issuer takes no token of another', async () => {
  const { tokens } = await login(await discover(idp.url, 'web-app', 'web-secret'))
  const bearer = { headers: { authorization: `Bearer ${tokens.access_token}` } }
  const partner = { authorization: `Basic ${btoa('partner-app:partner-secret')}` }

  const there = await fetch(`${idp.url}/partner/me`, bearer)
  const introspected = await post('/partner/token/introspection', { token: tokens.access_token }, partner)
  const refreshed = await post(
    '/partner/token',
    { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' },
    partner,
  )

  expect(there.status).toBe(401)
  expect(introspected).toMatchObject({ status: 200, active: false })
  expect(refreshed).toMatchObject({ status: 400, error: 'invalid_grant' })
  expect((await fetch(`${idp.url}/me`, bearer)).status).toBe(200)
})

test('a JWT is taken as it was made, and no other way', async () => {
  const { tokens } = await login(await discover(idp.url, 'web-app', 'web-secret'))
  const [head = '', claims = '', signature = ''] = tokens.access_token.split('.')
  const none = btoa('{"alg":"none","typ":"JWT"}').replaceAll('=', '')
  const { jti } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')))
  const forged = [
    `${none}.${claims}.`,
    `${none}.${claims}.${signature}`,
    `${head}.${claims}.`,
    `${head}.${claims}`,
    `${head}.${claims}.${signature.slice(0, -4)}AAAA`,
    `${head}.${claims}.${signature}=`,
    `${head}.${claims}.${signature}.x`,
    ` ${tokens.access_token}x`,
    jti,
    tokens.id_token ?? '',
  ]

  for (const token of forged) {
    const me = await fetch(`${idp.url}/me`, { headers: { authorization: `Bearer ${token}` } })
    expect(me.status, token).toBeGreaterThanOrEqual(400)
    expect(await post('/token/introspection', { token }, web), token).toMatchObject({ active: false })
  }
})
