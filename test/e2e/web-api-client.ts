import * as oauth from 'oauth4webapi'
import { UserAgent } from '../user-agent.ts'
import { passPages } from './flows.ts'

/** A client of oauth4webapi, which knows nothing of the server but its issuer identifier. */
export interface WebApiClient {
  server: oauth.AuthorizationServer
  client: oauth.Client
  authentication: oauth.ClientAuth
}

/** Servers of the tests speak plain http. */
export const insecure = { [oauth.allowInsecureRequests]: true } as const

/** Learns all of an issuer from its discovery document. */
export async function discoverServer(
  issuer: string,
  algorithm: 'oidc' | 'oauth2' = 'oidc',
): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer)
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { algorithm, ...insecure }))
}

export interface WebApiLogin {
  tokens: oauth.TokenEndpointResponse
  claims: oauth.IDToken | undefined
}

/** A complete login by authorization code, as strict as the library can be, with or without PKCE. */
export async function loginByWebApi(
  { server, client, authentication }: WebApiClient,
  options: { agent?: UserAgent; redirectUri: string; pkce?: boolean; scope?: string },
): Promise<WebApiLogin> {
  const { agent = new UserAgent(), redirectUri, pkce = true, scope = 'openid profile' } = options
  const [verifier, state, nonce] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState(), 'n-0S6_WzA2Mj']
  const url = new URL(server.authorization_endpoint as string)
  url.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope,
    state,
    nonce,
    ...(pkce && { code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }),
  }).toString()
  const { url: callback } = await passPages(agent, await agent.open(url), 'alice')
  const params = oauth.validateAuthResponse(server, client, callback, state)
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    authentication,
    params,
    redirectUri,
    pkce ? verifier : oauth.nopkce,
    insecure,
  )
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  })
  await oauth.validateApplicationLevelSignature(server, response, insecure)
  return { tokens, claims: oauth.getValidatedIdTokenClaims(tokens) }
}
