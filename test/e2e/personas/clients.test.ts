import OAuth2Strategy from 'passport-oauth2'
import { AuthorizationCode } from 'simple-oauth2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../../src/index.ts'
import { providerAt, redirectUri } from './provider.ts'

interface Played {
  user: string
  authorizePath: string
  tokenPath: string
  scope: string
  resource: string
  /** How the client sends its secret. */
  header: boolean
  /** Whether it gives out refresh tokens. */
  refreshes: boolean
}

const played: Record<string, Played> = {
  digitalocean: {
    user: 'mark',
    authorizePath: '/v1/oauth/authorize',
    tokenPath: '/v1/oauth/token',
    scope: 'read',
    resource: '/v2/account',
    header: false,
    refreshes: true,
  },
  dlive: {
    user: 'dora',
    authorizePath: '/o/authorize',
    tokenPath: '/o/token',
    scope: 'email:read',
    resource: '/api/user',
    header: true,
    refreshes: true,
  },
  resonite: {
    user: 'Nova',
    authorizePath: '/connect/authorize',
    tokenPath: '/connect/token',
    scope: 'profile',
    resource: '/api/user/profiles',
    header: false,
    refreshes: false,
  },
  'digital-dj-pool': {
    user: 'dj-dana',
    authorizePath: '/auth',
    tokenPath: '/token',
    scope: 'user',
    resource: '/api/user',
    header: false,
    refreshes: true,
  },
}

let idp: Understudy

beforeAll(async () => {
  const issuers = Object.keys(played).map((name) => [name, { persona: name as 'dlive' }] as const)
  idp = await startUnderstudy({ fixtures: { issuers: Object.fromEntries(issuers) } })
})

afterAll(() => idp.close())

const basic = { authorization: `Basic ${Buffer.from('demo-app:demo-secret').toString('base64')}` }

describe.each(Object.entries(played))('%s', (name, persona) => {
  const { user, authorizePath, tokenPath, scope, resource, header, refreshes } = persona

  test('simple-oauth2 logs in, calls the API and refreshes', async () => {
    const provider = providerAt(idp, name, user)
    const client = new AuthorizationCode({
      client: { id: 'demo-app', secret: 'demo-secret' },
      auth: { tokenHost: idp.origin, tokenPath: `/${name}${tokenPath}`, authorizePath: `/${name}${authorizePath}` },
      options: { authorizationMethod: header ? 'header' : 'body' },
    })
    const url = new URL(client.authorizeURL({ redirect_uri: redirectUri, scope, state: 'simple' }))

    const told = await provider.authorize(authorizePath, Object.fromEntries(url.searchParams))
    const token = await client.getToken({ code: told.get('code') ?? '', redirect_uri: redirectUri })
    const called = await provider.api(resource, token.token.access_token)

    expect(told.get('state')).toBe('simple')
    expect(called.status).toBe(200)
    if (!refreshes) return
    const next = await token.refresh()
    expect((await provider.api(resource, next.token.access_token)).status).toBe(200)
  })

  test('simple-oauth2 hears of a denial, and has no token to get', async () => {
    const client = new AuthorizationCode({
      client: { id: 'demo-app', secret: 'demo-secret' },
      auth: { tokenHost: idp.origin, tokenPath: `/${name}${tokenPath}`, authorizePath: `/${name}${authorizePath}` },
      options: { authorizationMethod: header ? 'header' : 'body' },
    })
    const url = new URL(client.authorizeURL({ redirect_uri: redirectUri, scope, state: 'simple' }))

    const told = await providerAt(idp, name, user).authorize(authorizePath, Object.fromEntries(url.searchParams), true)
    const code = told.get('code') ?? ''
    const getting = client.getToken({ code, redirect_uri: redirectUri })

    expect(Object.fromEntries(told)).toEqual({
      error: 'access_denied',
      error_description: expect.any(String),
      state: 'simple',
    })
    await expect(getting).rejects.toMatchObject({
      output: { statusCode: 400 },
      data: { payload: { error: 'invalid_request' } },
    })
  })

  test('passport-oauth2 logs in, calls the API and refreshes', async () => {
    const provider = providerAt(idp, name, user)
    const strategy = strategyFor(provider.url, persona)

    const asked = await authenticate(strategy, {})
    const told = await provider.authorize(authorizePath, Object.fromEntries(new URL(asked.location ?? '').searchParams))
    const { tokens } = await authenticate(strategy, Object.fromEntries(told))

    expect((await provider.api(resource, tokens?.access)).status).toBe(200)
    expect(tokens?.refresh !== undefined).toBe(refreshes)
    if (tokens?.refresh === undefined) return
    expect((await provider.api(resource, await refresh(strategy, tokens.refresh))).status).toBe(200)
  })

  test('passport-oauth2 hears of a denial', async () => {
    const denied = await providerAt(idp, name, user).authorize(authorizePath, { scope }, true)

    const { failed } = await authenticate(strategyFor(`${idp.origin}/${name}`, persona), Object.fromEntries(denied))

    expect(failed).toBe(true)
  })
})

interface Outcome {
  location?: string
  tokens?: { access: string; refresh: string | undefined }
  failed?: boolean
}

/** What becomes of tokens is told to the strategy as its user. */
function strategyFor(url: string, { authorizePath, tokenPath, scope, header }: Played): OAuth2Strategy {
  return new OAuth2Strategy(
    {
      authorizationURL: url + authorizePath,
      tokenURL: url + tokenPath,
      clientID: 'demo-app',
      clientSecret: 'demo-secret',
      callbackURL: redirectUri,
      scope,
      ...(header && { customHeaders: { Authorization: basic.authorization } }),
    },
    (access: string, refresh: string | undefined, _profile: unknown, done: (error: null, user: object) => void) =>
      done(null, { access, refresh }),
  )
}

/** Has a strategy take a request, as passport would. */
function authenticate(strategy: OAuth2Strategy, query: Record<string, string>): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    Object.assign(strategy, {
      redirect: (location: string) => resolve({ location }),
      success: (tokens: Outcome['tokens']) => resolve({ tokens }),
      fail: () => resolve({ failed: true }),
      error: reject,
      userProfile: (_token: string, done: (error: null, profile: object) => void) => done(null, {}),
    })
    strategy.authenticate({ query, body: {}, headers: {}, url: '/callback' } as never, {})
  })
}

function refresh(strategy: OAuth2Strategy, token: string): Promise<string> {
  const { _oauth2: oauth2 } = strategy as unknown as {
    _oauth2: {
      getOAuthAccessToken(
        code: string,
        params: object,
        done: (error: unknown, access: string, refresh: string) => void,
      ): void
    }
  }
  return new Promise((resolve, reject) => {
    oauth2.getOAuthAccessToken(token, { grant_type: 'refresh_token' }, (error, access) =>
      error ? reject(error) : resolve(access),
    )
  })
}
