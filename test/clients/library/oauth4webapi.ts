import * as oauth from 'oauth4webapi'
import { inPart, type Library, type RelyingParty, seenOf, type Target } from '../library.ts'
import { type Delivery, sendOff } from '../person.ts'

const redirectUri = 'http://localhost/callback'
const maxAgeSeconds = 3600

export const oauth4webapi: Library = {
  name: 'oauth4webapi',
  package: 'oauth4webapi',
  about: 'It trusts the connection that ID tokens come by, in place of their signatures.',
  registers: ['userinfo_signed_response_alg'],
  open: async () => relyingParty(async () => {}),
}

export const oauth4webapiVerifying: Library = {
  name: 'oauth4webapi-verifying',
  how: 'validateApplicationLevelSignature',
  package: 'oauth4webapi',
  about: 'The app makes the call that verifies signatures, too.',
  registers: ['userinfo_signed_response_alg'],
  open: async () => relyingParty(oauth.validateApplicationLevelSignature),
}

type Verify = typeof oauth.validateApplicationLevelSignature

function relyingParty(verify: Verify): RelyingParty {
  return { redirectUri, login: (target) => seenOf(() => round(target, verify)), close: async () => {} }
}

/** What every request of a round needs. */
interface Session {
  server: oauth.AuthorizationServer
  client: oauth.Client
  authentication: oauth.ClientAuth
  options: { signal: () => AbortSignal }
  verify: Verify
}

async function round(target: Target, verify: Verify): Promise<void> {
  const session = await inPart('discovery', () => discover(target, verify))
  const { server, client, options } = session
  const checks = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
  }
  const url = await inPart('authorization', () => authorizationUrl(session, checks))
  const deliveries = await sendOff(url, redirectUri)
  const tokens = await inPart('callback', () => redeemAll(session, deliveries, checks))
  await inPart('userinfo', async () => {
    const response = await oauth.userInfoRequest(server, client, tokens.access_token, options)
    const subject = oauth.getValidatedIdTokenClaims(tokens)?.sub ?? oauth.skipSubjectCheck
    await oauth.processUserInfoResponse(server, client, subject, response)
    if (client.userinfo_signed_response_alg !== undefined) await verify(server, response, options)
  })
  const { refresh_token: refreshToken } = tokens
  if (refreshToken !== undefined) await inPart('refresh', () => refresh(session, refreshToken))
}

async function discover(target: Target, verify: Verify): Promise<Session> {
  const { clientId, clientSecret = '', timeoutMs, metadata } = target
  const issuer = new URL(target.issuer)
  const options = { signal: () => AbortSignal.timeout(timeoutMs), [oauth.allowInsecureRequests]: true }
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options))
  const client = { client_id: clientId, ...metadata }
  return { server, client, authentication: oauth.ClientSecretBasic(clientSecret), options, verify }
}

interface Checks {
  verifier: string
  state: string
  nonce: string
}

async function authorizationUrl({ server, client }: Session, { verifier, state, nonce }: Checks): Promise<URL> {
  const url = new URL(server.authorization_endpoint as string)
  url.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile email',
    max_age: String(maxAgeSeconds),
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString()
  return url
}

/** Takes every delivery; what becomes of the last one is what a person sees. */
async function redeemAll(session: Session, deliveries: readonly Delivery[], checks: Checks) {
  for (const delivery of deliveries.slice(0, -1)) await redeem(session, delivery, checks)
  return redeem(session, deliveries.at(-1) as Delivery, checks)
}

async function redeem(session: Session, { url, form }: Delivery, { verifier, state, nonce }: Checks) {
  const { server, client, authentication, options, verify } = session
  const answer = oauth.validateAuthResponse(server, client, form ?? url, state)
  const sent = [redirectUri, verifier, options] as const
  const response = await oauth.authorizationCodeGrantRequest(server, client, authentication, answer, ...sent)
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: nonce,
    maxAge: maxAgeSeconds,
    requireIdToken: true,
  })
  await verify(server, response, options)
  return tokens
}

async function refresh({ server, client, authentication, options, verify }: Session, token: string): Promise<void> {
  const response = await oauth.refreshTokenGrantRequest(server, client, authentication, token, options)
  const tokens = await oauth.processRefreshTokenResponse(server, client, response)
  if (tokens.id_token !== undefined) await verify(server, response, options)
}
