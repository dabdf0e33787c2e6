import { bearerOf } from '../domain/bearer.ts'
import type { Identity } from '../domain/exchange.ts'
import { wireId } from './access-token.ts'
import type { Stored } from './adapter.ts'
import { loggedInWithoutPage } from './auto-login.ts'
import type { IssuerContext } from './context.ts'
import type { ProviderExchange } from './exchange.ts'
import { hintedUser } from './login-hint.ts'

const pushedPrefix = 'urn:ietf:params:oauth:request_uri:'

/**
 * Looks up whose request it is, by the code, token or session that it presents. It reads only; nothing is spent.
 */
export function createIdentify(issuer: IssuerContext) {
  const { bucket, users } = issuer

  async function load(model: string, value: string | undefined): Promise<Stored | undefined> {
    const wire = value === undefined ? undefined : wireId(value)
    if (wire === undefined) return undefined
    const stored = (await bucket.get(model, wire.id))?.value as Stored | undefined
    return stored?.payload.dress === wire.dress ? stored : undefined
  }

  async function loadAny(value: string | undefined): Promise<Stored | undefined> {
    return (
      (await load('AccessToken', value)) ??
      (await load('ClientCredentials', value)) ??
      (await load('RefreshToken', value))
    )
  }

  function presented(exchange: ProviderExchange): Promise<Stored | undefined> {
    const { params, headers } = exchange
    switch (exchange.endpoint) {
      case 'token':
        if (params.code !== undefined) return load('AuthorizationCode', params.code)
        if (params.refresh_token !== undefined) return load('RefreshToken', params.refresh_token)
        if (params.device_code !== undefined) return load('DeviceCode', params.device_code)
        return load('BackchannelAuthenticationRequest', params.auth_req_id)
      case 'introspection':
      case 'revocation':
        return loadAny(params.token)
      case 'authorization':
        return params.request_uri?.startsWith(pushedPrefix)
          ? load('PushedAuthorizationRequest', params.request_uri.slice(pushedPrefix.length))
          : Promise.resolve(undefined)
      case 'registration':
        return load('RegistrationAccessToken', bearerOf(headers.authorization))
      default:
        return loadAny(bearerOf(headers.authorization) ?? params.access_token)
    }
  }

  /** Who is signed in in the browser, or will be at once since the client logs its user in by itself. */
  async function personAt(exchange: ProviderExchange, sessionId: string | undefined): Promise<string | undefined> {
    const { endpoint, params } = exchange
    if (endpoint === 'backchannel_authentication') return hintedUser(users, params)?.username
    const loggedIn = endpoint === 'authorization' ? loggedInWithoutPage(issuer, exchange.client, params) : undefined
    if (loggedIn !== undefined) return loggedIn.username
    const session = await load('Session', sessionId)
    return users.bySub(session?.payload.accountId ?? '')?.username
  }

  /** @param sessionId of the browser's session, by its cookie */
  return async function identify(exchange: ProviderExchange, sessionId: string | undefined): Promise<Identity> {
    const stored = await presented(exchange)
    const payload = stored?.payload
    const requested = typeof payload?.params?.scope === 'string' ? payload.params.scope : exchange.params.scope
    const scope = payload?.scope ?? requested
    const sub = payload?.accountId
    return {
      client: exchange.client ?? payload?.clientId,
      user: sub === undefined ? await personAt(exchange, sessionId) : users.bySub(sub)?.username,
      scope: scope?.split(' ').filter(Boolean),
      grant: payload?.grantId,
      flow: stored?.flow,
    }
  }
}
