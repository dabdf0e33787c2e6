import { decodeJwt } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { discover, login } from './flows.ts'

let idp: Understudy

beforeAll(async () => {
  const names = { name: 'Alice', 'name#de': 'Alice im Wunderland', 'name#ja-Kana-JP': 'アリス', 'motto#fr': 'Bof' }
  const app = { client_id: 'app', client_secret: 'secret', redirect_uris: ['http://localhost:3000/callback'] }
  idp = await startUnderstudy({
    fixtures: {
      users: [{ username: 'alice', sub: '1', claims: names }],
      clients: [app],
      resources: { 'urn:api': { path: '/api/me', scopes: ['openid', 'profile'] } },
    },
  })
})

afterAll(() => idp.close())

async function claimsFor(scope: string, asked?: object) {
  const config = await discover(idp.url, 'app', 'secret')
  const parameters: Record<string, string> = asked === undefined ? {} : { claims: JSON.stringify(asked) }
  const { tokens } = await login(config, { scope, parameters })
  return {
    idToken: tokens.claims(),
    userinfo: await client.fetchUserInfo(config, tokens.access_token, '1'),
    accessToken: decodeJwt(tokens.access_token),
  }
}

test('a claim with a language tag goes with the scope that names it without one', async () => {
  const { accessToken, ...withProfile } = await claimsFor('openid profile')
  const { accessToken: bareToken, ...without } = await claimsFor('openid')

  for (const claims of Object.values(withProfile)) {
    expect(claims).toMatchObject({ name: 'Alice', 'name#de': 'Alice im Wunderland', 'name#ja-Kana-JP': 'アリス' })
  }
  for (const claims of Object.values(without)) expect(claims).not.toHaveProperty(['name#de'])
  for (const claims of [accessToken, bareToken]) expect(claims).not.toHaveProperty(['name#de'])
})

test('a claim with a language tag that no scope names without one is always released', async () => {
  for (const claims of Object.values(await claimsFor('openid'))) expect(claims).toMatchObject({ 'motto#fr': 'Bof' })
})

test('the claims parameter asks for a claim in all languages by its name', async () => {
  const { idToken, userinfo } = await claimsFor('openid', { id_token: { name: null } })

  expect(idToken).toMatchObject({ name: 'Alice', 'name#de': 'Alice im Wunderland' })
  expect(userinfo).not.toHaveProperty(['name#de'])
})

test('the claims parameter asks for a claim in one language by its name and tag', async () => {
  const asked = { id_token: { 'name#de': { essential: true } }, userinfo: { 'name#ja-Kana-JP': null, 'name#fr': null } }

  const { idToken, userinfo } = await claimsFor('openid', asked)

  expect(idToken).toMatchObject({ 'name#de': 'Alice im Wunderland' })
  expect(userinfo).toEqual({ sub: '1', 'name#ja-Kana-JP': 'アリス', 'motto#fr': 'Bof' })
  for (const absent of ['name', 'name#ja-Kana-JP']) expect(idToken).not.toHaveProperty([absent])
})

test.each([
  ['openid profile', 'Alice im Wunderland'],
  ['openid', undefined],
])('a resource shows to %s the claims that go with it', async (scope, name) => {
  const { access_token: token } = await idp.tokens({ client: 'app', user: 'alice', audience: 'urn:api', scope })

  const api = await fetch(`${idp.url}/api/me`, { headers: { authorization: `Bearer ${token}` } })

  expect(((await api.json()) as Record<string, unknown>)['name#de']).toBe(name)
})
