import type { Context, Middleware, Next } from 'koa'
import type { Exchange } from '../../domain/exchange.ts'
import type { FaultAnswer } from '../../faults/fault.ts'
import type { RunningIssuer } from '../../issuer/issuer.ts'
import { allowAnyOrigin } from '../../provider/metadata.ts'
import { exchangeOf, issuerOf } from '../state.ts'

/** Methods that each kind of endpoint takes, told where another was used. */
const methods: Record<string, string> = {
  authorization: 'GET, POST',
  userinfo: 'GET, POST',
  resource: 'GET, POST',
  end_session: 'GET, POST',
  jwks: 'GET',
  discovery: 'GET',
}

/**
 * Lets the armed faults see each request before the provider does; one that answers, answers. An authorization's
 * fault waits until the provider has checked where to redirect to.
 */
export function meetFaults(): Middleware {
  return function meetFaults(ctx, next) {
    const issuer = issuerOf(ctx)
    const exchange = exchangeOf(ctx)
    if (exchange === undefined) return next()
    const allowed = exchange.methods?.join(', ') ?? methods[exchange.endpoint] ?? 'POST'
    ctx.state.allowedMethods = allowed
    // The provider would take some of these for another of its routes.
    if (!allowed.includes(ctx.method === 'HEAD' ? 'GET' : ctx.method)) return Promise.resolve()
    if (exchange.continued || !issuer.mayFault(exchange)) return next()
    issuer.waits.attend(exchange, (told) => (ctx.res.closed ? told() : ctx.res.once('close', told)))
    return meet(ctx, next, exchange, issuer)
  }

  async function meet(ctx: Context, next: Next, exchange: Exchange, issuer: RunningIssuer): Promise<void> {
    const answer = exchange.endpoint === 'authorization' ? undefined : await issuer.faultFor(exchange)
    if (answer === undefined) await next()
    else send(ctx, answer)
    await issuer.waits.beforeAnswer(exchange)
  }
}

function send(ctx: Context, { status, headers, body }: FaultAnswer): void {
  allowAnyOrigin(ctx)
  ctx.set('access-control-expose-headers', Object.keys(headers).join(', '))
  ctx.status = status
  ctx.set(headers)
  ctx.body = body
}
