import type { Middleware } from 'koa'
import type { createEndpointMap } from '../endpoints.ts'
import { allowAnyOrigin } from '../metadata.ts'

const maxAgeSeconds = '3600'

/**
 * Lets pages of any origin register clients: answers what browsers ask before they send JSON or a token.
 *
 * @see {@link https://fetch.spec.whatwg.org/#cors-preflight-fetch Fetch, CORS-preflight fetch}
 */
export function answerPreflights(endpointOf: ReturnType<typeof createEndpointMap>): Middleware {
  return function answeredPreflight(ctx, next) {
    const asked = ctx.get('access-control-request-method')
    if (ctx.method !== 'OPTIONS' || asked === '') return next()
    const found = endpointOf(ctx.path, asked)
    if (found?.endpoint !== 'registration') return next()
    allowAnyOrigin(ctx)
    ctx.set('access-control-allow-methods', (found.methods ?? ['POST']).join(', '))
    ctx.set('access-control-allow-headers', ctx.get('access-control-request-headers'))
    ctx.set('access-control-max-age', maxAgeSeconds)
    ctx.status = 204
    return Promise.resolve()
  }
}
