import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, serveAdmin } from './serve.ts'

const issuers = '/_understudy/api/issuers'
const reset = `${issuers}/default/reset`

describe('foreign pages', () => {
  let admin: Awaited<ReturnType<typeof serveAdmin>>

  beforeAll(async () => {
    admin = await serveAdmin({ allowedHosts: ['idp.example.test', 'browser.example.test:9400'] })
  })
  afterAll(() => admin.close())

  test.each([
    'localhost',
    'localhost:9400',
    'LOCALHOST:9400',
    'app.localhost:9400',
    '127.0.0.1',
    '192.168.1.7:9400',
    '[::1]:9400',
    'understudy:9400',
    'idp.example.test',
    'idp.example.test:8080',
    'browser.example.test',
  ])('the host %s is let in', async (host) => {
    const answer = await admin.ask(issuers, { headers: { host } })

    expect(answer.status).toBe(200)
  })

  test.each([
    'evil.example',
    'evil.example:9400',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'localhost.',
    'idp.example.test.evil.example',
    'localhost:9400@evil.example',
    'localhost/evil',
    'localhost:99999',
    '1.2.3.999',
  ])('the host %j is refused', async (host) => {
    const answer = await admin.ask(issuers, { headers: { host } })

    expect(answer).toMatchObject({ status: 403, json: { code: 'ERR_FOREIGN_REQUEST' } })
  })

  test('a forwarded host opens nothing, and closes nothing', async () => {
    const posing = { host: 'evil.example', 'x-forwarded-host': 'localhost:9400' }
    const proxied = { host: 'localhost:9400', 'x-forwarded-host': 'evil.example' }

    expect(await admin.ask(issuers, { headers: posing })).toMatchObject({ status: 403 })
    expect(await admin.ask(issuers, { headers: proxied })).toMatchObject({ status: 200 })
  })

  test.each([
    ['http://localhost:9400', 'localhost:9400'],
    ['https://localhost', 'localhost'],
    ['https://localhost', 'localhost:443'],
    ['http://[::1]:9400', '[::1]:9400'],
  ])('the page of %s may ask the host %s', async (origin, host) => {
    const answer = await admin.ask(reset, { method: 'POST', headers: { host, origin } })

    expect(answer.status).toBe(204)
  })

  test.each([
    ['https://evil.example', 'localhost:9400'],
    ['http://localhost:3000', 'localhost:9400'],
    ['http://127.0.0.1:9400', 'localhost:9400'],
    ['http://localhost', 'localhost:9400'],
    ['null', 'localhost:9400'],
    ['file://', 'localhost:9400'],
    ['', 'localhost:9400'],
  ])('the page of %j may not ask the host %s', async (origin, host) => {
    const before = admin.control.told.length

    const answer = await admin.ask(reset, { method: 'POST', headers: { host, origin } })

    expect(answer).toMatchObject({ status: 403, json: { code: 'ERR_FOREIGN_REQUEST' } })
    expect(admin.control.told).toHaveLength(before)
  })

  test.each([
    ['same-origin', 204],
    ['none', 204],
    ['same-site', 403],
    ['cross-site', 403],
    ['anything', 403],
  ])('Sec-Fetch-Site %s is answered with %i', async (site, status) => {
    const answer = await admin.ask(reset, { method: 'POST', headers: { 'sec-fetch-site': site } })

    expect(answer.status).toBe(status)
  })

  test('a preflight of a foreign page is refused, and no answer allows an origin', async () => {
    const headers = { origin: 'http://localhost:3000', 'access-control-request-method': 'POST' }

    const answer = await admin.ask(reset, { method: 'OPTIONS', headers })

    expect(answer.status).toBe(403)
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  test('a preflight by a known host is told the methods and no origin', async () => {
    const answer = await admin.ask(reset, { method: 'OPTIONS' })

    expect(answer).toMatchObject({ status: 200, headers: { allow: 'POST' } })
  })

  test.each([
    ['application/x-www-form-urlencoded', '{"keep":[]}'],
    ['text/plain', '{"keep":[]}'],
    ['multipart/form-data; boundary=x', '{"keep":[]}'],
    ['application/jsonp', '{"keep":[]}'],
    ['application/x-www-form-urlencoded', ''],
    [undefined, '{"keep":[]}'],
  ])('a body of type %s is refused', async (type, body) => {
    const answer = await admin.ask(reset, { method: 'POST', headers: type ? { 'content-type': type } : {}, body })

    expect(answer).toMatchObject({ status: 415, json: { code: 'ERR_CONTENT_TYPE' } })
  })

  test.each([
    ['POST', `${issuers}/default/faults/f1/release`],
    ['DELETE', `${issuers}/default/faults`],
  ])('%s %s, which takes no body, takes no form either', async (method, path) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '15' }

    const answer = await admin.ask(path, { method, headers, body: 'code=c1&state=s1' })

    expect(answer).toMatchObject({ status: 415, json: { code: 'ERR_CONTENT_TYPE' } })
  })

  test('an encoded body is refused', async () => {
    const asked = json('POST', {})

    const answer = await admin.ask(reset, { ...asked, headers: { ...asked.headers, 'content-encoding': 'gzip' } })

    expect(answer.status).toBe(415)
  })

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/merge-patch+json',
    'Application/JSON',
  ])('a body of type %s is read', async (type) => {
    const answer = await admin.ask(reset, { method: 'POST', headers: { 'content-type': type }, body: '{"keep":[]}' })

    expect(answer.status).toBe(204)
  })

  test('health is told to any host', async () => {
    const answer = await admin.ask('/_understudy/health', { headers: { host: 'probe.example' } })

    expect(answer.json).toEqual({ status: 'ok', version: '1.2.3' })
  })
})

describe('the admin token', () => {
  let admin: Awaited<ReturnType<typeof serveAdmin>>

  beforeAll(async () => {
    admin = await serveAdmin({ adminToken: 's3cret' })
  })
  afterAll(() => admin.close())

  test.each(['Bearer s3cret', 'bearer s3cret', 'Bearer  s3cret'])('%s is let in', async (authorization) => {
    const answer = await admin.ask(issuers, { headers: { authorization } })

    expect(answer.status).toBe(200)
  })

  test.each(['Bearer s3cre', 'Bearer s3cret2', 'Bearer S3CRET', 'Bearer wrong'])(
    '%s is refused',
    async (authorization) => {
      const answer = await admin.ask(issuers, { headers: { authorization } })

      expect(answer).toMatchObject({ status: 401, json: { code: 'ERR_ADMIN_TOKEN' } })
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="understudy", error="invalid_token"')
    },
  )

  test.each([{}, { authorization: 'Basic s3cret' }, { authorization: 's3cret' }, { authorization: 'Bearer ' }])(
    '%j is asked for a token',
    async (headers) => {
      const answer = await admin.ask(`${issuers}?access_token=s3cret`, { headers: headers as Record<string, string> })

      expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer realm="understudy"' } })
    },
  )

  test('a foreign page is refused even with the token', async () => {
    const headers = { authorization: 'Bearer s3cret', origin: 'https://evil.example' }

    const answer = await admin.ask(reset, { method: 'POST', headers })

    expect(answer.status).toBe(403)
  })

  test('health needs none', async () => {
    const answer = await admin.ask('/_understudy/health')

    expect(answer.status).toBe(200)
  })

  test('even unknown paths need it', async () => {
    const answer = await admin.ask('/_understudy/nothing')

    expect(answer.status).toBe(401)
  })
})
