import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as client from 'openid-client'
import { UserAgent } from '../user-agent.ts'

export const roundFixtures = {
  users: [{ username: 'alice', sub: '100101', claims: { name: 'Alice', email: 'alice@example.com' } }],
  clients: [
    {
      client_id: 'app',
      client_secret: 'app-secret',
      redirect_uris: ['http://localhost/callback'],
      grant_types: [
        'authorization_code' as const,
        'refresh_token' as const,
        'device_code' as const,
        'client_credentials' as const,
      ],
      consent: 'skip' as const,
      auto_login: 'alice',
    },
  ],
}

/** What a round does after discovery; each asks for what it needs. */
export type Round =
  | 'login'
  | 'login and API'
  | 'login and refresh'
  | 'login and userinfo'
  | 'refresh'
  | 'userinfo'
  | 'device'
  | 'client credentials'

/**
 * A client's round against an issuer: `taken`, or the code of the client's own error.
 *
 * @param before told once all is there that the round does not test
 */
export async function goRound(url: string, round: Round, before: () => Promise<unknown> = async () => {}) {
  try {
    await rounds[round](url, before)
    return 'taken'
  } catch (error) {
    return codeOf(error)
  }
}

type Before = () => Promise<unknown>

const rounds: Record<Round, (url: string, before: Before) => Promise<void>> = {
  async login(url, before) {
    await before()
    await login(await configuration(url))
  },
  async 'login and API'(url, before) {
    await before()
    const { access_token: token } = await login(await configuration(url))
    const options = { issuer: url, algorithms: ['RS256'] }
    await jwtVerify(token, createRemoteJWKSet(new URL(`${url}/jwks`), { timeoutDuration: 2000 }), options)
  },
  async 'login and refresh'(url, before) {
    await before()
    await rounds.refresh(url, async () => {})
  },
  async 'login and userinfo'(url, before) {
    await before()
    await rounds.userinfo(url, async () => {})
  },
  async refresh(url, before) {
    const config = await configuration(url)
    const { refresh_token: token = '' } = await login(config)
    await before()
    await client.refreshTokenGrant(config, token)
  },
  async userinfo(url, before) {
    const config = await configuration(url)
    const tokens = await login(config)
    await before()
    await client.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '')
  },
  async device(url, before) {
    const config = await configuration(url)
    await before()
    await client.initiateDeviceAuthorization(config, { scope: 'openid' })
  },
  async 'client credentials'(url, before) {
    const config = await configuration(url)
    await before()
    await client.clientCredentialsGrant(config, {})
  },
}

async function configuration(url: string): Promise<client.Configuration> {
  const config = await client.discovery(new URL(url), 'app', 'app-secret', undefined, {
    execute: [client.allowInsecureRequests],
    timeout: 2,
  })
  client.enableNonRepudiationChecks(config)
  return config
}

async function login(config: client.Configuration) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const [state, nonce] = [client.randomState(), client.randomNonce()]
  const asked = {
    scope: 'openid profile email',
    redirect_uri: 'http://localhost/callback',
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  }
  const page = await new UserAgent().open(client.buildAuthorizationUrl(config, asked))
  const replayed = /<iframe name="first" src="([^"]+)"/.exec(page.html)?.[1]
  const { url, status } = replayed === undefined ? page : { url: new URL(replayed.replaceAll('&amp;', '&')), status: 0 }
  // An app whose callback is never opened gets nothing to check.
  if (!url.href.startsWith('http://localhost/callback')) throw Object.assign(new Error(), { code: `STAYED_${status}` })
  const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier }
  // An app that checks no more than the response takes the first delivery, and hears at the second that it is too late.
  if (replayed !== undefined) await client.authorizationCodeGrant(config, url, checks)
  return client.authorizationCodeGrant(config, url, checks)
}

/** The code of a client's error; of one of the connection with what caused it, of a strange answer with its status. */
function codeOf(error: unknown): string {
  const { code, cause, name, error: told } = error as Record<string, unknown>
  if (typeof told === 'string') return told
  if (code === 'OAUTH_RESPONSE_IS_NOT_CONFORM') return `${code} ${(cause as Response).status}`
  return typeof code === 'string' ? code : `${name} ${(cause as { code?: string } | undefined)?.code}`
}
