import fc from 'fast-check'
import { adminPaths, endpoints, hosts, methods, names, oddHeaders, oddPaths, types, values } from './vocabulary.ts'

/** What a real login has left, for requests that are nearly right. */
export interface Loot {
  accessToken: string
  refreshToken: string
  idToken: string
  code: string
  userCode: string
  deviceCode: string
  interaction: string
  /** Name and value of each cookie, signatures included. */
  cookies: Record<string, string>
}

/** One request, before it is bytes. */
export interface WildRequest {
  method: string
  target: string
  headers: [string, string][]
  body: Buffer
}

/** Requests to every path of the server that are nearly right, or not at all. */
export function requests(loot: Loot, port: number): fc.Arbitrary<WildRequest> {
  return fc.oneof({ weight: 2, arbitrary: wildRequests(loot, port) }, nearlyRight(loot, port))
}

/** What clients really ask, with some parameters set to something else, left out or said twice. */
function nearlyRight(loot: Loot, port: number): fc.Arbitrary<WildRequest> {
  const change = fc.tuple(fc.constantFrom(...names), paramValue(loot), fc.boolean())
  const cookies = Object.entries(loot.cookies).map((pair) => pair.join('='))
  return fc
    .tuple(fc.constantFrom(...rightRequests(loot)), fc.array(change, { maxLength: 3 }), fc.boolean())
    .map(([{ method, path, params, user }, changes, withCookies]) => {
      const asked = new URLSearchParams(params)
      for (const [name, value, isSecond] of changes) {
        if (value === '') asked.delete(name)
        else if (isSecond) asked.append(name, value.toWellFormed())
        else asked.set(name, value.toWellFormed())
      }
      const headers: [string, string][] = [['Host', `localhost:${port}`]]
      if (user !== undefined) headers.push(['Authorization', user])
      if (withCookies) headers.push(['Cookie', cookies.join('; ')])
      if (method === 'GET') return { method, target: `${path}?${asked}`, headers, body: Buffer.alloc(0) }
      headers.push(['Content-Type', 'application/x-www-form-urlencoded'])
      return { method, target: path, headers, body: Buffer.from(asked.toString()) }
    })
}

function rightRequests(loot: Loot) {
  const web = basic('web-app:web-secret')
  const redirect = 'http://localhost:3000/callback'
  const login = { client_id: 'web-app', redirect_uri: redirect, response_type: 'code', scope: 'openid email' }
  const self = { ...login, client_id: 'e2e-app' }
  const code = { grant_type: 'authorization_code', code: loot.code, redirect_uri: redirect }
  const refresh = { grant_type: 'refresh_token', refresh_token: loot.refreshToken }
  const device = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: loot.deviceCode }
  const token = { token: loot.accessToken }
  const right: { method: string; path: string; params: Record<string, string>; user?: string }[] = [
    { method: 'GET', path: '/auth', params: login },
    { method: 'POST', path: '/auth', params: login },
    { method: 'GET', path: '/auth', params: self },
    { method: 'GET', path: '/auth', params: { ...self, prompt: 'none', id_token_hint: loot.idToken } },
    {
      method: 'POST',
      path: '/token',
      params: { grant_type: 'client_credentials' },
      user: basic('service:service-secret'),
    },
    { method: 'POST', path: '/token', params: { ...code }, user: web },
    { method: 'POST', path: '/token', params: { ...refresh }, user: web },
    { method: 'POST', path: '/token', params: { ...device, client_id: 'tv-app' } },
    { method: 'POST', path: '/token/introspection', params: token, user: web },
    { method: 'POST', path: '/token/revocation', params: { token: 'x' }, user: web },
    { method: 'POST', path: '/device/auth', params: { client_id: 'tv-app', scope: 'openid' } },
    { method: 'POST', path: '/device', params: { user_code: loot.userCode, xsrf: 'x', confirm: 'yes' } },
    { method: 'GET', path: '/device', params: { user_code: loot.userCode } },
    { method: 'GET', path: '/device/screen', params: { user_code: loot.userCode } },
    { method: 'POST', path: '/request', params: login, user: web },
    { method: 'GET', path: '/session/end', params: { id_token_hint: loot.idToken } },
    { method: 'POST', path: '/session/end/confirm', params: { logout: 'no', xsrf: 'x' } },
    { method: 'POST', path: `/interaction/${loot.interaction}`, params: { username: 'alice', password: 'no' } },
    { method: 'GET', path: '/me', params: {}, user: `Bearer ${loot.accessToken}` },
    { method: 'POST', path: '/me', params: { access_token: loot.accessToken } },
  ]
  return right
}

