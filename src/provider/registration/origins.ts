import type { Middleware, ParameterizedContext } from 'koa'
import type { RegistrationSettings } from '../../domain/registration.ts'
import type { createEndpointMap } from '../endpoints.ts'
import { allowAnyOrigin } from '../metadata.ts'

const maxAgeSeconds = '3600'

/** Names that no page of the public web has: of this machine, and single words such as those of compose services. */
const nearbyHost = /^(?:[^.:]+|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/

/**
 * Lets pages of this machine read the answers, and where a token is needed to register, those of any origin: a page
 * that a developer happens to have open must not register clients.
 */
export function allowOrigin(ctx: ParameterizedContext, { initial_access_token: token }: RegistrationSettings): void {
  const origin = ctx.get('origin')
  const isNear = nearbyHost.test(URL.parse(origin)?.hostname ?? '')
  if (origin === '' || !(isNear || token !== undefined)) return
  allowAnyOrigin(ctx)
  ctx.set('access-control-expose-headers', 'WWW-Authenticate')
}

/**
 * Answers what browsers ask before they send JSON or a token.
 *
 * @see {@link https://fetch.spec.whatwg.org/#cors-preflight-fetch Fetch, CORS-preflight fetch}
 */
export function answerPreflights(
  endpointOf: ReturnType<typeof createEndpointMap>,
  settings: RegistrationSettings,
): Middleware {
  return function answeredPreflight(ctx, next) {
    if (ctx.method !== 'OPTIONS') return next()
    const found = endpointOf(ctx.path, ctx.get('access-control-request-method'))
    if (found?.endpoint !== 'registration') return next()
    allowOrigin(ctx, settings)
    ctx.set('access-control-allow-methods', (found.methods ?? ['POST']).join(', '))
    ctx.set('access-control-allow-headers', ctx.get('access-control-request-headers'))
    ctx.set('access-control-max-age', maxAgeSeconds)
    ctx.status = 204
    return Promise.resolve()
  }
}
