import type { Middleware } from 'koa'
import type { Issuers } from '../../issuer/registry.ts'

/**
 * Finds the issuer that a request is for, and takes its name off the path. Fixtures that were edited are in force
 * before it looks.
 */
export function lookUpIssuer(issuers: Issuers, refresh: () => void | Promise<void>): Middleware {
  return async function lookUpIssuer(ctx, next) {
    const refreshing = refresh()
    if (refreshing !== undefined) await refreshing
    const { issuer, path } = issuers.match(ctx.path)
    ctx.state.issuer = issuer
    if (path !== ctx.path) ctx.path = path
    return next()
  }
}