function paramValue(loot: Loot): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('', ...values) },
    { weight: 3, arbitrary: fc.constantFrom(loot.accessToken, loot.refreshToken, loot.idToken, loot.code) },
    { weight: 2, arbitrary: fc.constantFrom(loot.userCode, loot.deviceCode, loot.interaction) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  )
}

function wildRequests(loot: Loot, port: number): fc.Arbitrary<WildRequest> {
  const value = paramValue(loot)
  const params = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 8 })), value), {
    maxLength: 8,
  })
  const encoded = params.map((pairs) => pairs.map((pair) => pair.map(encode).join('=')).join('&'))
  const query = fc.oneof(
    { weight: 4, arbitrary: encoded },
    { weight: 1, arbitrary: fc.constantFrom('', '&&&', '=', '%', '%zz=%', 'a=%ff', '?', 'a[]=1&a[b]=2', '%00=%00') },
  )
  const interaction = `/interaction/${loot.interaction}`
  const path = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...endpoints) },
    { weight: 2, arbitrary: fc.constantFrom(...endpoints.map((endpoint) => `/partner${endpoint}`)) },
    { weight: 1, arbitrary: fc.constantFrom(interaction, `${interaction}/switch`, `${interaction}/x`) },
    { weight: 1, arbitrary: fc.constantFrom(`/auth/${loot.interaction}`, `/device/${loot.interaction}`, '/auth/x') },
    { weight: 2, arbitrary: fc.constantFrom(...adminPaths) },
    { weight: 2, arbitrary: fc.constantFrom(...oddPaths) },
  )
  const target = fc.tuple(path, fc.option(query)).map(([at, asked]) => (asked === null ? at : `${at}?${asked}`))
  const body = fc.oneof(
    { weight: 5, arbitrary: encoded.map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.json().map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.constant(Buffer.alloc(0)) },
  )
  return fc.record({
    method: fc.constantFrom(...methods),
    target,
    headers: headersOf(loot, port),
    body,
  })
}

function headersOf(loot: Loot, port: number): fc.Arbitrary<[string, string][]> {
  const own = `localhost:${port}`
  const authorization = fc.oneof(
    fc
      .constantFrom('web-app:web-secret', 'web-app:x', 'nobody:x', ':', 'x', '%zz:%', '\u00ff:\u0000', '__proto__:x')
      .map(basic),
    fc.constantFrom(
      `Bearer ${loot.accessToken}`,
      `Bearer ${loot.accessToken}x`,
      `Bearer ${loot.idToken}`,
      `DPoP ${loot.accessToken}`,
      'Bearer',
      'Bearer a b',
      'Bearer e30.e30.e30',
      'Bearer undressed:a:b',
      'Basic',
      'Basic ====',
      'Digest x',
      '\u00ff',
    ),
  )
  const cookie = fc.subarray(cookiesOf(loot), { maxLength: 4 }).map((pairs) => pairs.join('; '))
  const odd = fc
    .constantFrom(...oddHeaders)
    .chain(([name, choices]) => fc.constantFrom(...choices).map((each): [string, string] => [name, each]))
  return fc
    .record({
      host: fc.oneof({ weight: 5, arbitrary: fc.constant(own) }, { weight: 1, arbitrary: fc.constantFrom(...hosts) }),
      type: fc.option(fc.constantFrom(...types)),
      authorization: fc.option(authorization),
      cookie: fc.option(cookie),
      more: fc.array(odd, { maxLength: 3 }),
    })
    .map(({ host, type, authorization, cookie, more }) => {
      const some: [string, string | null][] = [
        ['Host', host],
        ['Content-Type', type],
        ['Authorization', authorization],
        ['Cookie', cookie],
        ...more,
      ]
      return some.filter((pair): pair is [string, string] => pair[1] !== null)
    })
}

/** Real cookies, and forgeries under their names. */
function cookiesOf({ cookies, interaction }: Loot): string[] {
  return Object.entries(cookies).flatMap(([name, value]) => {
    return [
      `${name}=${value}`,
      `${name}=${value}x`,
      `${name}=${interaction}`,
      `${name}=`,
      `${name}=%zz`,
      `${name}="`,
      name,
    ]
  })
}

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}

/** Percent-encodes what must be, lone surrogates included. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

/** A request as it goes over the wire: whole, and the only one of its connection. */
export function bytesOf({ method, target, headers, body }: WildRequest): Buffer {
  const all = [...headers, ['Connection', 'close'], ['Content-Length', String(body.length)]]
  const head = `${method} ${target} HTTP/1.1\r\n${all.map((pair) => pair.join(': ')).join('\r\n')}\r\n\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), body])
}
