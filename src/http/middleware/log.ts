import type { Context, Middleware, Next } from 'koa'
import type { Logger } from 'pino'
import { secretNames } from '../../journal/redact.ts'

/** What a log has no use for: what the journal blots out, and `state`, by which an app may know its user. */
const secrets: ReadonlySet<string> = new Set([...secretNames, 'state'])

/** Says one line of each request, at debug: what was asked, what was answered, how long it took; never a secret. */
export function requestLog(logger: Logger): Middleware {
  return function requestLog(ctx, next) {
    return logger.isLevelEnabled('debug') ? logged(ctx, next) : next()
  }

  async function logged(ctx: Context, next: Next): Promise<void> {
    const startMs = performance.now()
    // Inner layers rewrite both for the provider.
    const asked = { method: ctx.req.method, url: redactUrl(ctx.originalUrl) }
    try {
      await next()
    } finally {
      const durationMs = Math.round(performance.now() - startMs)
      logger.debug({ ...asked, status: ctx.status, durationMs }, 'request')
    }
  }
}

/** A request's target with the secrets of its query blotted out. */
export function redactUrl(url: string): string {
  const queryAt = url.indexOf('?')
  if (queryAt === -1) return url
  const params = [...new URLSearchParams(url.slice(queryAt + 1))].map(([name, value]) => {
    return `${encodeURIComponent(name)}=${secrets.has(name.toLowerCase()) ? '***' : encodeURIComponent(value)}`
  })
  return `${url.slice(0, queryAt)}?${params.join('&')}`
}
