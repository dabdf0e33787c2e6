import type { Context, Middleware, Next } from 'koa'
import type { Issuers } from '../../issuer/registry.ts'
import { prefixOf } from '../../provider/hosts.ts'

/**
 * Finds the issuer that a request is for, and takes its name off the path. Fixtures that were edited are in force
 * before it looks.
 */
export function lookUpIssuer(issuers: Issuers, refresh: () => Promise<void> | undefined): Middleware {
  return function lookUpIssuer(ctx, next) {
    const refreshing = refresh()
    return refreshing === undefined ? startAndLookUp(ctx, next) : refreshing.then(() => startAndLookUp(ctx, next))
  }

  function startAndLookUp(ctx: Context, next: Next): Promise<unknown> {
    const starting = issuers.demand(ctx.path, prefixOf(ctx.req))
    return starting === undefined ? lookUp(ctx, next) : starting.then(() => lookUp(ctx, next))
  }

  function lookUp(ctx: Context, next: Next): Promise<unknown> {
    const { issuer, path } = issuers.match(ctx.path, prefixOf(ctx.req))
    ctx.state.issuer = issuer
    if (path !== ctx.path) ctx.path = path
    return next()
  }
}
