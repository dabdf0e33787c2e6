import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import * as client from 'openid-client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CertificateOrder, type IssuedCertificate, startUnderstudy, type Understudy } from '../../src/index.ts'
import { checkFixtures } from '../../src/server.ts'
import { UserAgent } from '../user-agent.ts'
import { login } from './flows.ts'
import { fetchTrusting } from './trusting.ts'

const redirect_uris = ['http://localhost:3000/callback']
const grant_types = ['authorization_code', 'refresh_token', 'client_credentials'] as const
const bound = { redirect_uris, grant_types: [...grant_types], tls_client_certificate_bound_access_tokens: true }

const members = {
  users: [{ username: 'alice', sub: '100101' }],
  scopes: { crate: {} },
  clients: [
    { client_id: 'by-dn', tls_client_auth_subject_dn: 'CN=by-dn,OU=R\\, D,O=Example', ...bound },
    { client_id: 'by-dns', tls_client_auth_san_dns: 'app.example', grant_types: ['client_credentials'] },
    { client_id: 'by-uri', tls_client_auth_san_uri: 'spiffe://example/app', grant_types: ['client_credentials'] },
    { client_id: 'by-ip', tls_client_auth_san_ip: '2001:db8::1', grant_types: ['client_credentials'] },
    { client_id: 'by-email', tls_client_auth_san_email: 'app@example.com', grant_types: ['client_credentials'] },
    { client_id: 'gateway', client_secret: 'its-secret', grant_types: ['token_exchange'] },
    { client_id: 'secretive', client_secret: 'its-secret', ...bound },
    { client_id: 'public', token_endpoint_auth_method: 'none', ...bound, grant_types: ['authorization_code'] },
  ],
}

let idp: Understudy
let ca: string

beforeEach(async () => {
  idp = await startUnderstudy({ fixtures: { ...members, issuers: { partner: members } } as never, https: true })
  ca = await idp.certificates.authority()
})
afterEach(() => idp.close())

/** openid-client, with a certificate or without. */
async function clientOf(id: string, shown?: IssuedCertificate, mount = '', auth = client.TlsClientAuth()) {
  const send = fetchTrusting(ca, shown)
  return client.discovery(new URL(idp.url + mount), id, undefined, auth, {
    [client.customFetch]: send as client.CustomFetch,
  })
}

const byDn: CertificateOrder = { subject: 'CN=by-dn,OU=R\\, D,O=Example' }

describe.each(['', '/partner'])('tls_client_auth at "%s"', (mount) => {
  test('a client of openid-client is known by its certificate, in a whole login', async () => {
    const shown = await idp.certificates.issue(byDn)
    const config = await clientOf('by-dn', shown, mount)
    client.enableNonRepudiationChecks(config)
    const { tokens } = await login(config, { agent: new UserAgent(fetchTrusting(ca)), scope: 'openid', par: true })
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token as string)
    const userinfo = await client.fetchUserInfo(config, refreshed.access_token, '100101')
    const introspected = await client.tokenIntrospection(config, refreshed.access_token)
    await client.tokenRevocation(config, refreshed.access_token)

    expect(userinfo.sub).toBe('100101')
    expect(decodeJwt(refreshed.access_token).cnf).toEqual({ 'x5t#S256': shown.thumbprint })
    expect(introspected).toMatchObject({ active: true, cnf: { 'x5t#S256': shown.thumbprint } })
    await expect(client.fetchUserInfo(config, refreshed.access_token, '100101')).rejects.toMatchObject({ status: 401 })
  })

  test.each([
    ['by-dns', { dns: ['other.example', 'app.example'] }],
    ['by-uri', { uri: ['spiffe://example/app'] }],
    ['by-ip', { ip: ['2001:db8:0:0:0:0:0:1'] }],
    ['by-email', { email: ['app@example.com'] }],
  ])('%s', async (id, names) => {
    const config = await clientOf(id, await idp.certificates.issue(names), mount)
    await expect(client.clientCredentialsGrant(config)).resolves.toMatchObject({ token_type: 'bearer' })
    const stranger = await clientOf(id, await idp.certificates.issue({ subject: 'CN=other' }), mount)
    await expect(client.clientCredentialsGrant(stranger)).rejects.toMatchObject(invalidClient)
  })
})

const invalidClient = { error: 'invalid_client', status: 401 }

