import { decodeJwt, decodeProtectedHeader } from 'jose'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type IssuerModule, startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login, passPages } from './flows.ts'
import { insecure } from './web-api-client.ts'

const crates = 'https://api.example/crates'
const ledger = 'https://api.example/ledger'
const redirectUri = 'http://localhost:3000/callback'

const issuer: IssuerModule = {
  scopes: { 'crate:read': {}, 'crate:write': {}, patreon: { claims: ['tier'] } },
  users: [
    {
      username: 'alice',
      sub: '100101',
      claims: { name: 'Alice Liddell', email: 'alice@example.com', tier: 'gold', picture: 'https://img.example/a' },
    },
    { username: 'mallory' },
  ],
  clients: [
    {
      client_id: 'web',
      client_secret: 'web-secret',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token', 'password', 'token_exchange'],
      lifetimes: { access_token: '2h' },
    },
    { client_id: 'tv', grant_types: ['device_code', 'refresh_token'] },
    {
      client_id: 'service',
      client_secret: 's',
      grant_types: ['client_credentials', 'token_exchange'],
      claims: { roles: ['service'] },
    },
  ],
  resources: {
    [crates]: {
      scopes: { GET: ['crate:read'], POST: ['crate:read', 'crate:write'] },
      path: '/api/crates',
      body: { crates: ['tea'] },
      access_token: { audience: 'crates-api', typ: 'at+jwt', signed_response_alg: 'ES256' },
      lifetimes: { access_token: '5m' },
    },
    ledger: { resource: ledger, access_token: { format: 'opaque', audience: ['ledger', 'audit'] } },
    profile: {
      path: '/api/user/profiles',
      scopes: ['profile'],
      claims: {
        profile: { id: 'sub', username: 'username', iconUrl: 'picture' },
        email: ['email'],
        patreon: { patreon: 'tier' },
      },
    },
    plain: { path: '/api/me' },
    readable: { path: '/api/notes', methods: ['GET'] },
  },
}

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({ fixtures: { ...issuer, issuers: { acme: issuer } } })
})

afterAll(() => idp.close())

test('no issuer is created where the root issuer serves a resource', async () => {
  await expect(idp.createIssuer({ name: 'api' })).rejects.toMatchObject({
    code: 'ERR_FIXTURES_INVALID',
    message: expect.stringContaining('/api/me is taken: the issuer "api" is below /api'),
  })
})

test('resources are exported and patched as they were written', async () => {
  const side = await idp.createIssuer({ ...issuer })

  const { resources } = await side.fixtures()
  await side.patch({ resources: { plain: { path: '/api/moved' } } })

  expect(resources).toMatchObject({ [crates]: { path: '/api/crates', lifetimes: { access_token: 300 } } })
  expect((await fetch(`${side.url}/api/moved`)).status).toBe(401)
  expect((await fetch(`${side.url}/api/me`)).status).toBe(404)
  expect((await fetch(`${side.url}/api/crates`)).status).toBe(401)
  await side.reset()
  expect((await fetch(`${side.url}/api/me`)).status).toBe(401)
})

