import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../../src/index.ts'
import { type Provider, providerAt, redirectUri } from './provider.ts'

const own = { client_id: 'demo-app', client_secret: 'demo-secret' }
const opaque = expect.stringMatching(/^[\w-]{43}$/)
const documented = {
  access_token: opaque,
  token_type: 'bearer',
  expires_in: 2_592_000,
  refresh_token: opaque,
  scope: 'read',
  uid: 100_101,
  info: { name: 'Mark E. Mark', email: 'mark@thefunkybunch.com' },
}

let idp: Understudy
let cloud: Provider

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: {
      issuers: {
        cloud: { persona: 'digitalocean' },
        switched: {
          persona: { extends: 'digitalocean', options: { refresh_token: false, bad_token: 'invalid_request' } },
        },
      },
    },
  })
  cloud = providerAt(idp, 'cloud', 'mark')
})

afterAll(() => idp.close())

async function code(provider = cloud, parameters: Record<string, string> = { scope: 'read' }): Promise<string> {
  return (await provider.authorize('/v1/oauth/authorize', parameters)).get('code') ?? ''
}

test('the redirect carries the code, and the state where one was sent, and nothing else', async () => {
  const bare = await cloud.authorize('/v1/oauth/authorize', { scope: 'read' })
  const withState = await cloud.authorize('/v1/oauth/authorize', { scope: 'read', state: 'xyz' })

  expect([...bare.keys()]).toEqual(['code'])
  expect([...withState.keys()]).toEqual(['code', 'state'])
  expect(withState.get('state')).toBe('xyz')
})

test('a code and a refresh token, in the query of a POST, give the documented answer', async () => {
  const asked = { grant_type: 'authorization_code', code: await code(), redirect_uri: redirectUri, ...own }

  const first = await cloud.query('/v1/oauth/token', asked)
  const again = await cloud.query('/v1/oauth/token', {
    grant_type: 'refresh_token',
    ...own,
    refresh_token: String(first.body.refresh_token),
  })

  expect([first.status, again.status]).toEqual([200, 200])
  expect(first.body).toEqual(documented)
  expect(Object.keys(first.body)).toEqual(Object.keys(documented))
  expect(again.body).toEqual(documented)
  expect(again.body.refresh_token).not.toBe(first.body.refresh_token)
})

test('a form body gives the same', async () => {
  const asked = { grant_type: 'authorization_code', code: await code(), redirect_uri: redirectUri, ...own }

  const { body } = await cloud.form('/v1/oauth/token', asked)

  expect(body).toEqual(documented)
})

test('what stands in body and query alike is taken from the body', async () => {
  const query = new URLSearchParams({ grant_type: 'refresh_token', ...own, client_secret: 'wrong' })

  const { body } = await cloud.form(`/v1/oauth/token?${query}`, { ...own, refresh_token: 'none' })

  expect(body.error).toBe('invalid_grant')
})

test('the account needs read, and write for a POST', async () => {
  const asked = { grant_type: 'authorization_code', code: await code(), redirect_uri: redirectUri, ...own }
  const { body: tokens } = await cloud.query('/v1/oauth/token', asked)

  const read = await cloud.api('/v2/account', tokens.access_token)
  const written = await cloud.api('/v2/account', tokens.access_token, 'POST')

  expect(read.body).toEqual({ uid: 100_101, name: 'Mark E. Mark', email: 'mark@thefunkybunch.com' })
  expect([written.status, written.body.error]).toEqual([403, 'insufficient_scope'])
})

test('a request for no scope is one for read', async () => {
  const asked = { grant_type: 'authorization_code', code: await code(cloud, {}), redirect_uri: redirectUri, ...own }

  const { body } = await cloud.query('/v1/oauth/token', asked)

  expect(body.scope).toBe('read')
})

test('the error of a bad token is a switch', async () => {
  const usual = await cloud.api('/v2/account', 'nonsense')
  const switched = await providerAt(idp, 'switched', 'mark').api('/v2/account', 'nonsense')

  expect([usual.status, usual.body.error]).toEqual([401, 'invalid_token'])
  expect(usual.headers.get('www-authenticate')).toContain('error="invalid_token"')
  expect([switched.status, switched.body.error]).toEqual([401, 'invalid_request'])
  expect(switched.headers.get('www-authenticate')).toContain('error="invalid_request"')
})

test('the refresh token is a switch', async () => {
  const switched = providerAt(idp, 'switched', 'mark')
  const asked = { grant_type: 'authorization_code', code: await code(switched), redirect_uri: redirectUri, ...own }

  const { body } = await switched.query('/v1/oauth/token', asked)

  expect(Object.keys(body)).toEqual(['access_token', 'token_type', 'expires_in', 'scope', 'uid', 'info'])
})

test('a fault has the look of the persona', async () => {
  await idp.issuer('switched').arm({ fault: 'invalid_token', when: { endpoint: 'resource' } })

  const { status, body, headers } = await providerAt(idp, 'switched', 'mark').api('/v2/account', 'any')

  expect([status, body.error]).toEqual([401, 'invalid_request'])
  expect(headers.get('www-authenticate')).toContain('error="invalid_request"')
})

test('denial comes back by redirect', async () => {
  const denied = await cloud.authorize('/v1/oauth/authorize', { scope: 'read', state: 's' }, true)

  expect(Object.fromEntries(denied)).toMatchObject({ error: 'access_denied', state: 's' })
  expect(denied.has('iss')).toBe(false)
})

test.each(['client_credentials', 'password', 'urn:ietf:params:oauth:grant-type:device_code'])(
  'there is no grant %s',
  async (grantType) => {
    const { status, body } = await cloud.query('/v1/oauth/token', { grant_type: grantType, ...own })

    expect([status, body.error]).toEqual([400, 'unsupported_grant_type'])
  },
)

test.each(['/.well-known/openid-configuration', '/me', '/device', '/device/auth', '/request', '/reg'])(
  'there is nothing at %s',
  async (path) => {
    expect((await cloud.ask(path)).status).toBe(404)
  },
)

test('PKCE is checked where it is sent', async () => {
  const challenge = { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256', scope: 'read' }
  const asked = { grant_type: 'authorization_code', code: await code(cloud, challenge), redirect_uri: redirectUri }

  const { status, body } = await cloud.query('/v1/oauth/token', { ...asked, ...own, code_verifier: 'b'.repeat(43) })

  expect([status, body.error]).toEqual([400, 'invalid_grant'])
})

test('a user whose sub is no number has one all the same, in every answer and each time', async () => {
  const { name } = await idp.createIssuer({ persona: 'digitalocean', users: ['bob', 'carol'] })

  const uidsOf = async (user: string) => {
    const provider = providerAt(idp, name, user)
    const asked = { grant_type: 'authorization_code', code: await code(provider), redirect_uri: redirectUri, ...own }
    const { body: tokens } = await provider.query('/v1/oauth/token', asked)
    const { body: account } = await provider.api('/v2/account', tokens.access_token)
    return [tokens.uid, account.uid]
  }

  const [told, again] = [await uidsOf('bob'), await uidsOf('bob')]
  expect(told).toEqual([expect.any(Number), told[0]])
  expect(again).toEqual(told)
  expect(await uidsOf('carol')).not.toEqual(told)
})
