import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../../src/index.ts'
import { UserAgent } from '../../user-agent.ts'
import { basic, providerAt, redirectUri } from './provider.ts'

interface Played {
  user: string
  sub: string
  authorization: string
  token: string
  introspection: string
  lifeSeconds: number
}

const played = {
  digitalocean: {
    user: 'mark',
    sub: '100101',
    authorization: '/v1/oauth/authorize',
    token: '/v1/oauth/token',
    introspection: '/token/introspection',
    lifeSeconds: 2_592_000,
  },
  dlive: {
    user: 'dora',
    sub: 'user-1001',
    authorization: '/o/authorize',
    token: '/o/token',
    introspection: '/o/introspect',
    lifeSeconds: 2_592_000,
  },
  resonite: {
    user: 'Nova',
    sub: 'U-Nova',
    authorization: '/connect/authorize',
    token: '/connect/token',
    introspection: '/connect/introspect',
    lifeSeconds: 3600,
  },
  'digital-dj-pool': {
    user: 'dj-dana',
    sub: '2001',
    authorization: '/auth',
    token: '/token',
    introspection: '/token/introspection',
    lifeSeconds: 3600,
  },
} satisfies Record<string, Played>

type Name = keyof typeof played

let idp: Understudy

beforeAll(async () => {
  const issuers = Object.keys(played).map((name) => [name, { persona: name as Name }] as const)
  idp = await startUnderstudy({ fixtures: { issuers: Object.fromEntries(issuers) } })
})

afterAll(() => idp.close())

/** What the consent page says: the scopes by name, and the claims that it names. */
async function consentAt(name: Name, scope: string): Promise<{ scopes: string[]; claims: string[] }> {
  const { authorization, user } = played[name]
  const asked = { response_type: 'code', client_id: 'demo-app', redirect_uri: redirectUri, scope }
  const agent = new UserAgent()
  const login = await agent.open(`${idp.origin}/${name}${authorization}?${new URLSearchParams(asked)}`)
  const { html } = await agent.submit(login, /name="pick"/, { pick: user })
  const [before = '', learnt = ''] = html.split('<details>')
  const codes = (part: string) => [...part.matchAll(/<code>([^<]*)<\/code>/g)].map(([, word = '']) => word)
  return { scopes: codes(before), claims: codes(learnt.split('</details>')[0] ?? '') }
}

/** Its form carries the secret, or the header does. */
function authenticated(name: Name): [fields: Record<string, string>, headers: Record<string, string>] {
  if (name === 'dlive') return [{}, { authorization: basic }]
  return [{ client_id: 'demo-app', client_secret: 'demo-secret' }, {}]
}

async function tokensFor(name: Name, scope: string): Promise<Record<string, unknown>> {
  const { authorization, token, user } = played[name]
  const provider = providerAt(idp, name, user)
  const code = (await provider.authorize(authorization, { scope })).get('code') ?? ''
  const [fields, headers] = authenticated(name)
  const asked = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...fields }
  return (await provider.form(token, asked, headers)).body
}

async function introspect(name: Name, token: unknown): Promise<Record<string, unknown>> {
  const { introspection, user } = played[name]
  const [fields, headers] = authenticated(name)
  return (await providerAt(idp, name, user).form(introspection, { token: String(token), ...fields }, headers)).body
}

/** All that introspection says of an opaque token for this scope. */
function told(name: Name, scope: string): Record<string, unknown> {
  return {
    active: true,
    sub: played[name].sub,
    client_id: 'demo-app',
    iat: expect.any(Number),
    exp: expect.any(Number),
    iss: `${idp.origin}/${name}`,
    scope,
    token_type: 'Bearer',
  }
}

const account = ['name', 'email', 'email_verified']

