import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'

const redirectUri = 'http://localhost:3000/callback'
const clients = [
  {
    client_id: 'web',
    client_secret: 's',
    redirect_uris: [redirectUri],
    consent: 'skip',
    auto_login: 'alice',
  },
  { client_id: 'two', client_secret: 's', redirect_uris: [redirectUri, `${redirectUri}/2`] },
]

let idp: Understudy

beforeAll(async () => {
  const plain = ['digitalocean', 'dlive', 'resonite', 'digital-dj-pool']
  const issuers = Object.fromEntries(plain.map((persona) => [persona, { persona, users: ['alice'], clients }]))
  const own = { persona: { extends: 'generic', name: 'lenient', redirect_uri: 'optional' }, users: ['alice'], clients }
  idp = await startUnderstudy({ fixtures: { users: ['alice'], clients, issuers: { ...issuers, own } } as never })
})
afterAll(() => idp.close())

const scopes: Record<string, string> = { dlive: 'email:read', resonite: 'profile', 'digital-dj-pool': 'user' }
const paths: Record<string, [authorization: string, token: string]> = {
  digitalocean: ['/v1/oauth/authorize', '/v1/oauth/token'],
  dlive: ['/o/authorize', '/o/token'],
  resonite: ['/connect/authorize', '/connect/token'],
}

const at = (issuer: string, endpoint: 0 | 1) =>
  idp.issuer(issuer).url + (paths[issuer] ?? ['/auth', '/token'])[endpoint]

async function authorize(issuer: string, parameters: Record<string, string> = {}): Promise<Response> {
  const scope = scopes[issuer] ?? (issuer === 'digitalocean' ? 'read' : 'openid')
  const query = new URLSearchParams({ response_type: 'code', client_id: 'web', scope, ...parameters })
  return fetch(`${at(issuer, 0)}?${query}`, { redirect: 'manual' })
}

const codeOf = ({ headers }: Response) => new URL(headers.get('location') ?? '').searchParams.get('code') ?? ''

async function exchange(issuer: string, code: string, parameters: Record<string, string> = {}) {
  const body = new URLSearchParams({ grant_type: 'authorization_code', code, ...parameters })
  const response = await fetch(at(issuer, 1), {
    method: 'POST',
    body,
    headers: { authorization: `Basic ${btoa('web:s')}` },
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

describe.each(['default', 'digitalocean', 'dlive'])('at %s a redirect URI', (issuer) => {
  test('must be in the authorization request, though it be the only one', async () => {
    const response = await authorize(issuer)

    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
    expect(await response.text()).toContain('redirect_uri')
  })

  test('must be in the token request, which may be made again with it', async () => {
    const code = codeOf(await authorize(issuer, { redirect_uri: redirectUri }))
    const missing = {
      status: 400,
      body: { error: 'invalid_request', error_description: expect.stringMatching(/redirect_uri/) },
    }

    expect(await exchange(issuer, code)).toMatchObject(missing)
    expect(await exchange(issuer, code, { redirect_uri: redirectUri })).toMatchObject({ status: 200 })
  })
})

test('must be in a pushed request', async () => {
  const body = new URLSearchParams({ response_type: 'code', scope: 'openid' })
  const headers = { authorization: `Basic ${btoa('web:s')}` }
  const response = await fetch(`${idp.url}/request`, { method: 'POST', body, headers })

  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: 'invalid_request' })
})

describe.each(['resonite', 'digital-dj-pool', 'own'])('at %s the only redirect URI', (issuer) => {
  test('may be left out of both requests', async () => {
    const response = await authorize(issuer, { state: 's' })

    expect(response.headers.get('location')).toMatch(/^http:\/\/localhost:3000\/callback\?.*state=s/)
    expect(await exchange(issuer, codeOf(response))).toMatchObject({ status: 200 })
  })

  test('must be named where it is one of two', async () => {
    const response = await authorize(issuer, { client_id: 'two' })

    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
  })
})
