import type { Next, ParameterizedContext } from 'koa'
import type { ProviderExchange } from './exchange.ts'

/**
 * Takes what a browser posts to the authorization and end-session endpoints as it takes a query: the provider knows
 * posts there only where cookies are sent across sites.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OIDC Core 3.1.2.1}
 */
export function takePosts(ctx: ParameterizedContext, next: Next): Promise<unknown> {
  const { endpoint, body } = exchangeOf(ctx) ?? {}
  if (ctx.method === 'POST' && (endpoint === 'authorization' || endpoint === 'end_session')) {
    const isForm = ctx.is('application/x-www-form-urlencoded') !== false
    ctx.querystring = [ctx.querystring, isForm && body].filter(Boolean).join('&')
    ctx.method = 'GET'
  }
  return next()
}

/**
 * Drops the query of a request that goes on with an authorization: all that it needs is stored, and where it fails, the
 * provider would take the query for the request that failed.
 */
export function resumeWithoutQuery(ctx: ParameterizedContext, next: Next): Promise<unknown> {
  if (exchangeOf(ctx)?.continued) ctx.querystring = ''
  return next()
}

function exchangeOf(ctx: ParameterizedContext): ProviderExchange | undefined {
  return ctx.state.exchange as ProviderExchange | undefined
}
