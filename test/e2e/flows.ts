import * as client from 'openid-client'
import type { Page } from '../user-agent.ts'
import { UserAgent } from '../user-agent.ts'

/** An OAuth client of the tests: openid-client, configured by discovery alone. */
export async function discover(
  issuer: string,
  clientId: string,
  secret?: string,
  authentication?: client.ClientAuth,
): Promise<client.Configuration> {
  return client.discovery(new URL(issuer), clientId, secret, authentication, {
    execute: [client.allowInsecureRequests],
  })
}

export interface LoginOptions {
  agent?: UserAgent
  user?: string
  scope?: string
  redirectUri?: string
  /** Default: true. */
  pkce?: boolean
  /** Whether the request is pushed first. Default: false. */
  par?: boolean
  parameters?: Record<string, string>
}

export interface LoggedIn {
  tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers
  callback: URL
}

/** Goes through the pages as a person would: picks the user, allows what is asked. */
export async function passPages(agent: UserAgent, page: Page, user: string): Promise<Page> {
  let at = page
  for (let step = 0; step < 4 && at.status !== 0; step += 1) {
    if (at.forms.some(({ html }) => html.includes('name="pick"')))
      at = await agent.submit(at, /name="pick"/, { pick: user })
    else if (at.forms.some(({ action }) => /\/interaction\/[\w-]+$/.test(action)))
      at = await agent.submit(at, /interaction\/[\w-]+"/)
    else return at
  }
  return at
}

/** A complete login by authorization code and PKCE. */
export async function login(config: client.Configuration, options: LoginOptions = {}): Promise<LoggedIn> {
  const { agent = new UserAgent(), user = 'alice', scope = 'openid profile email', pkce = true } = options
  const redirectUri = options.redirectUri ?? 'http://localhost:3000/callback'
  const verifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const nonce = client.randomNonce()
  const build = options.par ? client.buildAuthorizationUrlWithPAR : client.buildAuthorizationUrl
  const url = await build(config, {
    redirect_uri: redirectUri,
    scope,
    state,
    nonce,
    ...(pkce && {
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }),
    ...options.parameters,
  })
  const { url: callback } = await passPages(agent, await agent.open(url), user)
  const tokens = await client.authorizationCodeGrant(config, callback, {
    ...(pkce && { pkceCodeVerifier: verifier }),
    expectedState: state,
    expectedNonce: nonce,
  })
  return { tokens, callback }
}
