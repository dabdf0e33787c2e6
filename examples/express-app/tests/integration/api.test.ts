import type { TokenOrder, UnderstudyIssuer } from 'understudy-idp'
import { describe, expect } from 'vitest'
import { test } from './stage.ts'

/** A header with an access token that no login has made. */
async function bearer(idp: UnderstudyIssuer, order: Partial<TokenOrder> = {}) {
  const { access_token } = await idp.tokens({ client: 'notes-web', user: 'alice', ...order })
  return { authorization: `Bearer ${access_token}` }
}

test('a good token is taken', async ({ idp, api }) => {
  const response = await fetch(`${api}/notes`, { headers: await bearer(idp) })

  expect(response.status).toBe(200)
})

test('one of an app that is for somebody else is not', async ({ idp, api }) => {
  const response = await fetch(`${api}/notes`, { headers: await bearer(idp, { audience: 'photos-api' }) })

  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toContain("unexpected 'aud' claim value")
})

test.for<[string, Partial<TokenOrder>]>([
  ['has expired', { expires_in: '-1m' }],
  ['is of another issuer', { faults: ['invalid-iss'] }],
  ['is of another type', { faults: ['wrong-typ'] }],
  ['is not signed', { faults: ['sig-none'] }],
  ['is signed with the key that everybody knows', { faults: ['hs256-confusion'] }],
  ['was changed on its way', { faults: ['invalid-sig'] }],
  ['brings its own key', { faults: ['embedded-jwk'] }],
])('a token that %s is refused', async ([, order], { idp, api }) => {
  const response = await fetch(`${api}/notes`, { headers: await bearer(idp, order) })

  expect(response.status).toBe(401)
})

test('a role that a token does not say is not there', async ({ idp, api }) => {
  const response = await fetch(`${api}/notes`, { headers: await bearer(idp, { claims: { roles: 'admin' } }) })

  expect(response.status).toBe(403)
})

test('the user is told where the API takes no token of theirs', async ({ idp, logIn }) => {
  await idp.arm({ fault: 'invalid-aud', when: { token: 'access_token' }, times: 2 })
  const bob = await logIn('bob')

  const notes = await bob.open('/')

  expect(notes.status).toBe(502)
  expect(await notes.text()).toContain('The API does not accept your token')
  await idp.verify([{ when: { grant_type: 'refresh_token' }, times: 1 }])
})

describe('an API that has cached the JWKS', () => {
  test('looks no more often than now and then for keys that it does not know', async ({ idp, api }) => {
    await fetch(`${api}/notes`, { headers: await bearer(idp) })

    for (let attempt = 0; attempt < 5; attempt += 1) {
      const response = await fetch(`${api}/notes`, { headers: await bearer(idp, { faults: ['unknown-kid'] }) })
      expect(response.status).toBe(401)
    }

    await idp.verify([{ when: { endpoint: 'jwks' }, times: 1 }])
  })

  test('refuses a new key until it looks again', async ({ idp, api }) => {
    await fetch(`${api}/notes`, { headers: await bearer(idp) })

    await idp.keys.rotate()

    const response = await fetch(`${api}/notes`, { headers: await bearer(idp) })
    expect(response.status).toBe(401)
    await idp.verify([{ when: { endpoint: 'jwks' }, times: 1 }])
  })

  describe('and has left it alone for long enough', () => {
    test.override({ jwksCooldownMs: 0 })

    test('takes new keys, and old tokens still', async ({ idp, api }) => {
      const old = await bearer(idp)
      await fetch(`${api}/notes`, { headers: old })

      await idp.keys.rotate()
      const current = await bearer(idp)

      expect((await fetch(`${api}/notes`, { headers: current })).status).toBe(200)
      expect((await fetch(`${api}/notes`, { headers: old })).status).toBe(200)
      await idp.verify([{ when: { endpoint: 'jwks' }, times: 2 }])
    })

    test('forgets a key that has leaked', async ({ idp, api }) => {
      const old = await bearer(idp)
      await fetch(`${api}/notes`, { headers: old })

      await idp.keys.rotate({ keep_old: false })
      await fetch(`${api}/notes`, { headers: await bearer(idp) })

      expect((await fetch(`${api}/notes`, { headers: old })).status).toBe(401)
    })
  })
})
