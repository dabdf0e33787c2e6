import { decodeJwt } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login } from './flows.ts'
import { freePort } from './free-port.ts'

const redirectUri = 'http://localhost:3000/callback'
const app = { client_id: 'app', client_secret: 'secret', redirect_uris: [redirectUri] }

describe.each(['/', '/tenant/'])('a fixed issuer that ends in %s', (path) => {
  let idp: Understudy
  let issuer: string
  let origin: string

  beforeAll(async () => {
    const port = await freePort()
    origin = `http://localhost:${port}`
    issuer = origin + path
    const resources = { api: { path: '/api/me', scopes: ['openid'] } }
    const further = { partner: { users: ['alice'], clients: [app] } }
    idp = await startUnderstudy({
      port,
      fixtures: {
        issuer,
        browser_url: `http://127.0.0.1:${port}${path}`,
        users: ['alice'],
        clients: [app, { ...app, client_id: 'chosen', issuer: issuer.replace(/\/$/, '') }],
        resources,
        issuers: further,
      },
    })
  })

  afterAll(() => idp.close())

  test('keeps its slash in everything that a strict client compares', async () => {
    const found = await fetch(`${issuer}.well-known/openid-configuration`)
    const metadata = (await found.json()) as Record<string, unknown>
    const config = await discover(issuer, 'app', 'secret')
    const { tokens, callback } = await login(config, { scope: 'openid', agent: new UserAgent() })
    const told = await client.tokenIntrospection(config, tokens.access_token)

    expect(metadata).toMatchObject({ issuer, token_endpoint: `${issuer}token`, jwks_uri: `${issuer}jwks` })
    expect(callback.searchParams.get('iss')).toBe(issuer)
    expect(tokens.claims()?.iss).toBe(issuer)
    expect(decodeJwt(tokens.access_token)).toMatchObject({ iss: issuer, aud: issuer })
    expect(told).toMatchObject({ active: true, iss: issuer })
  })

  test('is found by RFC 8414, whose address has no slash at its end', async () => {
    const address = `${origin}/.well-known/oauth-authorization-server${path.replace(/\/$/, '')}`

    expect(await (await fetch(address)).json()).toMatchObject({ issuer })
  })

  test('is meant by a client that leaves the slash out', async () => {
    const { id_token: token = '' } = await idp.tokens({ type: 'id_token', client: 'chosen', user: 'alice' })

    expect(decodeJwt(token).iss).toBe(issuer)
  })

  test('logs in by the library, and serves resources below its path', async () => {
    const callback = await idp.login('alice', { client: 'app', scope: 'openid' })
    const { access_token: token } = await idp.tokens({ client: 'app', user: 'alice', audience: `${issuer}api/me` })
    const answer = await fetch(`${issuer}api/me`, { headers: { authorization: `Bearer ${token}` } })

    expect(callback.searchParams.get('code')).toBeTruthy()
    expect(answer.status).toBe(200)
  })

  test('has others below it that do not end in one', async () => {
    const partner = `${issuer}partner`

    const metadata = await (await fetch(`${partner}/.well-known/openid-configuration`)).json()

    expect(metadata).toMatchObject({ issuer: partner, token_endpoint: `${partner}/token` })
  })
})
