import type { Context, Middleware } from 'koa'
import { originOf } from '../../provider/hosts.ts'

/** Says at which port the issuers are, where the admin API has one to itself. */
export function issuersAt(port: number): Middleware {
  return function issuersAt(ctx, next) {
    ctx.state.issuerPort = port
    return next()
  }
}

/** What `issuer: auto` stands for to who asks the admin API: the origin that discovery would name, a proxy's included. */
export function issuerOrigin(ctx: Context): string {
  const asked = originOf(ctx.req, () => ctx.origin)
  const { issuerPort } = ctx.state as { issuerPort?: number }
  if (issuerPort === undefined) return asked
  return `http://${new URL(asked).hostname}:${issuerPort}`
}
