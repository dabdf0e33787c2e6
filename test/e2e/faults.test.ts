import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as client from 'openid-client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login, passPages } from './flows.ts'

const callback = 'http://localhost:3000/callback'

let idp: Understudy
let web: client.Configuration

beforeEach(async () => {
  idp = await startUnderstudy()
  web = await discover(idp.url, 'web-app', 'web-secret')
})

afterEach(() => idp.close())

const service = async (headers?: Record<string, string>) => {
  const config = await discover(idp.url, 'service', 'service-secret')
  if (headers !== undefined) config[client.customFetch] = (url, init) => fetch(url, withHeaders(init, headers))
  return config
}

function withHeaders(init: client.CustomFetchOptions, headers: Record<string, string>): RequestInit {
  return { ...(init as RequestInit), headers: { ...init.headers, ...headers } }
}

const authorize = (parameters: Record<string, string> = {}) =>
  client.buildAuthorizationUrl(web, { redirect_uri: callback, scope: 'openid', state: 's', ...parameters })

describe('error codes, as real clients meet them', () => {
  test.each([
    ['invalid_grant', 400],
    ['invalid_client', 401],
    ['unauthorized_client', 400],
    ['invalid_scope', 400],
    ['server_error', 500],
    ['temporarily_unavailable', 503],
  ] as const)('token: %s, then recovery', async (fault, status) => {
    await idp.arm({ fault, when: { endpoint: 'token' } })
    const config = await service()
    const failing = client.clientCredentialsGrant(config)
    await expect(failing).rejects.toMatchObject(
      status < 500 ? { status, error: fault } : { code: 'OAUTH_RESPONSE_IS_NOT_CONFORM', cause: { status } },
    )
    await expect(client.clientCredentialsGrant(config)).resolves.toMatchObject({ token_type: 'bearer' })
    expect(await idp.armed()).toMatchObject([{ fault, matches: 1, fires: 1, spent: true }])
  })

  test.each(['access_denied', 'server_error', 'login_required', 'temporarily_unavailable', 'invalid_scope'] as const)(
    'authorization: %s by redirect, once a flow, then recovery',
    async (fault) => {
      await idp.arm({
        fault,
        with: { description: 'as armed', uri: 'https://example.com/why' },
        when: { endpoint: 'authorization' },
      })
      const { url } = await new UserAgent().open(authorize())
      expect(Object.fromEntries(url.searchParams)).toMatchObject({
        error: fault,
        error_description: 'as armed',
        error_uri: 'https://example.com/why',
        state: 's',
        iss: idp.url,
      })
      await expect(client.authorizationCodeGrant(web, url, { expectedState: 's' })).rejects.toMatchObject({
        error: fault,
      })
      await expect(login(web)).resolves.toBeDefined()
    },
  )

  test('authorization: a fault never redirects to where the client may not be sent', async () => {
    await idp.arm('access_denied')
    const page = await new UserAgent().open(authorize({ redirect_uri: 'http://evil.example/callback' }))
    expect(page).toMatchObject({ status: 400, url: expect.objectContaining({ host: new URL(idp.url).host }) })
    expect(await idp.armed()).toMatchObject([{ fires: 0 }])
  })

  test('authorization: a bad client is told on a page', async () => {
    await idp.arm({ fault: 'invalid_client', when: { endpoint: 'authorization' } })
    const page = await new UserAgent().open(authorize())
    expect(page.url.origin).toBe(new URL(idp.url).origin)
    expect(page.html).toContain('invalid_client')
    expect(page.status).toBeGreaterThanOrEqual(400)
  })

  test('userinfo: invalid_token and insufficient_scope with their challenges', async () => {
    const { tokens } = await login(web)
    for (const [fault, status] of [
      ['invalid_token', 401],
      ['insufficient_scope', 403],
    ] as const) {
      await idp.arm({ fault, when: { endpoint: 'userinfo' } })
      await expect(client.fetchUserInfo(web, tokens.access_token, '100101')).rejects.toMatchObject({
        code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE',
        status,
        cause: [{ scheme: 'bearer', parameters: { error: fault } }],
      })
    }
    await expect(client.fetchUserInfo(web, tokens.access_token, '100101')).resolves.toBeDefined()
  })

  test('introspection calls a live token inactive; revocation is unavailable for a while', async () => {
    const { tokens } = await login(web)
    await idp.arm('inactive')
    expect(await client.tokenIntrospection(web, tokens.access_token)).toEqual({ active: false })
    expect(await client.tokenIntrospection(web, tokens.access_token)).toMatchObject({ active: true })
    await idp.arm({ fault: 'temporarily_unavailable', with: { retry_after: 7 }, when: { endpoint: 'revocation' } })
    await expect(client.tokenRevocation(web, tokens.access_token)).rejects.toMatchObject({ cause: { status: 503 } })
    await expect(client.tokenRevocation(web, tokens.access_token)).resolves.toBeUndefined()
  })

  test('device authorization and pushed requests', async () => {
    const tv = await discover(idp.url, 'tv-app', undefined, client.None())
    await idp.arm({ fault: 'invalid_scope', when: { endpoint: 'device_authorization' } })
    await expect(client.initiateDeviceAuthorization(tv, { scope: 'openid' })).rejects.toMatchObject({
      error: 'invalid_scope',
    })
    await expect(client.initiateDeviceAuthorization(tv, { scope: 'openid' })).resolves.toBeDefined()
    await idp.arm({ fault: 'invalid_request', when: { endpoint: 'pushed_authorization_request' } })
    const push = () => client.buildAuthorizationUrlWithPAR(web, { redirect_uri: callback, scope: 'openid' })
    await expect(push()).rejects.toMatchObject({ error: 'invalid_request' })
    await expect(push()).resolves.toBeDefined()
  })
})

