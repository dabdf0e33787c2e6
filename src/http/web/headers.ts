import { hash } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { style } from './style.ts'

/** What every page of ours begins with, and no page of oidc-provider's (which needs its script) does. */
export const pageStart = '<!doctype html><html lang="en" data-understudy>'

/**
 * The headers of every page: nothing runs, nothing is fetched, nothing frames it, nothing is kept.
 *
 * There is no `form-action`: Chrome applies it to the redirect that follows a form too, which goes to the client.
 *
 * @see {@link https://www.w3.org/TR/CSP3/ CSP 3}
 */
export function pageHeaders(): Record<string, string> {
  return {
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; style-src ${style().source} ${style('reference').source}; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'`,
    'content-type': 'text/html; charset=utf-8',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'x-content-type-options': 'nosniff',
  }
}

/** Puts the headers on whatever page of ours leaves, whoever rendered it. */
export function securePages(): Middleware {
  return async function securePages(ctx, next) {
    await next()
    if (typeof ctx.body !== 'string') return
    if (ctx.body.startsWith(pageStart)) ctx.set(pageHeaders())
    else if (ctx.type === 'text/html') secureScript(ctx, ctx.body)
  }
}

/** A form that oidc-provider has submit itself may run that one script, and nothing else; who frames it matters not. */
function secureScript(ctx: Context, page: string): void {
  const script = /<script>(.*?)<\/script>/s.exec(page)?.[1]
  if (script === undefined) return
  const source = `'sha256-${hash('sha256', script, 'base64')}'`
  ctx.set('content-security-policy', `default-src 'none'; script-src ${source}; base-uri 'none'`)
}
