import type { Middleware } from 'koa'
import { issuerOf } from '../state.ts'

/** The innermost layer: the issuer's own provider. */
export function askProvider(): Middleware {
  return function askProvider(ctx, next) {
    return issuerOf(ctx).provider.middleware(ctx, next)
  }
}
