import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'

const redirectUri = 'http://localhost:3000/callback'
const patienceMs = 9000

let fountain: Server
/** What the fountain has poured out, in bytes. */
let pouredBytes = 0
let idp: Understudy

beforeAll(async () => {
  fountain = createServer((request, response) =>
    request.url === '/drip' ? void response.write('{') : pour(response),
  ).listen(0, '127.0.0.1')
  await once(fountain, 'listening')
  const url = `http://127.0.0.1:${(fountain.address() as AddressInfo).port}`
  const usual = { client_secret: 'secret', redirect_uris: [redirectUri] }
  const service = {
    token_endpoint_auth_method: 'private_key_jwt' as const,
    grant_types: ['client_credentials' as const],
  }
  idp = await startUnderstudy({
    fixtures: {
      users: ['alice'],
      clients: [
        { client_id: 'app', ...usual, request_uris: [`${url}/flood`, `${url}/drip`] },
        { client_id: 'flood', ...service, jwks_uri: `${url}/flood` },
        { client_id: 'drip', ...service, jwks_uri: `${url}/drip` },
      ],
    },
  })
})

afterAll(async () => {
  await idp.close()
  fountain.closeAllConnections()
  fountain.close()
})

/** Answers for as long as somebody reads. */
function pour(response: ServerResponse): void {
  const chunk = Buffer.alloc(65_536, 97)
  function fill() {
    while (!response.destroyed && response.write(chunk)) pouredBytes += chunk.length
    pouredBytes += chunk.length
  }
  response.on('drain', fill)
  response.on('error', () => {})
  fill()
}

const fountainUrl = () => `http://127.0.0.1:${(fountain.address() as AddressInfo).port}`

test.each(['flood', 'drip'])('a client whose jwks_uri answers by a %s is refused, soon', async (id) => {
  pouredBytes = 0
  const { privateKey } = await generateKeyPair('ES256')
  const assertion = await new SignJWT({ iss: id, sub: id, aud: idp.url, jti: id })
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(privateKey)

  const response = await fetch(`${idp.url}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
    signal: AbortSignal.timeout(patienceMs),
  })

  expect(response.status).toBeGreaterThanOrEqual(400)
  expect(response.status).toBeLessThan(500)
  // What the sockets hold comes on top of what is read.
  expect(pouredBytes).toBeLessThan(32 * 1024 * 1024)
  expect(await idp.requests({ endpoint: 'jwks_uri', client: id })).toHaveLength(1)
})

test.each(['flood', 'drip'])('a request object that comes by a %s is refused, soon', async (path) => {
  pouredBytes = 0
  const parameters = new URLSearchParams({ client_id: 'app', request_uri: `${fountainUrl()}/${path}` })

  const response = await fetch(`${idp.url}/auth?${parameters}`, {
    redirect: 'manual',
    signal: AbortSignal.timeout(patienceMs),
  })

  expect([302, 303, 400]).toContain(response.status)
  expect(response.headers.get('location') ?? (await response.text())).toContain('invalid_request_uri')
  expect(pouredBytes).toBeLessThan(32 * 1024 * 1024)
})
