import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CompactEncrypt, decodeJwt, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'

const secret = 'a-secret-of-at-least-thirty-two-bytes'
const secretKey = new TextEncoder().encode(secret)
const redirectUri = 'http://localhost/callback'
const basic = { authorization: `Basic ${btoa(`app:${secret}`)}` }

/** What the client keeps for the issuer to fetch. */
let shelf: Server
let held: string
let idp: Understudy

beforeAll(async () => {
  shelf = createServer((_request, response) => response.end(held)).listen(0, '127.0.0.1')
  await once(shelf, 'listening')
  idp = await startUnderstudy({
    fixtures: {
      users: [{ username: 'alice', sub: '100101' }],
      clients: [
        {
          client_id: 'app',
          client_secret: secret,
          redirect_uris: [redirectUri],
          request_uris: [referenceUrl()],
          consent: 'skip',
          auto_login: 'alice',
          request_object_encryption_alg: 'dir',
          request_object_encryption_enc: 'A128CBC-HS256',
        },
      ],
    },
  })
})

afterAll(async () => {
  await idp.close()
  shelf.close().closeAllConnections()
})

function referenceUrl(): string {
  return `http://127.0.0.1:${(shelf.address() as AddressInfo).port}/request`
}

function requestObject(claims: Readonly<Record<string, string>>): Promise<string> {
  const usual = { client_id: 'app', redirect_uri: redirectUri, response_type: 'code', scope: 'openid', state: 'inside' }
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('app')
    .setAudience(idp.url)
    .setExpirationTime('1m')
    .sign(secretKey)
}

async function push(params: Readonly<Record<string, string>>): Promise<Response> {
  const body = new URLSearchParams({ client_id: 'app', ...params })
  return fetch(`${idp.url}/request`, { method: 'POST', headers: basic, body })
}

async function pushed(params: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const { request_uri: uri } = (await (await push(params)).json()) as { request_uri: string }
  return { request_uri: uri }
}

/** Where an authorization request ends, or what its page says. */
async function authorize(params: Readonly<Record<string, string>>): Promise<{ url: URL; html: string }> {
  return new UserAgent().open(`${idp.url}/auth?${new URLSearchParams({ client_id: 'app', ...params })}`)
}

async function redeem(url: URL): Promise<{ error?: string; id_token?: string }> {
  const code = url.searchParams.get('code') ?? ''
  const body = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: redirectUri })
  const answer = await fetch(`${idp.url}/token`, { method: 'POST', headers: basic, body })
  return (await answer.json()) as { error?: string; id_token?: string }
}

async function encrypted(jwt: string): Promise<string> {
  const key = new Uint8Array(await crypto.subtle.digest('SHA-256', secretKey))
  return new CompactEncrypt(new TextEncoder().encode(jwt))
    .setProtectedHeader({ alg: 'dir', enc: 'A128CBC-HS256', cty: 'JWT' })
    .encrypt(key)
}

type Claims = Record<string, string>

/** The ways by which a request object comes, each with the parameters that an authorization request then has. */
const ways: Record<string, (claims: Claims) => Promise<Claims>> = {
  'by value': async (claims) => ({ request: await requestObject(claims) }),
  'by value, encrypted': async (claims) => ({ request: await encrypted(await requestObject(claims)) }),
  'by reference': async (claims) => {
    held = await requestObject(claims)
    return { request_uri: referenceUrl() }
  },
  pushed: async (claims) => pushed({ request: await requestObject(claims) }),
  'pushed, encrypted': async (claims) => pushed({ request: await encrypted(await requestObject(claims)) }),
}

describe.each(Object.entries(ways))('a request object %s', (way, ask) => {
  test('arms a fault of the authorization inside it', async () => {
    const { url } = await authorize(await ask({ understudy_fault: 'access_denied;endpoint=authorization' }))

    expect(url.searchParams.get('error')).toBe('access_denied')
  })

  test('arms a fault of what comes of it, once, and tags its flow', async () => {
    const tag = `tag of ${way}`
    const { url } = await authorize(
      await ask({ understudy_fault: 'invalid-iss;iss="https://x.example"', understudy_tag: tag }),
    )

    const tokens = await redeem(url)

    expect(decodeJwt(tokens.id_token ?? '').iss).toBe('https://x.example')
    const requests = await idp.requests({ tag })
    expect(requests.map(({ endpoint }) => endpoint).slice(-2)).toEqual(['authorization', 'token'])
    expect(requests.flatMap(({ faults = [] }) => faults.map(({ fault }) => fault))).toEqual(['invalid-iss'])
  })

  test('arms what changes the answer to the browser', async () => {
    const params = await ask({ understudy_fault: 'http-status;status=418;endpoint=authorization' })

    const answer = await fetch(`${idp.url}/auth?${new URLSearchParams({ client_id: 'app', ...params })}`, {
      redirect: 'manual',
    })

    expect(answer.status).toBe(418)
  })

  test.skipIf(way === 'pushed')('that asks for what cannot fire is refused', async () => {
    const { html } = await authorize(await ask({ understudy_fault: 'slow_down' }))

    expect(html).toContain('Failed to arm &#34;slow_down&#34;')
  })

  test('is honoured together with what stands beside it', async () => {
    const params = await ask({})

    const { url } = await authorize({ ...params, understudy_fault: 'access_denied', understudy_tag: `beside ${way}` })

    expect(url.searchParams.get('error')).toBe('access_denied')
    const [request] = await idp.requests({ tag: `beside ${way}` })
    expect(request?.faults).toMatchObject([{ fault: 'access_denied', origin: 'request' }])
  })
})

test('a fault of the pushed request itself fires when it is pushed', async () => {
  const request = await requestObject({ understudy_fault: 'temporarily_unavailable' })

  const answer = await push({ request })

  expect(answer.status).toBe(503)
})

test('a pushed request object that asks for what cannot fire is refused when it is pushed', async () => {
  const request = await requestObject({ understudy_fault: 'slow_down' })

  const answer = await push({ request })

  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('slow_down')
})

test('parameters beside a request object that is pushed are honoured', async () => {
  const request = await requestObject({})

  const { url } = await authorize(await pushed({ request, understudy_fault: 'access_denied;endpoint=authorization' }))

  expect(url.searchParams.get('error')).toBe('access_denied')
})
