import { createHash } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { RelyingParty } from './relying-party.ts'

/** The modules of the implicit, hybrid and form_post plans, as they see the default fixtures. */
let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy()
})
afterAll(() => idp.close())

const types = ['id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token']
const members: Record<string, string> = { code: 'code', id_token: 'id_token', token: 'access_token' }

function register(type: string) {
  const grant_types = ['implicit', ...(type.includes('code') ? ['authorization_code'] : [])]
  return RelyingParty.register(idp, { response_types: [type], grant_types })
}

function expectHash(claims: JWTPayload, name: 'at_hash' | 'c_hash', value = ''): void {
  expect(claims[name]).toBe(createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url'))
}

describe.each(['fragment', 'form_post'])('by %s', (mode) => {
  test.each(types)('oidcc-server: "%s" brings all that it names, and the hashes bind them', async (type) => {
    const rp = await register(type)
    const { answer, url, html } = await rp.authorize({
      response_type: type,
      ...(mode === 'form_post' && { response_mode: mode }),
    })

    if (mode === 'fragment') expect([url.search, url.hash !== '']).toEqual(['', true])
    else expect(html).toMatch(/<form[^>]*method="post"[^>]*action="http:\/\/localhost:3000\/callback"/i)
    expect(answer.state).toBe('the-state')
    for (const [word, member] of Object.entries(members)) expect(member in answer).toBe(type.split(' ').includes(word))
    if (answer.access_token)
      expect(answer).toMatchObject({ token_type: 'Bearer', expires_in: expect.stringMatching(/^\d+$/) })
    if (!answer.id_token) return
    const claims = await rp.verify(answer.id_token)
    expect(claims.nonce).toBe('the-nonce')
    if (answer.access_token) expectHash(claims, 'at_hash', answer.access_token)
    if (answer.code) expectHash(claims, 'c_hash', answer.code)
  })

  test.each(types.filter((type) => type.includes('code')))(
    'oidcc-server: the code of "%s" gets an ID token of the same person',
    async (type) => {
      const rp = await register(type)
      const { answer } = await rp.authorize({ response_type: type, response_mode: mode })
      const claims = await rp.verify((await rp.exchange(answer.code)).body.id_token as string)

      expect(claims.nonce).toBe('the-nonce')
      if (answer.id_token) {
        const front = await rp.verify(answer.id_token)
        expect([claims.iss, claims.sub]).toEqual([front.iss, front.sub])
      }
    },
  )

  test.each(types.filter((type) => type.includes('id_token')))(
    'oidcc-ensure-request-without-nonce-fails: "%s"',
    async (type) => {
      const rp = await register(type)
      const { answer } = await rp.authorize({ response_type: type, response_mode: mode, nonce: undefined })

      expect(answer).toMatchObject({ error: 'invalid_request', state: 'the-state' })
    },
  )

  test('oidcc-prompt-none-not-logged-in: the error comes the same way', async () => {
    const rp = await register('id_token')
    const { answer } = await rp.authorize({ response_type: 'id_token', response_mode: mode, prompt: 'none' })

    expect(answer).toMatchObject({ error: 'login_required', state: 'the-state' })
  })
})

test('oidcc-server by form_post: "code" comes by a form as well', async () => {
  const rp = await RelyingParty.register(idp)
  const { answer } = await rp.authorize({ response_mode: 'form_post' })

  expect((await rp.exchange(answer.code)).status).toBe(200)
})

test('oidcc-userinfo: the access token of the front channel is as good', async () => {
  const rp = await register('id_token token')
  const { answer } = await rp.authorize({ response_type: 'id_token token', scope: 'openid email' })

  expect((await rp.userinfo(answer.access_token)).body).toMatchObject({ email: 'alice@example.com' })
})

test('oidcc-scope: without an access token, the ID token has the claims', async () => {
  const rp = await register('id_token')
  const { answer } = await rp.authorize({ response_type: 'id_token', scope: 'openid email' })

  expect(await rp.verify(answer.id_token)).toMatchObject({ email: 'alice@example.com' })
})

test('oidcc-codereuse of the hybrid flow: the access token of the front channel ends, too', async () => {
  const rp = await register('code token')
  const { answer } = await rp.authorize({ response_type: 'code token' })
  await rp.exchange(answer.code)
  expect((await rp.exchange(answer.code)).body.error).toBe('invalid_grant')

  expect((await rp.userinfo(answer.access_token)).status).toBe(401)
})

test('a query never carries a token', async () => {
  const rp = await register('id_token token')
  const { answer, url } = await rp.authorize({ response_type: 'id_token token', response_mode: 'query' })

  expect(answer.error).toMatch(/^(?:invalid_request|unsupported_response_mode)$/)
  expect(url.href).not.toContain('access_token')
})

test('a client gets no response type that it has not registered', async () => {
  const rp = await RelyingParty.register(idp)
  const { answer } = await rp.authorize({ response_type: 'id_token token' })

  expect(answer.error).toMatch(/^(?:unauthorized_client|invalid_request)$/)
})