describe('a certificate that is not right', () => {
  test.each<[string, CertificateOrder | undefined, RegExp]>([
    ['none', undefined, /certificate was not provided/],
    ['another subject', { subject: 'CN=by-dn,O=Example' }, /does not match/],
    ['another order of names', { subject: 'OU=R\\, D,CN=by-dn,O=Example' }, /does not match/],
    ['its own signature', { ...byDn, self_signed: true }, /was not verified/],
    ['a life that is over', { ...byDn, expires_in: '-1h' }, /was not verified/],
  ])('%s', async (_, order, description) => {
    const shown = order && (await idp.certificates.issue(order))
    const config = await clientOf('by-dn', shown)
    const answer = client.clientCredentialsGrant(config)
    await expect(answer).rejects.toMatchObject({
      ...invalidClient,
      error_description: expect.stringMatching(description),
    })
  })

  test('one of another authority', async () => {
    await using elsewhere = await startUnderstudy()
    const config = await clientOf('by-dn', await elsewhere.certificates.issue(byDn))
    await expect(client.clientCredentialsGrant(config)).rejects.toMatchObject(invalidClient)
  })

  test('after which a right one is taken', async () => {
    const wrong = await clientOf('by-dn', await idp.certificates.issue())
    await expect(client.clientCredentialsGrant(wrong)).rejects.toMatchObject(invalidClient)
    const right = await clientOf('by-dn', await idp.certificates.issue(byDn))
    await expect(client.clientCredentialsGrant(right)).resolves.toBeDefined()
  })
})

describe.each(['', 'partner'])('self_signed_tls_client_auth at "%s"', (name) => {
  test('a client is known by the certificate that it has registered, and by no other', async () => {
    const shown = await idp.certificates.issue({ subject: 'CN=anything', self_signed: true })
    const issuer = name === '' ? idp : idp.issuer(name)
    await issuer.clients.put('self', {
      token_endpoint_auth_method: 'self_signed_tls_client_auth',
      grant_types: ['client_credentials'],
      jwks: { keys: [shown.jwk] },
    })
    const mount = name && `/${name}`
    await expect(client.clientCredentialsGrant(await clientOf('self', shown, mount))).resolves.toBeDefined()
    for (const order of [{ subject: 'CN=anything', self_signed: true }, { subject: 'CN=anything' }]) {
      const other = await clientOf('self', await idp.certificates.issue(order), mount)
      await expect(client.clientCredentialsGrant(other)).rejects.toMatchObject(invalidClient)
    }
    await expect(client.clientCredentialsGrant(await clientOf('self', undefined, mount))).rejects.toMatchObject(
      invalidClient,
    )
  })
})

describe('tokens that are bound to a certificate', () => {
  test('are of use to nobody who has another, or none', async () => {
    const shown = await idp.certificates.issue()
    const config = await clientOf('secretive', shown, '', client.ClientSecretPost('its-secret'))
    const { tokens } = await login(config, { agent: new UserAgent(fetchTrusting(ca)), scope: 'openid' })
    const asks = async (certificate?: IssuedCertificate) => {
      const headers = { authorization: `Bearer ${tokens.access_token}` }
      return fetchTrusting(ca, certificate)(`${idp.url}/me`, { headers })
    }

    expect((await asks(shown)).status).toBe(200)
    for (const other of [undefined, await idp.certificates.issue()]) {
      const refused = await asks(other)
      const told = 'invalid token provided: the token is bound to the certificate of another connection'
      expect([refused.status, await refused.json()]).toEqual([401, { error: 'invalid_token', error_description: told }])
      expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/)
      expect(refused.headers.get('www-authenticate')).toContain(`error_description="${told}"`)
    }
    expect((await idp.requests({ endpoint: 'userinfo' })).at(-1)?.refusal?.why).toMatch(
      /^The token is bound to another/,
    )
    expect((await asks(shown)).status).toBe(200)
  })

  test('are not given to who shows none', async () => {
    const config = await clientOf('secretive', undefined, '', client.ClientSecretPost('its-secret'))
    const answer = client.clientCredentialsGrant(config)
    await expect(answer).rejects.toMatchObject({ error: 'invalid_grant', status: 400 })
  })

  test('of a public client: its refresh tokens are bound as well', async () => {
    const shown = await idp.certificates.issue()
    await idp.clients.put('public', {
      token_endpoint_auth_method: 'none',
      ...bound,
      grant_types: ['authorization_code', 'refresh_token'],
    })
    const config = await clientOf('public', shown, '', client.None())
    const { tokens } = await login(config, { agent: new UserAgent(fetchTrusting(ca)), scope: 'openid' })
    const thief = await clientOf('public', await idp.certificates.issue(), '', client.None())
    const stolen = client.refreshTokenGrant(thief, tokens.refresh_token as string)
    await expect(stolen).rejects.toMatchObject({ error: 'invalid_grant' })
    await expect(client.refreshTokenGrant(config, tokens.refresh_token as string)).resolves.toBeDefined()
  })

  test('may be opaque: introspection tells whose they are', async () => {
    await idp.clients.put('secretive', { client_secret: 'its-secret', ...bound, access_token: { format: 'opaque' } })
    const shown = await idp.certificates.issue()
    const config = await clientOf('secretive', shown, '', client.ClientSecretPost('its-secret'))
    const { access_token: token } = await client.clientCredentialsGrant(config, { scope: 'crate' })
    const told = await client.tokenIntrospection(config, token)
    expect(told).toMatchObject({ active: true, cnf: { 'x5t#S256': shown.thumbprint } })
  })
})

