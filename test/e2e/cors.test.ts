import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as client from 'openid-client'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Endpoint } from '../../src/domain/exchange.ts'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { launchBrowser } from '../browser.ts'
import { discover, login } from './flows.ts'

const redirectUri = 'http://localhost:3000/callback'

let idp: Understudy
let browser: Browser
let foreign: Server
let page: Page
let tv: client.Configuration
let web: client.Configuration

beforeAll(async () => {
  const grants = { redirect_uris: [redirectUri], grant_types: ['authorization_code', 'refresh_token'] as const }
  const members = {
    users: [{ username: 'alice', sub: '100101' }],
    clients: [
      { client_id: 'spa', ...grants, grant_types: [...grants.grant_types] },
      { client_id: 'web', client_secret: 'web-secret', ...grants, grant_types: [...grants.grant_types] },
      { client_id: 'tv', grant_types: ['device_code' as const] },
    ],
  }
  idp = await startUnderstudy({ fixtures: { ...members, issuers: { partner: members } } })
  foreign = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html>'))
  foreign.listen(0, '127.0.0.1')
  await once(foreign, 'listening')
  browser = await launchBrowser()
  page = await browser.newPage()
  await page.goto(`http://localhost:${(foreign.address() as AddressInfo).port}`)
  tv = await discover(idp.url, 'tv', undefined, client.None())
  web = await discover(idp.url, 'spa', undefined, client.None())
})

afterAll(async () => {
  await browser?.close()
  foreign?.close().closeAllConnections()
  await idp?.close()
})

interface Asked {
  status: number
  body: Record<string, unknown>
  challenge: string | null
}

/** One request by a page of another origin; fails, as the page's would, where the page may not read the answer. */
async function ask(url: string | undefined, form?: Record<string, string>, headers: Record<string, string> = {}) {
  const body = form && new URLSearchParams(form).toString()
  const type = form && { 'content-type': 'application/x-www-form-urlencoded' }
  const init = JSON.stringify({ method: form ? 'POST' : 'GET', body, headers: { ...type, ...headers } })
  return (await page.evaluate(`(async () => {
    const response = await fetch(${JSON.stringify(url)}, ${init})
    const text = await response.text()
    const challenge = response.headers.get('www-authenticate')
    return { status: response.status, body: text === '' ? {} : JSON.parse(text), challenge }
  })()`)) as Asked
}

interface AskedEndpoint {
  endpoint: Endpoint
  right(): Promise<Asked>
  wrong(): Promise<Asked>
}

