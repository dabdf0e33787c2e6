import * as client from 'openid-client'
import { inPart, type Library, type RelyingParty, seenOf, type Target } from '../library.ts'
import { type Delivery, sendOff } from '../person.ts'

const redirectUri = 'http://localhost/callback'
const maxAgeSeconds = 3600

export const openidClient: Library = {
  name: 'openid-client',
  package: 'openid-client',
  about: 'It trusts the connection that ID tokens come by, in place of their signatures.',
  registers: ['userinfo_signed_response_alg'],
  open: async () => relyingParty(() => {}),
}

export const openidClientVerifying: Library = {
  name: 'openid-client-verifying',
  how: 'enableNonRepudiationChecks',
  package: 'openid-client',
  about: 'It is told to verify signatures as well.',
  registers: ['userinfo_signed_response_alg'],
  open: async () => relyingParty(client.enableNonRepudiationChecks),
}

function relyingParty(configure: (config: client.Configuration) => void): RelyingParty {
  return {
    redirectUri,
    login: (target) => seenOf(() => round(target, configure)),
    close: async () => {},
  }
}

async function round(target: Target, configure: (config: client.Configuration) => void): Promise<void> {
  const config = await inPart('discovery', () => discover(target))
  configure(config)
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    maxAge: maxAgeSeconds,
  }
  const url = await inPart('authorization', () => authorizationUrl(config, checks))
  const deliveries = await sendOff(url, redirectUri)
  const tokens = await inPart('callback', () => redeem(config, deliveries, checks))
  const subject = tokens.claims()?.sub ?? client.skipSubjectCheck
  await inPart('userinfo', () => client.fetchUserInfo(config, tokens.access_token, subject))
  const { refresh_token: refreshToken } = tokens
  if (refreshToken === undefined) return
  await inPart('refresh', () => client.refreshTokenGrant(config, refreshToken))
}

function discover(target: Target): Promise<client.Configuration> {
  const { issuer, clientId, clientSecret, timeoutMs, metadata } = target
  return client.discovery(new URL(issuer), clientId, { client_secret: clientSecret, ...metadata }, undefined, {
    execute: [client.allowInsecureRequests],
    timeout: timeoutMs / 1000,
  })
}

type Checks = Required<
  Pick<client.AuthorizationCodeGrantChecks, 'pkceCodeVerifier' | 'expectedState' | 'expectedNonce' | 'maxAge'>
>

async function authorizationUrl(config: client.Configuration, checks: Checks): Promise<URL> {
  return client.buildAuthorizationUrl(config, {
    scope: 'openid profile email',
    redirect_uri: redirectUri,
    state: String(checks.expectedState),
    nonce: checks.expectedNonce,
    max_age: String(maxAgeSeconds),
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
}

/** Takes every delivery; what becomes of the last one is what a person sees. */
async function redeem(config: client.Configuration, deliveries: readonly Delivery[], checks: Checks) {
  for (const delivery of deliveries.slice(0, -1))
    await client.authorizationCodeGrant(config, requestOf(delivery), checks)
  return client.authorizationCodeGrant(config, requestOf(deliveries.at(-1) as Delivery), checks)
}

function requestOf({ url, form }: Delivery): URL | Request {
  return form === undefined ? url : new Request(url, { method: 'POST', body: form })
}