describe('discovery offers certificates', () => {
  const offer = {
    token_endpoint_auth_methods_supported: expect.arrayContaining(['tls_client_auth', 'self_signed_tls_client_auth']),
    tls_client_certificate_bound_access_tokens: true,
  }
  const paths = ['', '/partner'].map((mount) => `${mount}/.well-known/openid-configuration`)

  test('over HTTPS, and not over the HTTP beside it', async () => {
    await using both = await startUnderstudy({ fixtures: { issuers: { partner: {} } }, https: true, httpPort: 0 })
    for (const path of paths) {
      expect(await (await fetch(both.origin + path)).json()).toMatchObject(offer)
      const plain = (await (await fetch(both.httpUrl + path)).json()) as Record<string, unknown>
      expect(plain).not.toHaveProperty('tls_client_certificate_bound_access_tokens')
      expect(JSON.stringify(plain)).not.toContain('tls_client_auth')
    }
  })

  test('by whatever way it is asked, where the issuer is one of HTTPS', async () => {
    const fixed = { issuer: 'https://understudy:9400', issuers: { partner: {} } } as const
    await using both = await startUnderstudy({ fixtures: fixed, https: true, httpPort: 0 })
    for (const path of paths) expect(await (await fetch(both.httpUrl + path)).json()).toMatchObject(offer)
  })

  test('nowhere without HTTPS', async () => {
    await using plain = await startUnderstudy({ fixtures: { issuers: { partner: {} } } })
    for (const path of paths) {
      expect(await (await fetch(plain.origin + path)).text()).not.toMatch(/tls_client/)
    }
  })

  test('and over the HTTP beside it a client that has one to show is told where to', async () => {
    await using both = await startUnderstudy({ fixtures: members as never, https: true, httpPort: 0 })
    const body = new URLSearchParams({ client_id: 'by-dn', grant_type: 'client_credentials' })
    const answer = await fetch(`${both.httpUrl}/token`, { method: 'POST', body })
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ error: 'invalid_client' })
    const [entry] = await both.requests({ endpoint: 'token' })
    expect(entry?.refusal?.why).toContain('--https')
  })
})

describe('where no certificate can get', () => {
  const self = { token_endpoint_auth_method: 'self_signed_tls_client_auth', jwks_uri: 'http://localhost:3000/jwks' }
  const promises: [member: string, metadata: Record<string, unknown>][] = [
    ['tls_client_auth_subject_dn', { tls_client_auth_subject_dn: 'CN=app' }],
    [
      'tls_client_auth_san_dns',
      { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_san_dns: 'app.example' },
    ],
    ['token_endpoint_auth_method', self],
    [
      'tls_client_certificate_bound_access_tokens',
      { client_secret: 's', tls_client_certificate_bound_access_tokens: true },
    ],
  ]
  const wayOut = /none can get here\. Serve HTTPS \(start --https, or https: true\)/

  test.each(promises)('no client is declared by %s', async (member, metadata) => {
    const clients = [{ client_id: 'app', redirect_uris, ...metadata }]
    const started = startUnderstudy({ fixtures: { issuers: { partner: { clients } } } as never })

    await expect(started).rejects.toMatchObject({
      code: 'ERR_FIXTURES_INVALID',
      message: expect.stringMatching(wayOut),
    })
    await expect(started).rejects.toThrow(`issuers.partner.clients[0].${member}`)
  })

  test.each(promises)('no client is added or registered by %s', async (member, metadata) => {
    await using plain = await startUnderstudy({ fixtures: { registration: { enabled: true } } })
    const method = member.startsWith('tls_client_auth') ? 'tls_client_auth' : 'client_secret_basic'
    const body = JSON.stringify({ redirect_uris, token_endpoint_auth_method: method, ...metadata })
    const register = { method: 'POST', headers: { 'content-type': 'application/json' }, body }

    await expect(plain.clients.put('app', { redirect_uris, ...metadata })).rejects.toThrow(wayOut)
    const answer = await fetch(`${plain.url}/reg`, register)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({
      error: 'invalid_client_metadata',
      error_description: expect.stringMatching(new RegExp(`^${member}: .*${wayOut.source}`)),
    })
  })

  test('fixtures that will be served by HTTPS are valid', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'understudy-mtls-'))
    writeFileSync(
      join(folder, 'mtls.yaml'),
      'clients: [{ client_id: app, tls_client_auth_subject_dn: CN=app, grant_types: [client_credentials] }]',
    )

    const { issuers } = await checkFixtures({ fixtures: [join(folder, 'mtls.yaml')] })

    rmSync(folder, { recursive: true })
    expect(issuers.get('default')?.clients).toHaveLength(1)
  })
})

