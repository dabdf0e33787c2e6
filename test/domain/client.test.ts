import { expect, test } from 'vitest'
import { clientSchema, shortGrantType } from '../../src/domain/client.ts'

const web = { client_id: 'web', redirect_uris: ['http://localhost/cb'] }
const deviceUrn = 'urn:ietf:params:oauth:grant-type:device_code'

test.each([
  ['without a secret it authenticates by nothing', web, 'none'],
  ['with a secret the method stays open', { ...web, client_secret: 's' }, undefined],
  ['with keys the method stays open', { ...web, jwks: { keys: [] } }, undefined],
  ['with a place for its keys the method stays open', { ...web, jwks_uri: 'http://localhost/jwks' }, undefined],
  ['what it says counts', { ...web, client_secret: 's', token_endpoint_auth_method: 'none' }, 'none'],
])('authentication of a client: %s', (_name, input, method) => {
  expect(clientSchema.parse(input).token_endpoint_auth_method).toBe(method)
})

test.each([
  ['of authorization_code', web, ['code']],
  ['of a device', { client_id: 'tv', grant_types: ['device_code'] }, []],
  ['of its own choice', { ...web, response_types: ['code id_token'] }, ['code id_token']],
])('response types of a client: %s', (_name, input, types) => {
  expect(clientSchema.parse(input).response_types).toEqual(types)
})

test('grant types may be given by their short names', () => {
  const { grant_types: types } = clientSchema.parse({ client_id: 'tv', grant_types: ['device_code', 'refresh_token'] })

  expect(types).toEqual([deviceUrn, 'refresh_token'])
  expect(types.map(shortGrantType)).toEqual(['device_code', 'refresh_token'])
})

test('scopes may be a list or a text', () => {
  expect(clientSchema.parse({ ...web, scope: ['openid', 'email'] }).scope).toBe('openid email')
  expect(clientSchema.parse({ ...web, scope: 'openid email' }).scope).toBe('openid email')
})

test('registered metadata goes through as it is', () => {
  const metadata = { id_token_signed_response_alg: 'ES256', require_auth_time: true, default_max_age: 60 }

  expect(clientSchema.parse({ ...web, ...metadata })).toMatchObject(metadata)
})

test.each([
  ['tls_client_auth_subject_dn', 'nonsense', 'CN=R\\, D+OU=x, O="Example, Inc",2.5.4.6=DE,1.2.3=#04'],
  ['tls_client_auth_subject_dn', '/CN=app/O=Example', 'cn = app , o=Example'],
  ['tls_client_auth_subject_dn', 'CN=app,Example', 'CN=app'],
  ['tls_client_auth_san_dns', 'https://app.example', '*.app.example'],
  ['tls_client_auth_san_uri', 'app', 'spiffe://example/app'],
  ['tls_client_auth_san_ip', 'zz', '2001:DB8::1'],
  ['tls_client_auth_san_ip', '[::1]', '192.0.2.1'],
  ['tls_client_auth_san_email', 'app.example.com', 'app@example.com'],
])('%s %s is refused, since no certificate could match it', (member, wrong, right) => {
  const { error } = clientSchema.safeParse({ ...web, [member]: wrong })

  expect(error?.issues).toMatchObject([{ path: [member], message: expect.stringMatching(/^expected .*such as/) }])
  expect(clientSchema.safeParse({ ...web, [member]: right }).error).toBeUndefined()
})
