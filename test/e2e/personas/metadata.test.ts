import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../../src/index.ts'

const redirectUri = 'http://localhost:3000/callback'
const clients = [
  {
    client_id: 'app',
    client_secret: 's',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'implicit', 'client_credentials', 'password', 'device_code', 'ciba'],
    auto_login: 'alice',
    consent: 'skip',
  },
]

const personas: Record<string, object> = {
  code: {
    grant_types: ['authorization_code'],
    token_endpoint_auth_methods: ['client_secret_post'],
    response_iss: false,
  },
  fragment: { grant_types: ['implicit'] },
  machines: { grant_types: ['client_credentials'], openid: false },
  headless: { without: ['authorization'] },
  deviceless: { without: ['device_authorization', 'introspection', 'revocation', 'jwks'] },
}

let idp: Understudy

beforeAll(async () => {
  const scopes = { crate: {} }
  const issuers = Object.entries(personas).map(([name, persona]) => [
    name,
    { persona: { name, ...persona }, users: ['alice'], clients, scopes, registration: { enabled: true } },
  ])
  idp = await startUnderstudy({ fixtures: { issuers: Object.fromEntries(issuers) } as never })
})
afterAll(() => idp.close())

const at = (issuer: string, path: string, init?: RequestInit) =>
  fetch(idp.issuer(issuer).url + path, { redirect: 'manual', ...init })

async function metadataOf(issuer: string): Promise<Record<string, unknown>> {
  return (await (await at(issuer, '/.well-known/openid-configuration')).json()) as Record<string, unknown>
}

const paths = {
  authorization_endpoint: '/auth',
  token_endpoint: '/token',
  device_authorization_endpoint: '/device/auth',
  userinfo_endpoint: '/me',
  introspection_endpoint: '/token/introspection',
  revocation_endpoint: '/token/revocation',
  pushed_authorization_request_endpoint: '/request',
  backchannel_authentication_endpoint: '/backchannel',
  registration_endpoint: '/reg',
  end_session_endpoint: '/session/end',
  jwks_uri: '/jwks',
} as const

const device = ['device_authorization_endpoint']
const poll = [...device, 'backchannel_authentication_endpoint']
const absent: Record<string, string[]> = {
  code: poll,
  fragment: [...poll, 'token_endpoint'],
  machines: [...poll, 'authorization_endpoint', 'pushed_authorization_request_endpoint', 'userinfo_endpoint'],
  headless: ['authorization_endpoint', 'pushed_authorization_request_endpoint'],
  deviceless: [...device, 'introspection_endpoint', 'revocation_endpoint', 'jwks_uri'],
}

test.each(Object.keys(personas))(
  'the metadata of %s name the endpoints that are there, and no other is',
  async (issuer) => {
    const metadata = await metadataOf(issuer)

    for (const [member, path] of Object.entries(paths)) {
      const isThere = !absent[issuer]?.includes(member)
      expect(metadata[member], member).toBe(isThere ? idp.issuer(issuer).url + path : undefined)
      for (const method of ['GET', 'POST']) {
        const { status } = await at(issuer, path, { method })
        if (!isThere) expect(status, `${method} ${path}`).toBe(404)
      }
    }
    expect((await at(issuer, '/device')).status).toBe(
      absent[issuer]?.includes('device_authorization_endpoint') ? 404 : 200,
    )
  },
)

describe.each([
  ['code', ['authorization_code'], ['code', 'none']],
  ['fragment', ['implicit'], ['id_token', 'id_token token', 'token', 'none']],
  ['machines', ['client_credentials'], []],
])('at %s', (issuer, grants, responseTypes) => {
  test('grants and response types are those that work', async () => {
    const metadata = await metadataOf(issuer)

    expect(metadata.grant_types_supported).toEqual(grants)
    expect([...(metadata.response_types_supported as string[])].sort()).toEqual([...responseTypes].sort())
  })

  test('a client that is registered for more gets no more', async () => {
    const types = ['code', 'id_token', 'token', 'code token', 'code id_token', 'id_token token', 'code id_token token']
    for (const type of types.filter((each) => !responseTypes.includes(each as never))) {
      const asked = { client_id: 'app', redirect_uri: redirectUri, scope: 'openid', nonce: 'n', response_type: type }
      const { status, headers } = await at(issuer, `/auth?${new URLSearchParams(asked)}`)
      if (responseTypes.length === 0) expect(status).toBe(404)
      else expect(headers.get('location'), type).toContain('error=unsupported_response_type')
    }
    for (const grant of ['password', 'client_credentials'].filter((each) => !grants.includes(each as never))) {
      const body = new URLSearchParams({
        grant_type: grant,
        username: 'alice',
        password: 'x',
        client_id: 'app',
        client_secret: 's',
      })
      const answer = await at(issuer, '/token', { method: 'POST', body })
      if (issuer === 'fragment') expect(answer.status).toBe(404)
      else expect(await answer.json()).toMatchObject({ error: 'unsupported_grant_type' })
    }
  })
})

test('grants without their endpoints are gone as well', async () => {
  const grants = (issuer: string) => metadataOf(issuer).then(({ grant_types_supported: told }) => String(told))

  expect(await grants('deviceless')).not.toContain('device_code')
  expect(await grants('headless')).not.toMatch(/authorization_code|implicit/)
  expect(await grants('headless')).toContain('device_code')
})

test('a secret is taken at no endpoint in another way than is told', async () => {
  const { token_endpoint_auth_methods_supported: told } = await metadataOf('code')
  const form = { response_type: 'code', redirect_uri: redirectUri, scope: 'openid' }
  const push = (body: Record<string, string>, headers: Record<string, string> = {}) =>
    at('code', '/request', { method: 'POST', body: new URLSearchParams({ ...form, ...body }), headers })

  expect(told).not.toContain('client_secret_basic')
  expect((await push({}, { authorization: `Basic ${btoa('app:s')}` })).status).toBe(401)
  expect((await push({ client_id: 'app', client_secret: 's' })).status).toBe(201)
})

test('what OpenID Connect and RFC 9207 alone have is told where it is there', async () => {
  expect(await metadataOf('machines')).not.toHaveProperty('id_token_signing_alg_values_supported')
  expect(await metadataOf('machines')).not.toHaveProperty('claims_supported')
  expect(await metadataOf('code')).not.toHaveProperty('authorization_response_iss_parameter_supported')
  expect(await metadataOf('fragment')).toHaveProperty('authorization_response_iss_parameter_supported', true)
  expect(await metadataOf('fragment')).not.toHaveProperty('code_challenge_methods_supported')
})
