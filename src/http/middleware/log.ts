import type { Context, Middleware, Next } from 'koa'
import type { Logger } from 'pino'

const secrets = new Set([
  'access_token',
  'assertion',
  'auth_req_id',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'device_code',
  'id_token',
  'id_token_hint',
  'login_hint_token',
  'logout_token',
  'password',
  'refresh_token',
  'registration_access_token',
  'request',
  'response',
  'state',
  'subject_token',
  'actor_token',
  'token',
  'user_code',
])

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
