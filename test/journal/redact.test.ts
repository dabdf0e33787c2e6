import { expect, test } from 'vitest'
import { redacted, redactHeader, redactParam, redactText, secretNames } from '../../src/journal/redact.ts'

const secret = 'T0p-s3cret_value'
const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl'

test('a secret keeps what tells it from another', () => {
  expect(redacted('a')).toMatch(/^\[redacted [0-9a-f]{8}\]$/)
  expect(redacted('a')).toBe(redacted('a'))
  expect(redacted('a')).not.toBe(redacted('b'))
})

test.each([...secretNames])('%s is blotted out wherever it stands', (name) => {
  const texts = [
    redactParam(name, secret),
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
  ['accept', 'text/html', 'text/html'],
])('the header %s: %s', (name, value, shown) => {
  expect(redactHeader(name, value)).toBe(shown)
})
