import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../../src/index.ts'

let idp: Understudy

beforeAll(async () => {
  const issuers = { digitalocean: {}, dlive: {}, resonite: {}, 'digital-dj-pool': {}, generic: {} }
  const played = Object.keys(issuers).map((persona) => [persona, { persona: persona as 'dlive' }] as const)
  idp = await startUnderstudy({ fixtures: { issuers: Object.fromEntries(played) } })
})

afterAll(() => idp.close())

const digitaloceanHas = 'It has authorization, token, introspection, revocation, jwks, resource'

type Arming = [persona: string, written: { fault: string; when?: object }, told: string]

const inVain: Arming[] = [
  [
    'digitalocean',
    { fault: 'discovery-html' },
    `digitalocean has no discovery, where "discovery-html" would fire. ${digitaloceanHas}`,
  ],
  [
    'digitalocean',
    { fault: 'userinfo-invalid-sub' },
    `digitalocean has no userinfo, where "userinfo-invalid-sub" would fire. ${digitaloceanHas}`,
  ],
  [
    'digitalocean',
    { fault: 'slow_down' },
    'digitalocean has not got the grant device_code or ciba, with which "slow_down" would fire. It has authorization_code, refresh_token',
  ],
  [
    'digitalocean',
    { fault: 'missing-id-token' },
    'no token answer of digitalocean has the member id_token, which "missing-id-token" would change. They have access_token, token_type, expires_in, refresh_token, scope, uid, info',
  ],
  [
    'digitalocean',
    { fault: 'server_error', when: { endpoint: 'userinfo' } },
    `digitalocean has no userinfo, where "server_error" would fire. ${digitaloceanHas}`,
  ],
  [
    'digitalocean',
    { fault: 'invalid_grant', when: { grant_type: 'password' } },
    'digitalocean has not got the grant password, with which "invalid_grant" would fire. It has authorization_code, refresh_token',
  ],
  [
    'digital-dj-pool',
    { fault: 'missing-token-type' },
    'no token answer of digital-dj-pool has the member token_type, which "missing-token-type" would change. They have access_token, refresh_token',
  ],
  [
    'digitalocean',
    { fault: 'wrong-response-iss' },
    'no authorization response of digitalocean has the parameter iss, which "wrong-response-iss" would change. A persona that extends it with response_iss: true has',
  ],
  [
    'dlive',
    { fault: 'missing-response-iss', when: { endpoint: 'authorization' } },
    'no authorization response of dlive has the parameter iss, which "missing-response-iss" would change. A persona that extends it with response_iss: true has',
  ],
  [
    'dlive',
    { fault: 'invalid-iss' },
    'dlive is no OpenID provider: it never makes an id_token, which "invalid-iss" would change. If it is for access tokens too, say so by when.token',
  ],
  ['dlive', { fault: 'use_dpop_nonce' }, 'dlive knows no DPoP, of which "use_dpop_nonce" would tell'],
  [
    'resonite',
    { fault: 'nonce-invalid' },
    'resonite is no OpenID provider: it never makes an id_token, which "nonce-invalid" would change. If it is for access tokens too, say so by when.token',
  ],
  [
    'resonite',
    { fault: 'missing-refresh-token' },
    'no token answer of resonite has the member refresh_token, which "missing-refresh-token" would change. They have access_token, token_type, expires_in, scope',
  ],
]

test.each(inVain)('%s refuses %o, which could not fire there', async (persona, written, told) => {
  await expect(idp.issuer(persona).arm(written as never)).rejects.toMatchObject({
    code: 'ERR_FAULT_INVALID',
    message: `Failed to arm "${written.fault}": ${told}.`,
  })
})

test.each(inVain)('%s with %o in its fixtures is a mistake where it stands', async (persona, written, told) => {
  await expect(startUnderstudy({ fixtures: { persona, faults: [written] } as never })).rejects.toThrow(
    new RegExp(`faults\\[0\\][^:]*: ${literal(told)}`),
  )
})

test('a scenario is refused when it is switched on, so that fixtures may be played by any persona', async () => {
  const bad = { faults: [{ fault: 'server_error' }, { script: ['slow_down', 'pass', 'slow_down'] }] }
  await using cloud = await startUnderstudy({ fixtures: { persona: 'digitalocean', scenarios: { bad } } as never })

  await expect(cloud.scenario('bad', true)).rejects.toMatchObject({
    code: 'ERR_FAULT_INVALID',
    message:
      'Failed to arm "slow_down": digitalocean has not got the grant device_code or ciba, with which "slow_down" would fire. It has authorization_code, refresh_token.',
  })
  expect(await cloud.armed()).toEqual([])
  expect(await cloud.scenario('bad', false)).toMatchObject({ name: 'bad', enabled: false })
})

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

test.each([
  ['digitalocean', { fault: 'server_error' }],
  ['digitalocean', { fault: 'missing-scope' }],
  ['dlive', { fault: 'missing-expires-in' }],
  ['dlive', { fault: 'invalid_grant', when: { grant_type: 'client_credentials' } }],
  ['resonite', { fault: 'insufficient_scope' }],
  ['digital-dj-pool', { fault: 'missing-refresh-token' }],
  ['digital-dj-pool', { fault: 'invalid_grant', when: { grant_type: ['password', 'refresh_token'] } }],
  ['generic', { fault: 'discovery-html' }],
  ['generic', { fault: 'wrong-response-iss' }],
  ['digitalocean', { fault: 'wrong-state' }],
  ['generic', { fault: 'slow_down' }],
  ['generic', { fault: 'missing-id-token' }],
  ['generic', { fault: 'server_error', when: { endpoint: ['userinfo', 'registration'] } }],
])('%s takes %o', async (persona, written) => {
  const armed = await idp.issuer(persona).arm(written as never)

  expect(armed).toMatchObject({ fault: written.fault, fires: 0 })
})

test.each([
  ['says so', { extends: 'digitalocean', response_iss: true }],
  [
    'writes it out',
    { extends: 'digitalocean', answers: { authorization: { '*': { code: '{answer.code}', iss: 'me' } } } },
  ],
])('a persona whose authorization responses have an iss takes a wrong one: it %s', async (_, persona) => {
  const web = { client_id: 'web', client_secret: 's', redirect_uris: ['http://localhost:3000/callback'] }
  const issuer = await idp.createIssuer({ persona, clients: [web] } as never)
  await issuer.arm('wrong-response-iss')
  const asked = { client_id: 'web', response_type: 'code', redirect_uri: 'http://localhost:3000/callback' }

  const callback = await issuer.login('mark', {
    url: `${issuer.url}/v1/oauth/authorize?${new URLSearchParams(asked)}`,
  })

  expect(callback.searchParams.has('code')).toBe(true)
  expect((await issuer.armed())[0]).toMatchObject({ fires: 1 })
})
