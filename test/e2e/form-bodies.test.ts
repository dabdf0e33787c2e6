import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'

let idp: Understudy

beforeAll(async () => {
  const grants = ['authorization_code', 'client_credentials', 'device_code', 'ciba']
  const redirects = { redirect_uris: ['http://localhost/callback'] }
  const clients = [{ client_id: 'app', client_secret: 's', grant_types: grants, ...redirects }]
  idp = await startUnderstudy({ fixtures: { clients, issuers: { partner: { clients } } } as never })
})
afterAll(() => idp.close())

const form = 'grant_type=client_credentials&token=any'
const formType = 'application/x-www-form-urlencoded'
const json = JSON.stringify({ grant_type: 'client_credentials' })

const bodies: [what: string, headers: Record<string, string>, body: string | Buffer<ArrayBuffer>, said: RegExp][] = [
  ['JSON', { 'content-type': 'application/json' }, json, /^only .* content-type bodies are supported on POST/],
  ['text', { 'content-type': 'text/plain' }, form, /^only .* content-type bodies are supported on POST/],
  ['JSON that is called a form', { 'content-type': formType }, json, /, and this one only says that it is one$/],
  ['no type', {}, Buffer.from(form), /, and this one has no content-type$/],
  [
    'a compressed form',
    { 'content-type': formType, 'content-encoding': 'gzip' },
    gzipSync(form),
    /, and this one is encoded \(content-encoding: gzip\)$/,
  ],
]

const paths = ['/token', '/token/introspection', '/token/revocation', '/request', '/device/auth', '/backchannel']

describe.each(bodies)('a body of %s', (_, headers, body, said) => {
  test.each(paths)('is called that at %s', async (path) => {
    for (const issuer of ['default', 'partner']) {
      const authorization = `Basic ${btoa('app:s')}`
      const url = idp.issuer(issuer).url + path
      const answer = await fetch(url, { method: 'POST', headers: { authorization, ...headers }, body })

      expect(answer.status).toBe(400)
      expect(await answer.json()).toEqual({
        error: 'invalid_request',
        error_description: expect.stringMatching(said),
      })
      const [entry] = (await idp.issuer(issuer).requests()).slice(-1)
      expect(entry?.refusal?.why).toMatch(/forms/)
    }
  })
})

const asked = 'client_id=app&response_type=code&redirect_uri=http%3A%2F%2Flocalhost%2Fcallback&scope=openid'

describe.each(bodies)('a body of %s', (_, headers, body, said) => {
  test.each(['/session/end', '/auth'])('is called that on a page at %s', async (path) => {
    for (const issuer of ['default', 'partner']) {
      const url = idp.issuer(issuer).url + path
      const answer = await fetch(url, { method: 'POST', headers: { accept: 'text/html', ...headers }, body })

      expect(answer.status).toBe(400)
      const page = await answer.text()
      expect(page).toMatch(/only application\/x-www-form-urlencoded content-type bodies are supported on POST/i)
      expect(page).toContain('<h1>The app sent no form</h1>')
      const [entry] = (await idp.issuer(issuer).requests()).slice(-1)
      expect(entry?.refusal?.why).toMatch(/forms/)
    }
  })

  test('goes back to the client that the query of an authorization names', async () => {
    for (const issuer of ['default', 'partner']) {
      const url = `${idp.issuer(issuer).url}/auth?${asked}`
      const answer = await fetch(url, { method: 'POST', redirect: 'manual', headers, body })

      const { origin, pathname, searchParams } = new URL(answer.headers.get('location') ?? '')
      expect(origin + pathname).toBe('http://localhost/callback')
      expect(searchParams.get('error')).toBe('invalid_request')
      expect(searchParams.get('error_description')).toMatch(said)
    }
  })
})

test('an authorization by a form, by a query, or by both goes on', async () => {
  const half = asked.split('&response_type')
  for (const [path, form] of [
    ['/auth', asked],
    [`/auth?${asked}`, undefined],
    [`/auth?${half[0]}`, `response_type${half[1]}`],
  ] as const) {
    const body = form === undefined ? undefined : new URLSearchParams(form)
    const answer = await fetch(idp.url + path, { method: 'POST', redirect: 'manual', ...(body && { body }) })

    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toContain('/interaction/')
  }
})

test('a logout by a form, or by no body at all, goes on', async () => {
  for (const body of [new URLSearchParams({ client_id: 'app' }), undefined]) {
    const answer = await fetch(`${idp.url}/session/end`, { method: 'POST', ...(body && { body }) })

    expect(answer.status).toBe(200)
  }
})

test('a form is taken that says that it is not encoded, and of which charset it is', async () => {
  const headers = { authorization: `Basic ${btoa('app:s')}`, 'content-encoding': 'identity' }
  const typed = { ...headers, 'content-type': `${formType}; charset=UTF-8` }
  const answer = await fetch(`${idp.url}/token`, { method: 'POST', headers: typed, body: form })

  expect(answer.status).toBe(200)
})
