import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../../src/index.ts'
import { basic, providerAt } from './provider.ts'

const resources = { notes: { path: '/api/user' } }

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: {
      issuers: {
        dlive: { persona: 'dlive' },
        'digital-dj-pool': { persona: 'digital-dj-pool' },
        without: { persona: { dpop: false }, resources },
        generic: { persona: 'generic', resources },
      },
    },
  })
})

afterAll(() => idp.close())

const challenges = async (issuer: string, headers: Record<string, string> = {}) => {
  const { status, headers: told } = await providerAt(idp, issuer, '').ask('/api/user', { headers })
  expect([400, 401]).toContain(status)
  return told.get('www-authenticate') ?? ''
}

test.each(['dlive', 'digital-dj-pool', 'without'])(
  '%s asks for a bearer token, and for nothing else',
  async (issuer) => {
    const asked = [{}, { authorization: 'Bearer nonsense', dpop: 'x' }, { authorization: 'DPoP nonsense', dpop: 'x' }]

    for (const headers of asked) {
      const told = await challenges(issuer, headers as Record<string, string>)

      expect(told).toMatch(/^Bearer /)
      expect(told).not.toMatch(/dpop|algs/i)
    }
  },
)

test('others ask for either', async () => {
  expect(await challenges('generic')).toMatch(/^Bearer .*, DPoP .*algs="/)
})

test('a proof that is sent anyhow binds nothing', async () => {
  const { status, body } = await providerAt(idp, 'dlive', '').form(
    '/o/token',
    { grant_type: 'client_credentials' },
    { authorization: basic, dpop: 'x' },
  )

  expect([status, body.token_type]).toEqual([200, 'Bearer'])
})

test('the metadata tell of DPoP where it is there', async () => {
  const metadataOf = async (issuer: string, path: string) =>
    (await fetch(idp.origin + path.replace('*', issuer))).json()
  const member = 'dpop_signing_alg_values_supported'

  for (const path of ['/*/.well-known/openid-configuration', '/.well-known/oauth-protected-resource/*/api/user']) {
    expect(await metadataOf('without', path)).not.toHaveProperty(member)
    expect(await metadataOf('generic', path)).toHaveProperty(member)
  }
})

test('nonces for proofs that nobody takes are a mistake', async () => {
  await expect(startUnderstudy({ fixtures: { persona: 'dlive', dpop: { nonce: true } } })).rejects.toThrow(
    'dpop: dlive has no DPoP, so this would do nothing. Leave it out',
  )
})
