import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { userStates } from '../domain/user.ts'
import { UnderstudyError } from '../errors.ts'
import { acrFor, isAcrMet, requireMeetableAcr } from './authentication-context.ts'
import { loggedInWithoutPage, requireMeantUser } from './auto-login.ts'
import type { AuthorizationFault, IssuerContext } from './context.ts'
import { currentExchange } from './current-exchange.ts'
import { knownScopes, requireScope } from './known-scopes.ts'

/**
 * The one place between a checked authorization request and its outcome: a fault may take the outcome's place, and a
 * client that logs a user in by itself does so here.
 */
export async function beforeAuthorization(issuer: IssuerContext, ctx: KoaContextWithOIDC): Promise<void> {
  const { oidc } = ctx
  const params = (oidc.params ?? {}) as Record<string, string>
  if (oidc.route === 'device_authorization') {
    requireKnownScope(oidc)
    requireMeetableAcr(issuer.settings, params)
  }
  const exchange = currentExchange()
  const isPushed = oidc.route === 'pushed_authorization_request'
  if (isPushed || oidc.route === 'authorization') requireScope(issuer, oidc, () => exchange?.params.scope)
  if (oidc.route !== 'authorization') return
  exchange?.resolveParams(params)
  requireMeantUser(issuer, oidc.client?.clientId, params, exchange?.headers.cookie)
  const fault = exchange && (await issuer.authorizationFault(exchange).catch(refuseRequest))
  if (fault !== undefined) throw faultError(ctx, fault)
  requireMeetableAcr(issuer.settings, params)
  logInAtOnce(issuer, oidc)
}

/** The place where a person has signed in during an authorization: a fault that is meant for this person may take the outcome's place. */
export async function afterSignIn(issuer: IssuerContext, ctx: KoaContextWithOIDC): Promise<void> {
  const { route, result, session, entities, params } = ctx.oidc
  const interaction = entities.Interaction
  // What was done on the login page is handed on to later hops, too.
  if (route !== 'resume' || result?.login === undefined || interaction?.prompt.name === 'consent') return
  const user = issuer.users.bySub(session?.accountId ?? '')?.username
  const exchange = currentExchange()
  if (user === undefined || exchange === undefined) return
  exchange.resolveParams(params as Record<string, string>)
  const { accountId } = (interaction?.session ?? {}) as { accountId?: string }
  const before = issuer.users.bySub(accountId ?? '')?.username
  const fault = await issuer.authorizationFault(exchange, { user, before })
  if (fault !== undefined) throw faultError(ctx, fault)
}

/** Signs in who needs no page, whoever was signed in before: a client that logs in by itself always has its own user. */
function logInAtOnce(issuer: IssuerContext, { client, session, params = {} }: KoaContextWithOIDC['oidc']): void {
  const user = loggedInWithoutPage(issuer, client?.clientId, params)
  if (user === undefined || session === undefined) return
  const isThere = session.accountId === user.sub
  const { login, keep, message } = userStates[user.state]
  const isOld = params.max_age !== undefined && session.past(Number(params.max_age))
  if (isThere && keep && !isOld && isAcrMet(issuer.settings, params, session.acr)) return
  if (!login) throw new errors.AccessDenied(message)
  // The clients of one person are no other's.
  if (!isThere) session.authorizations = undefined
  const loginTs = Math.floor(Date.now() / 1000)
  session.loginAccount({ accountId: user.sub, loginTs, amr: ['pwd'], acr: acrFor(issuer.settings, params) })
}

/** A device that asks for no scope is let through; the provider has forgotten by now what it asked for in vain. */
function requireKnownScope({ provider, body }: KoaContextWithOIDC['oidc']): void {
  const { scope } = (body ?? {}) as { scope?: unknown }
  if (typeof scope === 'string') knownScopes(provider, scope.split(' '))
}

/** A request that arms what it cannot arm is told so on a page: it is its developer's mistake, not the client's. */
function refuseRequest(error: unknown): never {
  if (!(error instanceof UnderstudyError) || error.status >= 500) throw error
  throw Object.assign(new errors.InvalidRequest(error.message), { allow_redirect: false })
}

/** A fault as the provider's own error, so that it travels by whichever response mode was asked for. */
function faultError(ctx: KoaContextWithOIDC, fault: AuthorizationFault): Error {
  const { body, page, status } = fault
  const error = new errors.CustomOIDCProviderError(String(body.error), body.error_description as string | undefined)
  // Codes of server trouble keep their name on the way out only if they may be shown.
  error.expose = true
  if (page) Object.assign(error, { allow_redirect: false, status, statusCode: status })
  ctx.state.fault = fault
  return error
}