test('certificates of another authority are taken where it was named', async () => {
  await using stranger = await startUnderstudy()
  const tlsClientCa = await stranger.certificates.authority()
  await using open = await startUnderstudy({ fixtures: members as never, https: true, tlsClientCa })
  const own = await open.certificates.authority()
  for (const { certificates } of [stranger, open]) {
    const send = fetchTrusting(own, await certificates.issue(byDn))
    const config = await client.discovery(new URL(open.url), 'by-dn', undefined, client.TlsClientAuth(), {
      [client.customFetch]: send as client.CustomFetch,
    })
    await expect(client.clientCredentialsGrant(config)).resolves.toBeDefined()
  }
})

describe('every way to a token binds it', () => {
  const fixtures = {
    users: [{ username: 'alice', password: 'wonderland', sub: '100101' }],
    resources: { ledger: { path: '/ledger' } },
    clients: [
      {
        client_id: 'every',
        tls_client_auth_subject_dn: 'CN=every',
        tls_client_certificate_bound_access_tokens: true,
        grant_types: ['password', 'client_credentials', 'device_code', 'token_exchange'],
      },
    ],
  }

  /** Asks by POST, with the client's certificate or another; gives the status and the answer. */
  function asker(open: Understudy, send: typeof fetch) {
    return async (path: string, body: Record<string, string>) => {
      const response = await send(open.url + path, {
        method: 'POST',
        body: new URLSearchParams({ client_id: 'every', ...body }).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })
      return (await response.json()) as Record<string, string>
    }
  }

  test('password, client credentials, device, token exchange; and a protected resource asks for it', async () => {
    await using open = await startUnderstudy({ fixtures: fixtures as never, https: true })
    const shown = await open.certificates.issue({ subject: 'CN=every' })
    const send = fetchTrusting(await open.certificates.authority(), shown)
    const ask = asker(open, send)
    const device = await ask('/device/auth', { scope: 'openid' })
    await open.device.approve(device.user_code as string, 'alice')
    const urn = 'urn:ietf:params:oauth:'

    const password = await ask('/token', { grant_type: 'password', username: 'alice', password: 'wonderland' })
    const answers = [
      password,
      await ask('/token', { grant_type: 'client_credentials' }),
      await ask('/token', { grant_type: `${urn}grant-type:device_code`, device_code: device.device_code as string }),
      await ask('/token', {
        grant_type: `${urn}grant-type:token-exchange`,
        subject_token: password.access_token as string,
        subject_token_type: `${urn}token-type:access_token`,
      }),
    ]

    for (const answer of answers) {
      expect(answer).toHaveProperty('access_token')
      expect(decodeJwt(answer.access_token as string).cnf).toEqual({ 'x5t#S256': shown.thumbprint })
    }
    const headers = { authorization: `Bearer ${answers[1]?.access_token}` }
    const other = fetchTrusting(await open.certificates.authority())
    expect((await send(`${open.url}/ledger`, { headers })).status).toBe(200)
    expect((await other(`${open.url}/ledger`, { headers })).status).toBe(401)
  })
})

test('a token that is bound to a certificate is exchanged by who shows it alone', async () => {
  const shown = await idp.certificates.issue(byDn)
  const { access_token: token } = await client.clientCredentialsGrant(await clientOf('by-dn', shown))
  const exchange = async (certificate?: IssuedCertificate) =>
    client.genericGrantRequest(
      await clientOf('gateway', certificate, '', client.ClientSecretPost('its-secret')),
      'urn:ietf:params:oauth:grant-type:token-exchange',
      { subject_token: token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
    )

  await expect(exchange()).rejects.toMatchObject({ error: 'invalid_request' })
  await expect(exchange(await idp.certificates.issue({ subject: 'CN=other' }))).rejects.toMatchObject({
    error: 'invalid_request',
  })
  await expect(exchange(shown)).resolves.toMatchObject({ access_token: expect.any(String) })
})
