import type { Context, Middleware, Next } from 'koa'
import type { FaultAnswer } from '../../faults/fault.ts'
import { allowAnyOrigin } from '../../provider/metadata.ts'
import { exchangeOf, issuerOf } from '../state.ts'

/** Methods that each kind of endpoint takes, told where another was used. */
const methods: Record<string, string> = {
  authorization: 'GET, POST',
  userinfo: 'GET, POST',
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
    const allowed = methods[exchange.endpoint] ?? 'POST'
    ctx.state.allowedMethods = allowed
    // The provider would take some of these for another of its routes.
    if (!allowed.includes(ctx.method === 'HEAD' ? 'GET' : ctx.method)) return Promise.resolve()
    if (exchange.continued || exchange.endpoint === 'authorization' || !issuer.mayFault(exchange)) return next()
    return meet(ctx, next, issuer.faultFor(exchange))
  }

  async function meet(ctx: Context, next: Next, fault: Promise<FaultAnswer | undefined>): Promise<void> {
    const answer = await fault
    if (answer === undefined) await next()
    else send(ctx, answer)
  }
}

function send(ctx: Context, { status, headers, body }: FaultAnswer): void {
  allowAnyOrigin(ctx)
  ctx.set('access-control-expose-headers', Object.keys(headers).join(', '))
  ctx.status = status
  ctx.set(headers)
  ctx.body = body
}
