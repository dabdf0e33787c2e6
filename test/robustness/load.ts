import * as client from 'openid-client'
import { discover, login } from '../e2e/flows.ts'
import { UserAgent } from '../user-agent.ts'

/** What clients have received and may rely on. */
export interface Received {
  /** Access tokens of users, and of the service. */
  userTokens: string[]
  serviceTokens: string[]
  /** The newest refresh token of each login. */
  refreshTokens: string[]
  /** Browsers that are signed in. */
  browsers: UserAgent[]
}

/**
 * Logs in, refreshes and asks for client credentials until the server goes away.
 *
 * @param received grows with every answer that came whole
 */
export async function useUntilGone(url: string, received: Received): Promise<void> {
  const web = await discover(url, 'web-app', 'web-secret')
  const service = await discover(url, 'service', 'service-secret')

  async function logIn(): Promise<never> {
    for (;;) {
      const agent = new UserAgent()
      const { tokens } = await login(web, { agent })
      received.browsers.push(agent)
      received.userTokens.push(tokens.access_token)
      received.refreshTokens.push(tokens.refresh_token ?? '')
    }
  }

  async function refresh(): Promise<never> {
    const { tokens } = await login(web)
    let current = tokens.refresh_token ?? ''
    for (;;) {
      // Whether a refresh that got no answer has been made is for nobody to know: only its predecessor can tell.
      const refreshed = await client.refreshTokenGrant(web, current)
      current = refreshed.refresh_token ?? ''
      received.userTokens.push(refreshed.access_token)
    }
  }

  async function serve(): Promise<never> {
    for (;;) received.serviceTokens.push((await client.clientCredentialsGrant(service)).access_token)
  }

  await Promise.allSettled([logIn(), logIn(), refresh(), serve()])
}
