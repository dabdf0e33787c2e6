import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../../src/index.ts'
import { type Answered, basic, type Provider, providerAt, redirectUri } from './provider.ts'

interface Played {
  user: string
  authorization: string
  token: string
  scope: string
  resource: string
}

/** Each named provider on an issuer of its own. */
const played: Record<string, Played> = {
  digitalocean: {
    user: 'mark',
    authorization: '/v1/oauth/authorize',
    token: '/v1/oauth/token',
    scope: 'read',
    resource: '/v2/account',
  },
  dlive: {
    user: 'dora',
    authorization: '/o/authorize',
    token: '/o/token',
    scope: 'email:read',
    resource: '/api/user',
  },
  resonite: {
    user: 'Nova',
    authorization: '/connect/authorize',
    token: '/connect/token',
    scope: 'profile',
    resource: '/api/user/profiles',
  },
  'digital-dj-pool': { user: 'dj-dana', authorization: '/auth', token: '/token', scope: 'user', resource: '/api/user' },
  generic: { user: 'alice', authorization: '/auth', token: '/token', scope: 'openid profile', resource: '/me' },
}

let idp: Understudy

beforeAll(async () => {
  const issuers = Object.keys(played).map((name) => [name, { persona: name as 'dlive' }] as const)
  idp = await startUnderstudy({ fixtures: { issuers: Object.fromEntries(issuers) } })
})

afterAll(() => idp.close())

async function logIn(provider: Provider, { authorization, token, scope }: Played): Promise<Answered> {
  const code = (await provider.authorize(authorization, { scope })).get('code') ?? ''
  const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
  return provider.form(token, fields, { authorization: basic })
}

const faults = [
  'invalid_grant',
  'server_error',
  'temporarily_unavailable',
  'invalid_client',
  'missing-access-token',
  'malformed-json',
  'html-page',
  'http-status',
  'rate-limit',
  'empty-body',
  'unsupported_grant_type',
  'unauthorized_client',
  'invalid_request',
  'invalid_scope',
] as const

describe.each(Object.entries(played))('%s', (name, persona) => {
  test.each(faults)('the fault %s meets its token endpoint, and goes', async (fault) => {
    const provider = providerAt(idp, name, persona.user)
    const issuer = idp.issuer(name)
    await issuer.arm({ fault, when: { endpoint: 'token' } })

    const faulted = await logIn(provider, persona)
    const [armed] = await issuer.armed()
    await issuer.reset()
    const recovered = await logIn(provider, persona)

    expect(armed?.fires).toBe(1)
    expect(faulted.body).not.toHaveProperty('access_token')
    expect(recovered.status).toBe(200)
    expect(recovered.body).toHaveProperty('access_token')
  })

  test.each(['access_denied', 'server_error', 'invalid_scope'] as const)(
    'the fault %s comes back from its authorization endpoint by redirect',
    async (fault) => {
      const provider = providerAt(idp, name, persona.user)
      await idp.issuer(name).arm({ fault, when: { endpoint: 'authorization' } })

      const told = await provider.authorize(persona.authorization, { scope: persona.scope, state: 's' })

      expect(Object.fromEntries(told)).toMatchObject({ error: fault, state: 's' })
      expect(told.has('iss')).toBe(name === 'generic')
    },
  )

  test.each(['invalid_token', 'insufficient_scope'] as const)('the fault %s meets its resource', async (fault) => {
    const provider = providerAt(idp, name, persona.user)
    const { body: tokens } = await logIn(provider, persona)
    await idp.issuer(name).arm({ fault, when: { endpoint: name === 'generic' ? 'userinfo' : 'resource' } })

    const refused = await provider.api(persona.resource, tokens.access_token)
    const recovered = await provider.api(persona.resource, tokens.access_token)

    expect([refused.body.error, recovered.status]).toEqual([fault, 200])
    // A plain OAuth 2.0 provider has no openid to name.
    const challenge = refused.headers.get('www-authenticate') ?? ''
    expect(challenge.includes('scope=')).toBe(name === 'generic' && fault === 'insufficient_scope')
  })

  test('a token of it is good nowhere else', async () => {
    const { body: tokens } = await logIn(providerAt(idp, name, persona.user), persona)
    const others = Object.entries(played).filter(([other]) => other !== name)

    const statuses = others.map(
      async ([other, { user, resource }]) =>
        (await providerAt(idp, other, user).api(resource, tokens.access_token)).status,
    )

    expect(await Promise.all(statuses)).toEqual([401, 401, 401, 401])
  })

  test('a fault on it shows nowhere else', async () => {
    await idp.issuer(name).arm({ fault: 'server_error', times: 'always', when: { endpoint: 'token' } })
    const others = Object.entries(played).filter(([other]) => other !== name)

    const statuses = others.map(async ([other, each]) => (await logIn(providerAt(idp, other, each.user), each)).status)

    expect(await Promise.all(statuses)).toEqual([200, 200, 200, 200])
    await idp.issuer(name).disarm()
  })
})
