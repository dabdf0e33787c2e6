import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { atOnce, PlainClient } from './plain-client.ts'

const signed = 'application/token-introspection+jwt'

let idp: Understudy
let client: PlainClient
let accessToken: string

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: {
      users: ['alice'],
      clients: [
        {
          client_id: 'app',
          ...atOnce,
          userinfo_signed_response_alg: 'RS256',
          introspection_signed_response_alg: 'RS256',
        },
      ],
    },
  })
  client = new PlainClient(idp.url)
  accessToken = (await client.login()).tokens.access_token ?? ''
})

beforeEach(() => idp.disarm())

afterAll(() => idp.close())

const introspect = (accept: string, token = accessToken) => client.post('/token/introspection', { token }, { accept })

const tokenIn = (jwt: string) => decodeJwt(jwt).token_introspection

test('inactive is signed where introspection is', async () => {
  await idp.arm('inactive')

  const { status, headers, text } = await introspect(signed)
  const next = await introspect(signed)

  expect(status).toBe(200)
  expect(headers.get('content-type')).toContain(signed)
  expect(tokenIn(text)).toEqual({ active: false })
  expect(decodeJwt(text)).toMatchObject({ iss: idp.url, aud: 'app' })
  expect(tokenIn(next.text)).toMatchObject({ active: true })
  expect(await idp.requests({ fault: 'inactive' })).toHaveLength(1)
})

test('it is JSON for who asks for JSON', async () => {
  await idp.arm('inactive')

  const { headers, json } = await introspect('application/json')

  expect(headers.get('content-type')).toContain('application/json')
  expect(json).toEqual({ active: false })
})

const places = {
  introspection: () => introspect(signed),
  userinfo: () => client.userinfo(accessToken),
}

test.each(['introspection', 'userinfo'] as const)('signed %s can be spoiled as JSON can', async (endpoint) => {
  const meet = async (fault: 'malformed-json' | 'html-page' | 'empty-body' | 'wrong-content-type') => {
    await idp.arm({ fault, when: { endpoint } })
    const { headers, text } = await places[endpoint]()
    return { type: headers.get('content-type')?.split(';')[0], text }
  }
  const good = await places[endpoint]()
  expect(good.text).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)

  expect((await meet('malformed-json')).text).toHaveLength(Math.ceil(good.text.length / 2))
  expect(await meet('html-page')).toEqual({ type: 'text/html', text: expect.stringContaining('<title>') })
  expect((await meet('empty-body')).text).toBe('')
  expect(await meet('wrong-content-type')).toEqual({ type: 'text/plain', text: expect.stringMatching(/^ey/) })
  expect((await idp.armed()).map(({ fires }) => fires)).toEqual([1, 1, 1, 1])
})
