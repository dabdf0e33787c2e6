import { pathToFileURL } from 'node:url'
import * as oauth from 'oauth4webapi'
import type { RoundOrder } from '../../../src/index.ts'

/** Servers of the tests speak plain http. */
const insecure = { [oauth.allowInsecureRequests]: true } as const

const maxAge = 3600

type Order = Pick<RoundOrder, 'issuer' | 'clientId' | 'clientSecret' | 'redirectUri'>

/** A round of oauth4webapi, as its documentation has it: with every check that it knows, the signature among them. */
export async function strictRound({ issuer, clientId, clientSecret = '', redirectUri }: Order): Promise<void> {
  const client: oauth.Client = { client_id: clientId, id_token_signed_response_alg: 'RS256' }
  const authentication = oauth.ClientSecretBasic(clientSecret)
  const discovery = await oauth.discoveryRequest(new URL(issuer), insecure)
  const server = await oauth.processDiscoveryResponse(new URL(issuer), discovery)

  const verifier = oauth.generateRandomCodeVerifier()
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
  const asked = new URL(server.authorization_endpoint ?? '')
  asked.search = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid email',
    state,
    nonce,
    max_age: String(maxAge),
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString()
  const params = oauth.validateAuthResponse(server, client, await browse(asked), state)

  const answer = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    authentication,
    params,
    redirectUri,
    verifier,
    insecure,
  )
  const checks = { expectedNonce: nonce, maxAge, requireIdToken: true }
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, checks)
  await oauth.validateApplicationLevelSignature(server, answer, insecure)
  const subject = oauth.getValidatedIdTokenClaims(tokens)?.sub ?? ''

  const userinfo = await oauth.userInfoRequest(server, client, tokens.access_token, insecure)
  await oauth.processUserInfoResponse(server, client, subject, userinfo)

  if (tokens.refresh_token === undefined) return
  const parts = [server, client, authentication, tokens.refresh_token] as const
  const again = await oauth.refreshTokenGrantRequest(...parts, insecure)
  const refreshed = await oauth.processRefreshTokenResponse(server, client, again)
  const other = oauth.getValidatedIdTokenClaims(refreshed)?.sub ?? subject
  if (other !== subject) throw new Error('the refresh is about somebody else')
}

/** What a browser would be sent back to; nobody is asked anything. */
async function browse(url: URL): Promise<URL> {
  const response = await fetch(url, { redirect: 'manual' })
  const location = response.headers.get('location')
  if (location === null) throw new Error(`the browser stayed at a page (${response.status})`)
  return new URL(location)
}

/** What the environment says of a round. */
export function orderOfEnvironment(): Order {
  const { UNDERSTUDY_ISSUER_URL, UNDERSTUDY_CLIENT_ID, UNDERSTUDY_CLIENT_SECRET, UNDERSTUDY_REDIRECT_URI } = process.env
  return {
    issuer: UNDERSTUDY_ISSUER_URL ?? '',
    clientId: UNDERSTUDY_CLIENT_ID ?? '',
    clientSecret: UNDERSTUDY_CLIENT_SECRET ?? '',
    redirectUri: UNDERSTUDY_REDIRECT_URI ?? '',
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await strictRound(orderOfEnvironment())
