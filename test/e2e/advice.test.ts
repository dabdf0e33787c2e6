import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'

const usual = { client_secret: 'secret', redirect_uris: ['http://localhost:3000/callback'] }

let idp: Understudy

beforeAll(async () => {
  const clients = [
    { client_id: 'app', ...usual },
    { client_id: 'other', ...usual },
  ]
  idp = await startUnderstudy({ fixtures: { users: ['alice'], clients } })
})

afterAll(() => idp.close())

async function tokenOf(type: 'id_token' | 'access_token') {
  return (await idp.tokens({ type, client: 'app', user: 'alice' }))[type] as string
}

test.each([
  ['a request without a client', '/auth', async () => ({ response_type: 'code' }), 'The app does not say who it is'],
  ['a request of an unknown client', '/auth', async () => ({ client_id: 'nobody' }), 'No such client'],
  [
    'a logout of one client with the ID token of another',
    '/session/end',
    async () => ({ client_id: 'other', id_token_hint: await tokenOf('id_token') }),
    'The ID token belongs to another app',
  ],
  [
    'a logout with an access token',
    '/session/end',
    async () => ({ id_token_hint: await tokenOf('access_token') }),
    'This is no ID token of this issuer',
  ],
])('the page for %s says what is wrong', async (_what, path, parameters, title) => {
  const response = await fetch(`${idp.url}${path}?${new URLSearchParams(await parameters())}`, {
    headers: { accept: 'text/html' },
  })

  expect(response.status).toBe(400)
  expect(await response.text()).toContain(`<title>${title}`)
})