describe.each<[Name, scope: string, claims: string[]]>([
  ['digitalocean', 'read', account],
  ['digitalocean', 'write', account],
  ['dlive', 'email:read', ['name', 'email']],
  ['dlive', 'streamkey:read', ['streamkey']],
  ['dlive', 'email:read streamkey:read', ['name', 'email', 'streamkey']],
  ['resonite', 'profile', ['name', 'picture']],
  ['resonite', 'profile email', ['name', 'email', 'picture']],
  ['resonite', 'patreon', ['patreon']],
  ['digital-dj-pool', 'user', ['name', 'email']],
  ['digital-dj-pool', 'crate file', []],
])('%s, asked for %s', (name, scope, claims) => {
  test('the consent page names these scopes, and the claims that they release', async () => {
    expect(await consentAt(name, scope)).toEqual({ scopes: scope.split(' '), claims })
  })

  test('introspection tells of the token, and nothing of its user', async () => {
    const tokens = await tokensFor(name, scope)

    const said = await introspect(name, tokens.access_token)

    expect(said).toEqual(told(name, scope))
    expect(Number(said.exp) - Number(said.iat)).toBe(played[name].lifeSeconds)
  })

  test('scopes of OpenID Connect beside them count for nothing', async () => {
    const asked = `openid ${scope} offline_access`

    const { scopes } = await consentAt(name, asked)
    const tokens = await tokensFor(name, asked)

    expect(scopes).toEqual(scope.split(' '))
    expect(tokens).not.toHaveProperty('id_token')
    expect(await introspect(name, tokens.access_token)).toEqual(told(name, scope))
  })
})

test('a JWT of dlive says nothing of its user but who it is, narrowed or not', async () => {
  const first = await tokensFor('dlive', 'email:read streamkey:read')
  const refresh = (token: unknown, scope: string) =>
    providerAt(idp, 'dlive', 'dora').form(
      '/o/token',
      { grant_type: 'refresh_token', refresh_token: String(token), scope },
      { authorization: basic },
    )
  const issuer = `${idp.origin}/dlive`
  const claims = {
    iss: issuer,
    sub: 'user-1001',
    aud: issuer,
    client_id: 'demo-app',
    jti: expect.any(String),
    iat: expect.any(Number),
    exp: expect.any(Number),
  }

  const { body: whole } = await refresh(first.refresh_token, 'email:read streamkey:read')
  const { body: narrow } = await refresh(whole.refresh_token, 'email:read')

  expect(decodeJwt(String(whole.access_token))).toEqual({ ...claims, scope: 'email:read streamkey:read' })
  expect(decodeJwt(String(narrow.access_token))).toEqual({ ...claims, scope: 'email:read' })
  expect(await introspect('dlive', first.access_token)).toEqual(told('dlive', 'email:read'))
  for (const { access_token: token } of [whole, narrow]) {
    const { jti, aud, ...said } = await introspect('dlive', token)
    expect([jti, aud]).toEqual([expect.any(String), issuer])
    expect(said).toEqual(told('dlive', 'email:read'))
  }
})

test('client credentials for openid alone are refused where there is none, and the answer names what there is', async () => {
  const refused = await providerAt(idp, 'dlive', 'dora').form(
    '/o/token',
    { grant_type: 'client_credentials', scope: 'openid' },
    { authorization: basic },
  )

  expect([refused.status, refused.body]).toEqual([
    400,
    {
      error: 'invalid_scope',
      error_description: 'none of the requested scopes exists here; there are email:read, streamkey:read',
    },
  ])
})

test('a persona of the fixtures without openid has neither its scopes nor its tokens', async () => {
  const own = await idp.createIssuer({
    persona: { extends: 'generic', openid: false },
    scopes: { read: { description: 'Read' } },
    users: ['alice'],
    clients: [{ client_id: 'demo-app', client_secret: 'demo-secret', redirect_uris: [redirectUri] }],
  })
  const provider = providerAt(idp, own.name, 'alice')

  const code = (await provider.authorize('/auth', { scope: 'openid read' })).get('code') ?? ''
  const asked = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
  const { body } = await provider.form('/token', asked, { authorization: basic })

  expect(body).toEqual({
    access_token: expect.any(String),
    expires_in: 3600,
    scope: 'read',
    token_type: 'Bearer',
  })
})

test('a client or a resource that names openid there is told that it is not', async () => {
  const clients = [
    { client_id: 'a', client_secret: 's', redirect_uris: ['http://localhost:3000/cb'], scope: 'openid read' },
  ]
  const resources = { more: { path: '/v2/more', scopes: ['openid'] } }

  await expect(startUnderstudy({ fixtures: { persona: 'digitalocean', clients, resources } })).rejects.toThrow(
    /clients\[0\]\.scope: the issuer has no scope "openid"(.|\n)*resources\.more\.scopes\[0\]: the issuer has no scope "openid"/,
  )
})
