import * as client from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover } from './flows.ts'

const redirectUri = 'http://localhost:3000/callback'
const allowed = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/
const grants = ['authorization_code', 'client_credentials', 'password', 'token_exchange', 'device_code', 'ciba']
const exchange = { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: 'x' }

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: {
      registration: { enabled: true },
      acr_values: ['bronze'],
      users: ['alice', { username: 'lö"cked', password: 'p', state: 'locked' }],
      clients: [
        {
          client_id: 'web',
          client_secret: 's',
          redirect_uris: [redirectUri],
          grant_types: grants,
          consent: 'skip',
          auto_login: 'alice',
        },
        {
          client_id: 'apis',
          client_secret: 's',
          grant_types: ['client_credentials'],
          access_token: { audience: '日本"' },
        },
      ],
      resources: { 'urn:api': { path: '/api' } },
      authorization_details: { payment: {} },
    } as never,
    watch: false,
    env: {},
  })
})
afterAll(() => idp.close())

const basic = { authorization: `Basic ${btoa('web:s')}` }

async function post(path: string, form: Record<string, string>, headers: Record<string, string> = basic) {
  const response = await fetch(`${idp.url}${path}`, { method: 'POST', headers, body: new URLSearchParams(form) })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, string> }
}

test.each([
  ['/token', { grant_type: 'password', username: 'x"\\ü', password: 'no' }, "x'/u"],
  ['/token', { grant_type: 'password', username: 'lö"cked', password: 'p' }, 'locked'],
  ['/token', { grant_type: 'client_credentials', scope: 'ü"' }, 'scope'],
  ['/token', { grant_type: 'client_credentials', authorization_details: '[{"type":"ü\\""}]' }, "u'"],
  ['/token', { ...exchange, subject_token_type: 'ü"' }, "is 'u'', which is no token type"],
  [
    '/request',
    {
      client_id: 'web',
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid',
      authorization_details: '[{"type":"日"}]',
    },
    'unsupported authorization details',
  ],
  ['/backchannel', { scope: 'openid', login_hint: 'alice', resource: 'urn:ü' }, ''],
] as [string, Record<string, string>, string][])(
  'an error at %s is told in the characters for it: %j',
  async (path, form, said) => {
    const { status, body } = await post(path, form)

    expect(status).toBeGreaterThanOrEqual(400)
    expect(body.error_description).toMatch(allowed)
    expect(body.error_description).toContain(said)
  },
)

test('an error at registration is told in the characters for it', async () => {
  const response = await fetch(`${idp.url}/reg`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: ['javascript:"ü'], token_endpoint_auth_method: 'ü"' }),
  })

  expect(response.status).toBe(400)
  expect(((await response.json()) as Record<string, string>).error_description).toMatch(allowed)
})

test.each(['query', 'fragment', 'form_post'])('an error by %s is told in the characters for it', async (mode) => {
  const config = await discover(idp.url, 'web', 's')
  const claims = JSON.stringify({ id_token: { acr: { essential: true, values: ['ü"\\'] } } })
  const asked = { redirect_uri: redirectUri, scope: 'openid', response_mode: mode, claims }
  const { url, forms } = await new UserAgent().open(client.buildAuthorizationUrl(config, asked))
  const answer = new URLSearchParams(forms[0]?.fields ?? (url.hash.slice(1) || url.search))

  expect(answer.get('error_description')).toBe("the acr must be u'/, and logins here have bronze")
})

test('a fault says what it wants to', async () => {
  const config = await discover(idp.url, 'web', 's')
  await idp.arm({
    fault: 'access_denied',
    with: { description: 'Not "you", Zoë' },
    when: { endpoint: 'authorization' },
  })
  const asked = { redirect_uri: redirectUri, scope: 'openid' }
  const { url } = await new UserAgent().open(client.buildAuthorizationUrl(config, asked))
  await idp.arm({ fault: 'invalid_grant', with: { description: 'Not "you", Zoë' }, when: { endpoint: 'token' } })
  const { body } = await post('/token', { grant_type: 'client_credentials' })

  expect(url.searchParams.get('error_description')).toBe('Not "you", Zoë')
  expect(body.error_description).toBe('Not "you", Zoë')
})

test('what is refused before it reaches an endpoint is told in the characters for it', async () => {
  const mistaken = await post(
    '/token',
    { grant_type: 'client_credentials' },
    { ...basic, 'Understudy-Fault': '"none"' },
  )
  const nowhere = await fetch(`${idp.url}/"`)

  expect([mistaken.status, nowhere.status]).toEqual([400, 404])
  for (const { error_description: told } of [mistaken.body, (await nowhere.json()) as Record<string, string>]) {
    expect(told).toMatch(allowed)
  }
})

test('a challenge names the reason as the body does', async () => {
  const bearer = { authorization: 'Bearer nonsense' }
  const response = await fetch(`${idp.url}/me`, { headers: bearer })
  const { error_description: told } = (await response.json()) as Record<string, string>

  expect(told).toBe('invalid token provided: access token not found')
  expect(response.headers.get('www-authenticate')).toContain(`error="invalid_token", error_description="${told}"`)
})

test('a resource tells of an audience that no header could hold', async () => {
  const config = await discover(idp.url, 'apis', 's')
  const { access_token: token } = await client.clientCredentialsGrant(config)
  const response = await fetch(`${idp.url}/api`, { headers: { authorization: `Bearer ${token}` } })

  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toContain("the access token is for ??', and this is")
})

test('what is wrong is not said twice of a request without a token', async () => {
  const response = await fetch(`${idp.url}/me`)

  expect(response.status).toBe(401)
  expect(await response.json()).toMatchObject({ error_description: 'no access token provided' })
})
