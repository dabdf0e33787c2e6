/**
 * Bare oidc-provider, configured as the bench's fixtures configure Understudy: the yardstick of every ratio.
 *
 * It reads its signing keys from BENCH_JWKS, so that its start does not pay for making them.
 */
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider, { type ClientMetadata, type Configuration } from 'oidc-provider'
import { MapAdapter } from './map-adapter.ts'

const jwks = JSON.parse(readFileSync(process.env.BENCH_JWKS ?? '', 'utf8'))
const redirectUri = 'http://localhost:3000/callback'
const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code'

const machine = {
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
} satisfies Partial<ClientMetadata>
const clients: ClientMetadata[] = [
  { client_id: 'opaque-service', client_secret: 'service-secret', ...machine },
  { client_id: 'rs256-service', client_secret: 'service-secret', ...machine },
  { client_id: 'es256-service', client_secret: 'service-secret', ...machine },
  {
    client_id: 'web-app',
    client_secret: 'web-secret',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [redirectUri],
  },
  {
    client_id: 'tv-app',
    token_endpoint_auth_method: 'none',
    grant_types: [deviceCode, 'refresh_token'],
    redirect_uris: [],
    response_types: [],
  },
]

const jwtAlgorithms: Record<string, 'RS256' | 'ES256'> = { 'rs256-service': 'RS256', 'es256-service': 'ES256' }

const configuration: Configuration = {
  adapter: MapAdapter,
  clients,
  jwks,
  cookies: { keys: ['bench'] },
  scopes: ['openid', 'profile', 'email', 'offline_access'],
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
  conformIdTokenClaims: false,
  pkce: { required: () => false },
  issueRefreshToken: async () => true,
  rotateRefreshToken: true,
  expiresWithSession: async () => false,
  ttl: { AccessToken: 3600, ClientCredentials: 3600, RefreshToken: 2_592_000, IdToken: 3600, AuthorizationCode: 60 },
  features: {
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: async (_ctx, client) => (jwtAlgorithms[client.clientId] ? `urn:bench:${client.clientId}` : []),
      getResourceServerInfo: async (_ctx, _resource, client) => ({
        scope: '',
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: jwtAlgorithms[client.clientId] ?? 'RS256' } },
      }),
    },
  },
  async findAccount(_ctx, sub) {
    return {
      accountId: sub,
      claims: async () => ({ sub, name: 'Alice Liddell', email: 'alice@example.com', email_verified: true }),
    }
  },
  async loadExistingGrant(ctx) {
    const { client, provider, session, params } = ctx.oidc
    if (!client || !session?.accountId) return undefined
    const known = session.grantIdFor(client.clientId)
    if (known) return provider.Grant.find(known)
    const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId })
    grant.addOIDCScope(String(params?.scope ?? 'openid'))
    await grant.save()
    return grant
  },
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
}

const page = (uid: string) => `<!doctype html><html lang="en"><title>Sign in</title>
<form method="post" action="/interaction/${uid}"><input name="username"><input name="password" type="password">
<button>Sign in</button></form></html>`

/** The one page that oidc-provider leaves to its user: any name and password sign in. */
async function interact(provider: Provider, req: IncomingMessage, res: ServerResponse): Promise<void> {
  if (req.method === 'GET') {
    const { uid } = await provider.interactionDetails(req, res)
    res.setHeader('content-type', 'text/html; charset=utf-8').end(page(uid))
    return
  }
  let body = ''
  for await (const chunk of req) body += chunk
  const accountId = new URLSearchParams(body).get('username') ?? ''
  await provider.interactionFinished(req, res, { login: { accountId } })
}

const server = createServer()
server.listen(0, '127.0.0.1', function serve() {
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  const provider = new Provider(url, configuration)
  const protocol = provider.callback()
  server.on('request', function route(req, res) {
    if (!req.url?.startsWith('/interaction/')) return protocol(req, res)
    interact(provider, req, res).catch((error) => res.writeHead(500).end(String(error)))
  })
  console.log(`Bare oidc-provider is ready: ${url}`)
})
process.once('SIGTERM', () => process.exit(0))
