import type { Context, Middleware } from 'koa'
import { originOf } from '../../provider/hosts.ts'

/** Says at which origin the issuers are, where the admin API has a port to itself. */
export function issuersAt(origin: string): Middleware {
  return function issuersAt(ctx, next) {
    ctx.state.issuerOrigin = origin
    return next()
  }
}

/** What `issuer: auto` stands for to who asks the admin API: the origin that discovery would name, a proxy's included. */
export function issuerOrigin(ctx: Context): string {
  const asked = originOf(ctx.req, () => ctx.origin)
  const { issuerOrigin } = ctx.state as { issuerOrigin?: string }
  return issuerOrigin === undefined ? asked : withHostOf(asked, issuerOrigin)
}

/** An origin under the host name of another: of two ports, both are reached by the name that the reader used. */
export function withHostOf(asked: string, origin: string): string {
  const { protocol, port } = new URL(origin)
  return `${protocol}//${new URL(asked).hostname}${port === '' ? '' : `:${port}`}`
}