async function tokenFor(config: client.Configuration, scope: string, resource?: string, agent?: UserAgent) {
  const parameters: Record<string, string> = resource === undefined ? {} : { resource }
  return (await login(config, { scope, parameters, ...(agent && { agent }) })).tokens
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

async function json(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>
}

for (const name of ['default', 'acme']) {
  describe(`issuer ${name}`, () => {
    const url = () => idp.issuer(name).url
    const web = () => discover(url(), 'web', 'web-secret')

    describe('tokens for a declared resource', () => {
      test('have its audience, form, lifetime and scopes', async () => {
        const tokens = await tokenFor(await web(), 'openid crate:read profile', crates)

        expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ typ: 'at+jwt', alg: 'ES256' })
        expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: 'crates-api', scope: 'crate:read' })
        expect(tokens.expires_in).toBe(300)
        expect(tokens.id_token).toBeDefined()
      })

      test('can be opaque, and tell their audience at introspection', async () => {
        const config = await web()

        const tokens = await tokenFor(config, 'openid crate:read', ledger)

        expect(tokens.access_token).not.toContain('.')
        expect(tokens.expires_in).toBe(7200)
        const told = await client.tokenIntrospection(config, tokens.access_token)
        expect(told).toMatchObject({ active: true, aud: ['ledger', 'audit'] })
      })

      test('come of a refresh that picks one of two, and of none that was not granted', async () => {
        const config = await web()
        const target = client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid crate:read' })
        for (const resource of [crates, ledger]) target.searchParams.append('resource', resource)
        const agent = new UserAgent()
        const { url: callback } = await passPages(agent, await agent.open(target), 'alice')

        const first = await client.authorizationCodeGrant(config, callback, {}, { resource: ledger })
        const second = await client.refreshTokenGrant(config, first.refresh_token ?? '', { resource: crates })
        const third = client.refreshTokenGrant(config, second.refresh_token ?? '', { resource: `${url()}/api/me` })

        expect(first.access_token).not.toContain('.')
        expect(decodeJwt(second.access_token).aud).toBe('crates-api')
        await expect(third).rejects.toMatchObject({ error: 'invalid_target', status: 400 })
      })

      test('come of client credentials, by resource and by audience', async () => {
        const config = await discover(url(), 'service', 's')

        for (const [parameter, value] of [
          ['resource', crates],
          ['audience', crates],
          ['audience', 'crates-api'],
        ] as const) {
          const tokens = await client.clientCredentialsGrant(config, { scope: 'crate:read', [parameter]: value })
          expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: 'crates-api', roles: ['service'] })
          expect(tokens).toMatchObject({ expires_in: 300, scope: 'crate:read' })
        }
      })

      test('say so where no scope is left of those that are asked for, and nothing where none is', async () => {
        const service = await discover(url(), 'service', 's')
        const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
        const own = await client.clientCredentialsGrant(service, { scope: 'patreon' })
        const asked = {
          subject_token: own.access_token,
          subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          scope: 'patreon',
        }

        const tokens = [
          await client.clientCredentialsGrant(service, { scope: 'patreon', resource: crates }),
          await client.genericGrantRequest(service, exchange, { ...asked, resource: crates }),
          await tokenFor(await web(), 'openid patreon', crates),
        ]

        for (const { access_token: token, scope } of tokens) {
          expect(scope).toBe('')
          expect(decodeJwt(token)).not.toHaveProperty('scope', 'patreon')
        }
        expect(await client.clientCredentialsGrant(service, { resource: crates })).not.toHaveProperty('scope')
      })

      test('come of devices, passwords and exchanges', async () => {
        const [config, tv] = [await web(), await discover(url(), 'tv')]
        const service = await discover(url(), 'service', 's')
        const device = await client.initiateDeviceAuthorization(tv, { scope: 'openid crate:read', resource: crates })
        await idp.issuer(name).device.approve(device.user_code, 'alice')
        const person = { username: 'alice', password: 'any', scope: 'openid crate:read', resource: crates }
        const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
        const subjectType = 'urn:ietf:params:oauth:token-type:access_token'

        const ofDevice = await client.pollDeviceAuthorizationGrant(tv, { ...device, interval: 0 })
        const ofPassword = await client.genericGrantRequest(config, 'password', person)
        const own = await client.clientCredentialsGrant(service, { scope: 'crate:read crate:write' })
        const asked = { subject_token: own.access_token, subject_token_type: subjectType, resource: crates }
        const ofService = await client.genericGrantRequest(service, exchange, asked)
        const ofUser = await client.genericGrantRequest(config, exchange, {
          ...asked,
          subject_token: ofPassword.access_token,
        })

        for (const { access_token: token } of [ofDevice, ofPassword, ofService, ofUser]) {
          expect(decodeJwt(token).aud).toBe('crates-api')
          expect(decodeProtectedHeader(token).typ).toBe('at+jwt')
        }
      })

      test('are refused where the resource is not declared', async () => {
        const service = await discover(url(), 'service', 's')
        const asked = { resource: 'https://api.example/crate' }

        await expect(client.clientCredentialsGrant(service, asked)).rejects.toMatchObject({
          error: 'invalid_target',
          status: 400,
          error_description: expect.stringContaining(`Did you mean '${crates}'?`),
        })
        await expect(tokenFor(await web(), 'openid', asked.resource)).rejects.toMatchObject({ error: 'invalid_target' })
      })
    })

    describe('a served resource', () => {
      test('answers by the scopes of the token', async () => {
        const config = await web()
        const wide = await tokenFor(config, 'openid profile email patreon')
        const narrow = await tokenFor(config, 'openid profile')

        const all = await client.fetchProtectedResource(
          config,
          wide.access_token,
          new URL(`${url()}/api/user/profiles`),
          'GET',
        )
        const less = await fetch(`${url()}/api/user/profiles`, { headers: bearer(narrow.access_token) })

        expect(await json(all)).toEqual({
          id: '100101',
          username: 'alice',
          iconUrl: 'https://img.example/a',
          email: 'alice@example.com',
          patreon: 'gold',
        })
        expect(await json(less)).toEqual({ id: '100101', username: 'alice', iconUrl: 'https://img.example/a' })
        expect(all.headers.get('cache-control')).toBe('no-store')
      })

      test('takes POST with the token in the body, HEAD, and a token of a client alone', async () => {
        const config = await discover(url(), 'service', 's')
        const reading = await client.clientCredentialsGrant(config, { scope: 'crate:read', resource: crates })
        const writing = await client.clientCredentialsGrant(config, {
          scope: 'crate:read crate:write',
          resource: crates,
        })
        const body = new URLSearchParams({ access_token: writing.access_token })

        const read = await fetch(`${url()}/api/crates`, { headers: bearer(reading.access_token) })
        const written = await fetch(`${url()}/api/crates`, { method: 'POST', body })
        const asJson = await fetch(`${url()}/api/crates`, {
          method: 'POST',
          body: '{"name":"tea"}',
          headers: { ...bearer(writing.access_token), 'content-type': 'application/json' },
        })
        const refused = await fetch(`${url()}/api/crates`, { method: 'POST', headers: bearer(reading.access_token) })
        const head = await fetch(`${url()}/api/crates`, { method: 'HEAD', headers: bearer(reading.access_token) })

        expect(await json(read)).toEqual({ crates: ['tea'], sub: 'service', roles: ['service'] })
        expect([written.status, asJson.status, head.status]).toEqual([200, 200, 200])
        expect(refused.status).toBe(403)
        expect(refused.headers.get('www-authenticate')).toContain(
          'error="insufficient_scope", error_description="the access token lacks a scope that this resource needs", scope="crate:read crate:write"',
        )
      })

      test('refuses with 401 and a challenge what is no good token', async () => {
        const config = await web()
        const elsewhere = await tokenFor(config, 'openid profile', ledger)
        const general = await tokenFor(config, 'openid crate:read')
        const revoked = await tokenFor(config, 'openid profile')
        await client.tokenRevocation(config, revoked.access_token)
        const at = (path: string, init?: RequestInit) => fetch(url() + path, init)

        const none = await at('/api/me')
        const bad = [
          await at('/api/me', { headers: bearer('nonsense') }),
          await at('/api/me', { headers: bearer(elsewhere.access_token) }),
          await at('/api/crates', { headers: bearer(general.access_token) }),
          await at('/api/me', { headers: bearer(revoked.access_token) }),
          await at('/api/me', { headers: bearer(general.id_token ?? '') }),
        ]
        const twice = await at('/api/me', {
          method: 'POST',
          body: new URLSearchParams({ access_token: general.access_token }),
          headers: bearer(general.access_token),
        })

        expect(none.status).toBe(401)
        expect(none.headers.get('www-authenticate')).toMatch(
          new RegExp(`^Bearer realm="${url()}", resource_metadata="http`),
        )
        expect(none.headers.get('www-authenticate')).not.toContain('error=')
        for (const response of bad) {
          expect(response.status).toBe(401)
          expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
          expect(await json(response)).toMatchObject({ error: 'invalid_token' })
        }
        expect(twice.status).toBe(400)
        expect(await json(twice)).toMatchObject({ error: 'invalid_request' })
      })

      test('refuses what has expired, and the token of a user who may not go on', async () => {
        const side = await idp.createIssuer({ ...issuer })
        const config = await discover(side.url, 'web', 'web-secret')
        const at = async (token: string) => (await fetch(`${side.url}/api/me`, { headers: bearer(token) })).status
        const tokens = await tokenFor(config, 'openid')

        const before = await at(tokens.access_token)
        await side.users.put('alice', { sub: '100101', state: 'locked' })
        const locked = await at(tokens.access_token)
        await side.users.put('alice', { sub: '100101' })
        await side.clock.advance('3h')

        expect([before, locked, await at(tokens.access_token)]).toEqual([200, 401, 401])
      })

      test('takes a token that is bound to a key with its proof alone', async () => {
        const config = await web()
        const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair())
        const person = { username: 'alice', password: 'any', scope: 'openid' }
        const { access_token: token } = await client.genericGrantRequest(config, 'password', person, { DPoP })
        const me = new URL(`${url()}/api/me`)

        const good = await client.fetchProtectedResource(config, token, me, 'GET', null, undefined, { DPoP })
        const unproven = await fetch(me, { headers: bearer(token) })
        const stolen = client.fetchProtectedResource(config, token, me, 'GET', null, undefined, {
          DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair()),
        })

        expect(await json(good)).toMatchObject({ sub: '100101' })
        expect(unproven.status).toBe(401)
        expect(unproven.headers.get('www-authenticate')).toMatch(/^DPoP .*error="invalid_token"/)
        await expect(stolen).rejects.toMatchObject({ code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE', status: 401 })
      })

      test('lets pages of other origins ask', async () => {
        const headers = { origin: 'http://app.example' }
        const ask = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }

        const before = await fetch(`${url()}/api/me`, { method: 'OPTIONS', headers: { ...headers, ...ask } })
        const refused = await fetch(`${url()}/api/me`, { headers })

        expect(before.status).toBe(204)
        expect(before.headers.get('access-control-allow-methods')).toBe('GET,POST')
        expect(before.headers.get('access-control-allow-headers')).toBe('authorization')
        expect(refused.headers.get('access-control-allow-origin')).toBe('http://app.example')
        expect(refused.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate')
      })

      test('takes no other method', async () => {
        const response = await fetch(`${url()}/api/me`, { method: 'DELETE' })

        expect(response.status).toBe(405)
        expect(response.headers.get('allow')).toBe('GET, POST')
      })

      test('takes the methods alone that it is declared with', async () => {
        const path = `${url()}/api/notes`
        const headers = { origin: 'http://app.example', 'access-control-request-method': 'GET' }

        const posted = await fetch(path, { method: 'POST' })
        const asked = await fetch(path)
        const head = await fetch(path, { method: 'HEAD' })
        const before = await fetch(path, { method: 'OPTIONS', headers })

        expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET'])
        expect([asked.status, head.status]).toEqual([401, 401])
        expect(before.headers.get('access-control-allow-methods')).toBe('GET')
        const { origin, pathname } = new URL(path)
        const described = await fetch(`${origin}/.well-known/oauth-protected-resource${pathname}`)
        expect(await described.json()).toMatchObject({ bearer_methods_supported: ['header'] })
      })

      test('describes itself where RFC 9728 says', async () => {
        const identifier = new URL(`${url()}/api/user/profiles`)

        const response = await oauth.resourceDiscoveryRequest(identifier, insecure)
        const metadata = await oauth.processResourceDiscoveryResponse(identifier, response)

        expect(metadata).toMatchObject({
          authorization_servers: [url()],
          scopes_supported: ['profile', 'email', 'patreon'],
          bearer_methods_supported: ['header', 'body'],
        })
        const challenged = await fetch(identifier)
        expect(challenged.headers.get('www-authenticate')).toContain(`resource_metadata="${response.url}"`)
        const { origin, pathname } = new URL(`${url()}/api/crates`)
        const unnamed = await fetch(`${origin}/.well-known/oauth-protected-resource${pathname}`)
        expect(unnamed.status).toBe(404)
      })

      test('can be asked for by its own URL', async () => {
        const config = await web()

        const tokens = await tokenFor(config, 'openid profile', `${url()}/api/user/profiles`)

        expect(decodeJwt(tokens.access_token).aud).toBe(`${url()}/api/user/profiles`)
        const answer = await fetch(`${url()}/api/user/profiles`, { headers: bearer(tokens.access_token) })
        expect(answer.status).toBe(200)
      })
    })

    describe('faults and journal', () => {
      test('the journal explains what was refused', async () => {
        const side = await idp.createIssuer({ ...issuer })
        const service = await discover(side.url, 'service', 's')
        const { access_token: token } = await client.clientCredentialsGrant(service, { resource: crates })
        await client.clientCredentialsGrant(service, { resource: `${crates}s` }).catch(() => {})
        await fetch(`${side.url}/api/crates`, { headers: bearer(token) })

        const [first, second] = (await side.requests()).filter(({ answer }) => (answer?.status ?? 0) >= 400)

        expect(first?.refusal?.why).toContain(`there is no ${crates}s. Did you mean '${crates}'?`)
        expect(second?.refusal?.why).toContain('the resource needs "crate:read"')
      })

      test('an armed fault answers in its place, once, and the journal tells', async () => {
        const side = await idp.createIssuer({ ...issuer })
        const config = await discover(side.url, 'web', 'web-secret')
        const { access_token: token } = await tokenFor(config, 'openid')
        const ask = () => fetch(`${side.url}/api/me`, { headers: bearer(token) })
        await side.arm({
          fault: 'insufficient_scope',
          when: { endpoint: 'resource', user: 'alice' },
          with: { scope: 'tea' },
        })

        const [faulted, good] = [await ask(), await ask()]

        expect([faulted.status, good.status]).toEqual([403, 200])
        expect(faulted.headers.get('www-authenticate')).toContain('scope="tea"')
        const entries = await side.requests({ endpoint: 'resource' })
        expect(entries).toMatchObject([
          { endpoint: 'resource', user: 'alice', client: 'web' },
          { endpoint: 'resource', user: 'alice', client: 'web', scope: 'openid' },
        ])
      })
    })
  })
}