/** What leads to an answer that is right, and to one that tells an error, at each endpoint that a page may ask. */
function endpoints(): Record<string, AskedEndpoint> {
  const metadata = web.serverMetadata()
  const of = (name: string) => String(metadata[name])
  const spa = { client_id: 'spa' }
  const signIn = async () => (await login(web, { scope: 'openid' })).tokens
  return {
    discovery: {
      endpoint: 'discovery',
      right: () => ask(`${idp.url}/.well-known/openid-configuration`),
      wrong: () => ask(`${idp.url}/.well-known/oauth-authorization-server/nobody`),
    },
    jwks: { endpoint: 'jwks', right: () => ask(of('jwks_uri')), wrong: () => ask(`${of('jwks_uri')}/none`) },
    token: {
      endpoint: 'token',
      right: async () =>
        ask(of('token_endpoint'), {
          ...spa,
          grant_type: 'refresh_token',
          refresh_token: (await signIn()).refresh_token as string,
        }),
      wrong: () => ask(of('token_endpoint'), { ...spa, grant_type: 'refresh_token', refresh_token: 'none' }),
    },
    'token, with a secret': {
      endpoint: 'token',
      right: async () => {
        const config = await discover(idp.url, 'web', 'web-secret')
        const { tokens } = await login(config, { scope: 'openid' })
        const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token as string }
        return ask(of('token_endpoint'), form, { authorization: `Basic ${btoa('web:web-secret')}` })
      },
      wrong: () =>
        ask(of('token_endpoint'), { grant_type: 'refresh_token' }, { authorization: `Basic ${btoa('web:wrong')}` }),
    },
    userinfo: {
      endpoint: 'userinfo',
      right: async () =>
        ask(of('userinfo_endpoint'), undefined, { authorization: `Bearer ${(await signIn()).access_token}` }),
      wrong: () => ask(of('userinfo_endpoint'), undefined, { authorization: 'Bearer none' }),
    },
    revocation: {
      endpoint: 'revocation',
      right: async () => ask(of('revocation_endpoint'), { ...spa, token: (await signIn()).access_token }),
      wrong: () => ask(of('revocation_endpoint'), spa),
    },
    introspection: {
      endpoint: 'introspection',
      right: async () => ask(of('introspection_endpoint'), { ...spa, token: (await signIn()).access_token }),
      wrong: () => ask(of('introspection_endpoint'), spa),
    },
    PAR: {
      endpoint: 'pushed_authorization_request',
      right: () =>
        ask(of('pushed_authorization_request_endpoint'), {
          ...spa,
          response_type: 'code',
          redirect_uri: redirectUri,
          scope: 'openid',
          code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
          code_challenge_method: 'S256',
        }),
      wrong: () => ask(of('pushed_authorization_request_endpoint'), { ...spa, redirect_uri: 'http://other.example' }),
    },
    device_authorization: {
      endpoint: 'device_authorization',
      right: () => ask(of('device_authorization_endpoint'), { client_id: 'tv', scope: 'openid' }),
      wrong: () => ask(of('device_authorization_endpoint'), { client_id: 'nobody' }),
    },
    'a poll of the device': {
      endpoint: 'token',
      right: async () => {
        const device = await client.initiateDeviceAuthorization(tv, { scope: 'openid' })
        await idp.device.approve(device.user_code, 'alice')
        return poll(device.device_code)
      },
      wrong: async () => poll((await client.initiateDeviceAuthorization(tv, { scope: 'openid' })).device_code),
    },
  }

  function poll(code: string) {
    const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
    return ask(of('token_endpoint'), { client_id: 'tv', grant_type, device_code: code })
  }
}

function asked(name: string): AskedEndpoint {
  return endpoints()[name] as AskedEndpoint
}

const names = [
  'discovery',
  'jwks',
  'token',
  'token, with a secret',
  'userinfo',
  'revocation',
  'introspection',
  'PAR',
  'device_authorization',
  'a poll of the device',
]

describe.each(names)('a page of another origin reads what it is answered at %s', (name) => {
  test('when all is right', async () => {
    const { status } = await asked(name).right()
    expect([200, 201]).toContain(status)
  })

  test('when something is wrong', async () => {
    const { status, body } = await asked(name).wrong()
    expect(status).toBeGreaterThanOrEqual(400)
    expect(body.error).toBeTypeOf('string')
  })
})

const faultable = [
  ['token', 'temporarily_unavailable', 'refresh_token'],
  ['token', 'invalid_grant', 'refresh_token'],
  ['userinfo', 'invalid_token', undefined],
  ['revocation', 'temporarily_unavailable', undefined],
  ['introspection', 'temporarily_unavailable', undefined],
  ['PAR', 'temporarily_unavailable', undefined],
  ['device_authorization', 'temporarily_unavailable', undefined],
  ['a poll of the device', 'slow_down', 'device_code'],
] as const

test.each(faultable)('a page of another origin reads the fault at %s: %s', async (name, fault, grant_type) => {
  const { endpoint, right } = asked(name)
  await idp.arm({ fault, when: { endpoint, grant_type } })
  const { status, body, challenge } = await right()
  expect(status).toBeGreaterThanOrEqual(400)
  expect(body.error ?? challenge).toContain(fault)
})

test('the challenge at userinfo can be read', async () => {
  const { challenge } = await asked('userinfo').wrong()
  expect(challenge).toContain('error="invalid_token"')
})

test('an address where nothing is can be told from a network error', async () => {
  const { status, body } = await ask(`${idp.url}/nowhere`)
  expect({ status, error: body.error }).toEqual({ status: 404, error: 'not_found' })
})
