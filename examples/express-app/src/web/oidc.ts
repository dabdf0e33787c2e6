import * as client from 'openid-client'

export interface OidcSettings {
  issuer: string
  clientId: string
  clientSecret: string
  /** Where browsers reach this app. */
  url: string
}

/** What a login that is under way has to come back with. */
export interface Checks {
  pkceCodeVerifier: string
  expectedState: string
  expectedNonce: string
}

/** Who is signed in, and the tokens that the app holds for them. */
export interface SignedIn {
  sub: string
  sid: string | undefined
  name: string
  roles: readonly string[]
  idToken: string
  accessToken: string
  refreshToken: string | undefined
}

export type Oidc = Awaited<ReturnType<typeof createOidc>>

/** All that the app says to its identity provider. */
export async function createOidc({ issuer, clientId, clientSecret, url }: OidcSettings) {
  const at = new URL(issuer)
  // ID tokens are checked by their signature, too, not only by the connection that they came by.
  const execute = [client.enableNonRepudiationChecks]
  // A provider on the developer's own machine has no certificate.
  if (at.protocol === 'http:') execute.push(client.allowInsecureRequests)
  const config = await client.discovery(at, clientId, clientSecret, undefined, { execute })

  return {
    metadata: config.serverMetadata(),

    /** Where the browser is sent to log in, and what is to be checked once it is back. */
    async begin(): Promise<{ location: URL; checks: Checks }> {
      const pkceCodeVerifier = client.randomPKCECodeVerifier()
      const checks = { pkceCodeVerifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() }
      const location = client.buildAuthorizationUrl(config, {
        redirect_uri: `${url}/callback`,
        scope: 'openid profile email notes',
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        state: checks.expectedState,
        nonce: checks.expectedNonce,
      })
      return { location, checks }
    },

    /** Takes the code that the browser came back with. */
    async finish(callback: URL, checks: Checks): Promise<SignedIn> {
      return signedIn(await client.authorizationCodeGrant(config, callback, { ...checks, idTokenExpected: true }))
    },

    async refresh({ idToken, ...user }: SignedIn): Promise<SignedIn> {
      const tokens = await client.refreshTokenGrant(config, user.refreshToken ?? '')
      return {
        ...user,
        idToken: tokens.id_token ?? idToken,
        accessToken: tokens.access_token,
        refreshToken: tokens.refresh_token ?? user.refreshToken,
      }
    },

    userinfo: ({ accessToken, sub }: SignedIn) => client.fetchUserInfo(config, accessToken, sub),

    /** Where the browser is sent to log out everywhere. */
    endSession: ({ idToken }: SignedIn): URL =>
      client.buildEndSessionUrl(config, { id_token_hint: idToken, post_logout_redirect_uri: `${url}/` }),
  }
}

function signedIn(tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers): SignedIn {
  const claims = tokens.claims()
  if (claims === undefined) throw new Error('Failed to log in: there is no ID token.')
  const { sub, sid, name = sub, roles = [] } = claims
  return {
    sub,
    sid: sid as string | undefined,
    name: name as string,
    roles: roles as string[],
    idToken: tokens.id_token ?? '',
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
  }
}
