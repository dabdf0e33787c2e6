import { expect, test } from 'vitest'
import {
  redactBody,
  redacted,
  redactHeader,
  redactMembers,
  redactParam,
  redactText,
  secretNames,
} from '../../src/journal/redact.ts'

const secret = 'T0p-s3cret_value'
const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl'

test('a secret keeps what tells it from another', () => {
  expect(redacted('a')).toMatch(/^\[redacted [0-9a-f]{8}\]$/)
  expect(redacted('a')).toBe(redacted('a'))
  expect(redacted('a')).not.toBe(redacted('b'))
})

test.each([...secretNames])('%s is blotted out wherever it stands', (name) => {
  const texts = [
    redactParam(name, secret)[1],
    redactText(JSON.stringify({ before: 1, [name]: secret, after: 2 })),
    redactText(`{ "${name}" : "${secret}`),
    redactText(`before=1&${name}=${secret}&after=2`),
    redactText(`http://localhost/cb?${name}=${secret}&state=s`),
    redactText(`http://localhost/cb#state=s&${name}=${secret}`),
    redactText(`<a href="http://localhost/cb?a=b&amp;${name}=${secret}">`),
    redactText(`<input type="hidden" name="${name}" value="${secret}"/>`),
    redactHeader('location', `http://localhost/cb?${name}=${secret}`),
  ]

  for (const text of texts) {
    expect(text).not.toContain(secret)
    expect(text).toContain(redacted(secret))
  }
})

test('JSON stays JSON, with what is no secret in it', () => {
  const text = JSON.stringify({
    code: 'a"b\\',
    access_token: jwt,
    scope: 'openid',
    expires_in: 1,
    nested: { token: 'x' },
  })

  expect(JSON.parse(redactText(text))).toEqual({
    code: expect.stringContaining('redacted'),
    access_token: redacted(jwt),
    scope: 'openid',
    expires_in: 1,
    nested: { token: redacted('x') },
  })
})

test('of a JWT anywhere the signature alone is blotted out', () => {
  const [header, payload, signature = ''] = jwt.split('.')

  expect(redactText(jwt)).toBe(`${header}.${payload}.${redacted(signature)}`)
})

test.each([
  ['authorization', `Bearer ${secret}`, `Bearer ${redacted(secret)}`],
  ['authorization', `Basic ${btoa(`web-app:${secret}`)}`, `Basic web-app:${redacted(secret)}`],
  ['authorization', secret, redacted(secret)],
  ['authorization', `Basic ${secret}`, `Basic ${redacted(secret)}`],
  ['cookie', `a=${secret}; b=2`, `a=${redacted(secret)}; b=${redacted('2')}`],
  ['set-cookie', `a=${secret}; path=/; httponly`, `a=${redacted(secret)}; path=/; httponly`],
  ['set-cookie', 'a=; path=/', 'a=; path=/'],
  ['dpop', jwt, redacted(jwt)],
  ['proxy-authorization', `Basic ${btoa(`web-app:${secret}`)}`, `Basic web-app:${redacted(secret)}`],
  ['x-api-key', secret, redacted(secret)],
  ['x-auth-token', secret, redacted(secret)],
  ['accept', 'text/html', 'text/html'],
  ['sec-fetch-mode', 'cors', 'cors'],
])('the header %s: %s', (name, value, shown) => {
  expect(redactHeader(name, value)).toBe(shown)
})

test.each(['{"client_secret":"LEAK"}', '{"client_secret":"LEAK', '<password>LEAK</password>', 'my password'])(
  'a parameter that is called %s is blotted out with its name',
  (name) => {
    expect(redactParam(name, 'LEAK')).toEqual([redacted(name), redacted('LEAK')])
  },
)

test.each(['grant_type', 'code_challenge', 'response_type', 'ui[locale]', ''])(
  'a parameter that is called %j is told',
  (name) => {
    expect(redactParam(name, 'value')).toEqual([name, 'value'])
  },
)

test.each([
  ['{"client_secret":"LEAK"}', `{"client_secret":"${redacted('LEAK')}"}`],
  ['{ "clientSecret" : "LEAK", "a": 1 }', `{ "clientSecret" : "${redacted('LEAK')}", "a": 1 }`],
  ['{ "password": 4711 }', `{"password":"${redacted('4711')}"}`],
  ['{"token":["LEAK"]}', `{"token":"${redacted('["LEAK"]')}"}`],
  [String.raw`{"client_\u0073ecret":"LEAK"}`, `{"client_secret":"${redacted('LEAK')}"}`],
  ['{"claims":{"id_token":{"acr":null}}}', '{"claims":{"id_token":{"acr":null}}}'],
  ['grant_type=password&password=LEAK', `grant_type=password&password=${redacted('LEAK')}`],
])('of the body %s secrets alone are blotted out', (body, shown) => {
  expect(redactBody(body)).toBe(shown)
})

test.each([
  '<client_secret>LEAK</client_secret>',
  '{"client_secret":{"value":"LEAK"',
  '%7B%22client%5Fsecret%22%3A%22LEAK%22%7D',
  'password: LEAK',
  '--x\r\ncontent-disposition: form-data; name="refresh_token"\r\n\r\nLEAK\r\n--x--',
  'password="LEAK more"',
])('the body %s is blotted out as a whole', (body) => {
  expect(redactBody(body)).toBe(redacted(body))
})

test('a body that names no secret is told', () => {
  expect(redactBody('<grant>client</grant>')).toBe('<grant>client</grant>')
})

test('what a token says is told but for secrets in it, however deep', () => {
  const claims = { sub: 'alice', code: 'LEAK', exp: 1, act: { assertion: jwt }, acr: null, more: [`x?code=LEAK`] }

  expect(redactMembers(claims)).toEqual({
    ...claims,
    code: redacted('LEAK'),
    act: { assertion: redacted(jwt) },
    more: [`x?code=${redacted('LEAK')}`],
  })
})

test.each([':', '%3A'])('of the handle of a pushed request (with %s) what nobody can guess is blotted out', (colon) => {
  const handle = ['urn', 'ietf', 'params', 'oauth', 'request_uri', ''].join(colon)

  expect(redactText(`request_uri=${handle}LEAK&client_id=a`)).toBe(
    `request_uri=${handle}${redacted('LEAK')}&client_id=a`,
  )
  expect(redactText('request_uri=https://client.test/request.jwt')).toBe('request_uri=https://client.test/request.jwt')
})
