import { createHash } from 'node:crypto'
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose'
import * as client from 'openid-client'
import type { TokenType } from '../../src/faults/jwt.ts'
import type { FixturesModule } from '../../src/fixtures/define.ts'
import type { Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { type LogoutReceiver, receiveLogouts } from './logout-receiver.ts'

const redirectUri = 'http://localhost/callback'
const api = 'https://api.example'

const metadata = {
  client_secret: 'a-secret-of-at-least-thirty-two-bytes',
  userinfo_signed_response_alg: 'RS256',
  introspection_signed_response_alg: 'RS256',
  authorization_signed_response_alg: 'RS256',
}

/** The issuer that these clients know. */
export function fixturesFor(receiver: LogoutReceiver): FixturesModule {
  return {
    users: [{ username: 'alice', sub: '100101', claims: { email: 'alice@example.com', groups: ['admin'] } }],
    access_token: { audience: api, typ: 'at+jwt' },
    clients: [
      {
        client_id: 'app',
        ...metadata,
        redirect_uris: [redirectUri],
        consent: 'skip',
        auto_login: 'alice',
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials', 'implicit'],
        response_types: ['code', 'code id_token'],
        backchannel_logout_uri: receiver.uri,
        claims: { email: 'app@example.com' },
      },
    ],
  }
}

/** How an ID token comes to its client. */
export type Way = 'code' | 'refresh_token' | 'hybrid'

/** One client for each signed token, each of which checks all that its specification asks for. */
export interface TokenClients {
  receiver: LogoutReceiver
  /** Gets a token and checks it: `taken`, or the code of the client's own error. */
  meet(token: TokenType, way?: Way): Promise<string>
}

/** A mistake that the client's library does not look for, so that the client has to. */
class ClientError extends Error {
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}

export async function tokenClients(idp: () => Understudy): Promise<TokenClients> {
  const receiver = await receiveLogouts(() => ({ issuer: idp().url, clientId: 'app', strict: true }))

  async function configuration(): Promise<client.Configuration> {
    const registered = { ...metadata, id_token_signed_response_alg: 'RS256', use_mtls_endpoint_aliases: false }
    const config = await client.discovery(new URL(idp().url), 'app', registered, undefined, {
      execute: [client.allowInsecureRequests],
    })
    client.enableNonRepudiationChecks(config)
    return config
  }

  /** Logs in, in one hop. */
  async function login(config: client.Configuration, agent = new UserAgent()) {
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const [state, nonce] = [client.randomState(), client.randomNonce()]
    const asked = {
      scope: 'openid email',
      redirect_uri: redirectUri,
      state,
      nonce,
      max_age: '3600',
      acr_values: 'gold',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    }
    const { url } = await agent.open(client.buildAuthorizationUrl(config, asked))
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier, maxAge: 3600 }
    return client.authorizationCodeGrant(config, url, checks)
  }

  async function verified(jwt: string, audience: string, typ?: string): Promise<JWTPayload> {
    const { payload } = await jwtVerify(jwt, createRemoteJWKSet(new URL(`${idp().url}/jwks`)), {
      issuer: idp().url,
      audience,
      algorithms: ['RS256'],
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat'],
      maxTokenAge: '2h',
      ...(typ !== undefined && { typ }),
    })
    return payload
  }

  async function idToken(way: Way): Promise<void> {
    const config = await configuration()
    if (way === 'hybrid') client.useCodeIdTokenResponseType(config)
    const tokens = await login(config)
    if (way === 'refresh_token') {
      const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
      if (refreshed.claims()?.sub !== tokens.claims()?.sub) throw new ClientError('ANOTHER_SUBJECT')
      return
    }
    const claims = await verified(tokens.id_token ?? '', 'app')
    const digest = createHash('sha256').update(tokens.access_token).digest().subarray(0, 16)
    if (claims.at_hash !== undefined && claims.at_hash !== digest.toString('base64url')) {
      throw new ClientError('ANOTHER_ACCESS_TOKEN')
    }
    if (claims.acr !== undefined && claims.acr !== 'gold') throw new ClientError('TOO_WEAK')
  }

  async function accessToken(): Promise<void> {
    const tokens = await client.clientCredentialsGrant(await configuration())
    await verified(tokens.access_token, api, 'at+jwt')
  }

  async function userinfo(): Promise<void> {
    const config = await configuration()
    await client.fetchUserInfo(config, (await login(config)).access_token, '100101')
  }

  async function introspection(): Promise<void> {
    const config = await configuration()
    await client.tokenIntrospection(config, (await client.clientCredentialsGrant(config)).access_token)
  }

  async function authorizationResponse(): Promise<void> {
    const config = await configuration()
    client.useJwtResponseMode(config)
    await login(config)
  }

  async function logoutToken(): Promise<void> {
    const agent = new UserAgent()
    const config = await configuration()
    const tokens = await login(config, agent)
    const before = receiver.taken.length
    const page = await agent.open(client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token ?? '' }))
    await agent.submit(page, /name="logout"/, { logout: 'yes' })
    if (receiver.taken.length === before) throw new ClientError(receiver.refused.at(-1) ?? 'NEVER_CAME')
  }

  const clients: Record<TokenType, (way: Way) => Promise<void>> = {
    id_token: idToken,
    access_token: accessToken,
    userinfo,
    introspection,
    authorization_response: authorizationResponse,
    logout_token: logoutToken,
  }

  async function meet(token: TokenType, way: Way = 'code'): Promise<string> {
    try {
      await clients[token](way)
      return 'taken'
    } catch (error) {
      return (error as { code?: string }).code ?? (error as Error).message
    }
  }

  return { receiver, meet }
}
