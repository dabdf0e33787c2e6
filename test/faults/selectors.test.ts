import { expect, test } from 'vitest'
import type { When } from '../../src/faults/spec.ts'
import { armingOfTest, met, request, tokenRequest } from './exchanges.ts'

const identity = { client: 'web-app', user: 'alice', scope: ['openid', 'crate'], flow: { id: 'f', tag: 'test-7' } }

type Case = [when: When, misses: Parameters<typeof tokenRequest>[1] & { client?: string }]

const hit = {
  method: 'POST',
  headers: { 'x-test': 'seven', 'x-many': ['one', 'two'] },
  params: { resource: 'https://api.example.com' },
  identity,
}

const cases: Case[] = [
  [{ endpoint: 'token' }, {}],
  [{ endpoint: ['token', 'userinfo'] }, {}],
  [{ endpoint: '/^tok/' }, {}],
  [{ client: 'web-app' }, { client: 'other' }],
  [{ client: ['x', 'web-app'] }, { client: 'web-app-2' }],
  [{ client: '/^WEB/i' }, { client: 'the-web' }],
  [{ user: 'alice' }, { identity: { ...identity, user: 'bob' } }],
  [{ user: 'alice' }, { identity: {} }],
  [{ grant_type: 'authorization_code' }, { grantType: 'refresh_token' }],
  [{ grant_type: '/code$/' }, { grantType: 'refresh_token' }],
  [{ scope: 'crate' }, { identity: { ...identity, scope: ['openid'] } }],
  [{ scope: ['a', '/^cr/'] }, { identity: { ...identity, scope: ['openid'] } }],
  [{ tag: 'test-7' }, { identity: { ...identity, flow: { id: 'f', tag: 'test-8' } } }],
  [{ tag: 'test-7' }, { identity: {} }],
  [{ method: 'post' }, { method: 'GET' }],
  [{ header: { 'X-Test': 'seven' } }, { headers: {} }],
  [{ header: { 'x-many': 'two' } }, { headers: { 'x-many': ['one'] } }],
  [{ param: { resource: '/example[.]com/' } }, { params: { resource: 'https://api.example.org' } }],
  [{ param: { resource: '/./', audience: 'x' } }, {}],
]

test.each(cases)('%j picks what matches and nothing else', async (when, { client = 'web-app', ...miss }) => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'server_error', when, times: 'always' })

  const missed = Object.keys(miss).length > 0 || client !== 'web-app'
  const matches = when.param?.audience === undefined
  expect(await met(arming, tokenRequest('web-app', hit))).toBe(matches ? 'server_error' : 'pass')
  if (missed) expect(await met(arming, tokenRequest(client, { ...hit, ...miss }))).toBe('pass')
  expect(await met(arming, request('revocation', { client: 'web-app', ...hit }))).toBe(
    matches && when.endpoint === undefined && when.grant_type === undefined ? 'server_error' : 'pass',
  )
})

test('a grant type is the same by its short and its long name', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'slow_down', when: { grant_type: 'urn:ietf:params:oauth:grant-type:device_code' } })

  expect(await met(arming, tokenRequest('tv-app', { grantType: 'device_code' }))).toBe('slow_down')
})

test('a fault for grants that poll leaves all others alone', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'access_denied', when: { endpoint: 'token' }, times: 'always' })

  expect(await met(arming, tokenRequest())).toBe('pass')
  expect(await met(arming, tokenRequest('web-app', { grantType: undefined }))).toBe('pass')
  expect(await met(arming, tokenRequest('tv-app', { grantType: 'ciba' }))).toBe('access_denied')
})

test('a bearer token tells the client that the request does not claim', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'invalid_token', when: { client: 'web-app' }, times: 'always' })

  expect(await met(arming, request('userinfo', { identity: { client: 'web-app' } }))).toBe('invalid_token')
  expect(await met(arming, request('userinfo', { identity: { client: 'other' } }))).toBe('pass')
})

test('the scope of a request that has none granted yet is the one it asks for', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'consent_required', when: { scope: 'crate' } })

  const asks = request('authorization', { params: { scope: 'openid crate' } })
  expect(await met(arming, request('authorization', { params: { scope: 'openid' } }))).toBe('pass')
  expect(await met(arming, asks)).toBe('consent_required')
})

test('the tag of the request itself needs no looking up', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'server_error', when: { tag: 'test-7' } })

  const tagged = tokenRequest('web-app', { tag: 'test-7' })
  expect(await met(arming, tagged)).toBe('server_error')
  expect(tagged.lookups).toBe(0)
})

test('a fetch of keys or metadata never takes what is meant for another endpoint', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'server_error' })

  expect(arming.concerns(request('jwks'))).toBe(false)
  expect(await met(arming, request('jwks'))).toBe('pass')
  expect(await met(arming, request('discovery'))).toBe('pass')
  expect(await met(arming, tokenRequest())).toBe('server_error')
})

test('whose request it is gets looked up only where that decides', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'server_error', when: { endpoint: 'token', client: 'web-app', user: 'alice' } })

  const elsewhere = request('userinfo')
  const another = tokenRequest('other')
  const meant = tokenRequest('web-app', { identity })
  await met(arming, elsewhere)
  await met(arming, another)
  expect(await met(arming, meant)).toBe('server_error')
  expect([elsewhere.lookups, another.lookups, meant.lookups]).toEqual([0, 0, 1])

  const afterwards = tokenRequest('web-app', { identity })
  expect(arming.concerns(afterwards)).toBe(false)
  await met(arming, afterwards)
  expect(afterwards.lookups).toBe(0)
})

test('what needs no looking up is decided at once', () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'server_error', when: { client: 'web-app' } })

  expect(arming.take(tokenRequest())).toMatchObject([{ armedId: 'armed-1', origin: 'admin', params: {} }])
})