describe('whose request a fault meets', () => {
  test('a fetch of keys or discovery eats no fault that is meant for the token endpoint', async () => {
    await idp.arm('server_error')
    await idp.arm({ fault: 'invalid_grant', when: { endpoint: 'token' } })
    await idp.disarm((await idp.armed())[0]?.id)
    await fetch(`${idp.url}/jwks`)
    await fetch(`${idp.url}/.well-known/openid-configuration`)
    await expect(client.clientCredentialsGrant(await service())).rejects.toMatchObject({ error: 'invalid_grant' })
  })

  test("one client's fault never fires on another's request", async () => {
    await idp.arm({ fault: 'invalid_scope', when: { client: 'web-app', endpoint: 'token' } })
    await expect(client.clientCredentialsGrant(await service())).resolves.toBeDefined()
    await expect(login(web)).rejects.toMatchObject({ error: 'invalid_scope' })
  })

  test('a user is known by code, refresh token and access token', async () => {
    const { tokens: bobs } = await login(web, { user: 'alice' })
    await idp.arm({ fault: 'invalid_grant', when: { user: 'alice', grant_type: 'refresh_token' } })
    await idp.arm({ fault: 'invalid_token', when: { user: 'alice', endpoint: 'userinfo' } })
    await idp.arm({ fault: 'invalid_token', when: { user: 'nobody', endpoint: 'userinfo' }, times: 'always' })
    await expect(client.refreshTokenGrant(web, bobs.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    await expect(client.fetchUserInfo(web, bobs.access_token, '100101')).rejects.toMatchObject({ status: 401 })
    await expect(client.fetchUserInfo(web, bobs.access_token, '100101')).resolves.toBeDefined()
  })

  test('named issuers have faults of their own', async () => {
    await idp.issuer('partner').arm({ fault: 'invalid_client', times: 9 })
    await expect(client.clientCredentialsGrant(await service())).resolves.toBeDefined()
    expect(await idp.armed()).toEqual([])
  })
})

describe('a request arms for its own flow', () => {
  test('by header, and the next request does not know of it', async () => {
    const faulty = await service({ 'understudy-fault': 'invalid_scope;description="by header"' })
    await expect(client.clientCredentialsGrant(faulty)).rejects.toMatchObject({
      error: 'invalid_scope',
      error_description: 'by header',
    })
    await expect(client.clientCredentialsGrant(await service())).resolves.toBeDefined()
  })

  test('by parameter, inherited through code and tokens, while a parallel flow goes its way', async () => {
    const [tokenFails, refreshFails, userinfoFails, nothingFails] = await Promise.allSettled([
      login(web, { parameters: { understudy_fault: 'invalid_grant' } }),
      login(web, { parameters: { understudy_fault: 'invalid_grant;endpoint=token;skip=1' } }),
      login(web, { parameters: { understudy_fault: 'invalid_token;endpoint=userinfo' } }),
      login(web),
    ])
    expect(tokenFails).toMatchObject({ status: 'rejected', reason: { error: 'invalid_grant' } })
    const ok = (result: typeof nothingFails) => {
      if (result?.status !== 'fulfilled') throw new Error('the login failed', { cause: result?.reason })
      return result.value.tokens
    }
    await expect(client.refreshTokenGrant(web, ok(refreshFails).refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    await expect(client.fetchUserInfo(web, ok(userinfoFails).access_token, '100101')).rejects.toMatchObject({
      status: 401,
    })
    await expect(client.fetchUserInfo(web, ok(nothingFails).access_token, '100101')).resolves.toBeDefined()
    await expect(client.refreshTokenGrant(web, ok(nothingFails).refresh_token as string)).resolves.toBeDefined()
  })

  test('inside a pushed request', async () => {
    const url = await client.buildAuthorizationUrlWithPAR(web, {
      redirect_uri: callback,
      scope: 'openid',
      understudy_fault: 'access_denied',
    })
    const { url: back } = await new UserAgent().open(url)
    expect(back.searchParams.get('error')).toBe('access_denied')
  })

  test('by cookie, and through the device flow', async () => {
    const agent = new UserAgent()
    const page = await agent.open(authorize(), undefined, { headers: { cookie: 'understudy_fault=login_required' } })
    expect(page.url.searchParams.get('error')).toBe('login_required')
    const tv = await discover(idp.url, 'tv-app', undefined, client.None())
    const device = await client.initiateDeviceAuthorization(tv, { scope: 'openid', understudy_fault: 'expired_token' })
    await idp.device.approve(device.user_code, 'alice')
    const poll = () => client.genericGrantRequest(tv, deviceGrant, { device_code: device.device_code })
    await expect(poll()).rejects.toMatchObject({ error: 'expired_token' })
    await expect(poll()).resolves.toMatchObject({ access_token: expect.any(String) })
  })

  test('one that cannot fire there is told so: in JSON, and on a page', async () => {
    const faulty = await service({ 'understudy-fault': 'slow_down' })
    await expect(client.clientCredentialsGrant(faulty)).rejects.toMatchObject({
      error: 'invalid_request',
      error_description: expect.stringMatching(/slow_down.*device_code/s),
    })
    const page = await new UserAgent().open(authorize({ understudy_fault: 'no_such_fault' }))
    expect(page).toMatchObject({ status: 400, html: expect.stringContaining('no_such_fault') })
  })

  test('where the issuer does not allow it, it is refused', async () => {
    await using closed = await startUnderstudy({
      fixtures: {
        request_faults: false,
        clients: [{ client_id: 'm', client_secret: 's', grant_types: ['client_credentials'] }],
      },
    })
    const response = await fetch(`${closed.url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('m:s')}`, 'understudy-fault': 'invalid_scope' },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
  })
})

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

describe('scripts, hooks and restarts', () => {
  test("a module's onRequest names a fault, which answers", async () => {
    await using hooked = await startUnderstudy({
      fixtures: {
        clients: [{ client_id: 'm', client_secret: 's', grant_types: ['client_credentials'] }],
        onRequest: ({ endpoint, client: id }) => (endpoint === 'token' && id === 'm' ? 'invalid_scope' : undefined),
      },
    })
    const config = await discover(hooked.url, 'm', 's')
    await expect(client.clientCredentialsGrant(config)).rejects.toMatchObject({ error: 'invalid_scope' })
  })

  test('armed faults, their counters and scenarios, and the clock, survive a restart in the json store', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'understudy-faults-'))
    const store = `json:${join(folder, 'store.json')}`
    try {
      const first = await startUnderstudy({ store })
      await first.arm({ fault: 'invalid_scope', when: { endpoint: 'token' }, times: 3 })
      await first.scenario('tv-expires', true)
      await first.clock.advance('31d')
      const config = await discover(first.url, 'service', 'service-secret')
      await expect(client.clientCredentialsGrant(config)).rejects.toMatchObject({ error: 'invalid_scope' })
      const before = await first.armed()
      await first.close()

      await using second = await startUnderstudy({ store })
      expect(await second.armed()).toEqual(before)
      expect(before).toContainEqual(expect.objectContaining({ fault: 'invalid_scope', fires: 1 }))
      await second.reset()
      await expect(
        client.clientCredentialsGrant(await discover(second.url, 'service', 'service-secret')),
      ).resolves.toBeDefined()
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('a reset ends tokens, sessions and faults, and keeps what it is told to keep', async () => {
    const agent = new UserAgent()
    const { tokens } = await login(web, { agent })
    await idp.arm('inactive')
    await idp.reset({ keep: ['tokens'] })
    await expect(client.tokenIntrospection(web, tokens.access_token)).resolves.toMatchObject({ active: true })
    const page = await agent.open(authorize())
    expect(page.html).toContain('name="password"')
    await passPages(agent, page, 'alice')
    await idp.reset()
    await expect(client.tokenIntrospection(web, tokens.access_token)).resolves.toEqual({ active: false })
  })

  test('fixtures arm faults at start, and an edit changes what is armed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'understudy-faults-'))
    const file = join(folder, 'fixtures.yaml')
    const clients = 'clients: [{ client_id: m, client_secret: s, grant_types: [client_credentials] }]\n'
    try {
      await writeFile(file, `${clients}faults: [{ fault: invalid_scope, when: { endpoint: token } }]\n`)
      await using seeded = await startUnderstudy({ fixtures: file })
      const config = await discover(seeded.url, 'm', 's')
      await expect(client.clientCredentialsGrant(config)).rejects.toMatchObject({ error: 'invalid_scope' })
      await expect(client.clientCredentialsGrant(config)).resolves.toBeDefined()
      await writeFile(file, `${clients}faults: [{ fault: invalid_target, when: { endpoint: token } }]\n# edited\n`)
      await expect(client.clientCredentialsGrant(config)).rejects.toMatchObject({ error: 'invalid_target' })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
