import type { Middleware, ParameterizedContext } from 'koa'
import type { Naming } from './hosts.ts'

const discoveryPaths = new Set(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'])

/** How many names' documents are kept; more names than this ask for them anew. */
const keptNames = 100

/** Where a document stays until the issuer changes. */
export interface MetadataOptions {
  naming: Naming
  jwksPath: string
  /** The `Cache-Control` of the JWKS; undefined leaves it out. */
  jwksCacheControl: string | undefined
}

/** Serves discovery and JWKS as they were rendered the first time, one document for each name of the issuer. */
export function cacheMetadata({ naming, jwksPath, jwksCacheControl }: MetadataOptions): Middleware {
  const documents = new Map<string, { body: string; type: string }>()

  return async function cachedMetadata(ctx, next) {
    const isJwks = ctx.path === jwksPath
    if (!(isJwks || discoveryPaths.has(ctx.path)) || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next()
    const key = isJwks ? jwksPath : `${naming.issuerFor(ctx.req)} ${naming.baseFor(ctx.req, 'token')}`
    const known = documents.get(key)
    if (known !== undefined) {
      allowAnyOrigin(ctx)
      ctx.type = known.type
      ctx.body = known.body
    } else {
      await next()
      if (ctx.status === 200 && typeof ctx.body === 'object') {
        const document = {
          body: JSON.stringify(ctx.body),
          type: ctx.response.get('content-type') || 'application/json',
        }
        ctx.body = document.body
        ctx.type = document.type
        if (documents.size >= keptNames) documents.clear()
        documents.set(key, document)
      }
    }
    if (isJwks && jwksCacheControl !== undefined) ctx.set('cache-control', jwksCacheControl)
  }
}

/** Lets a page of any origin read the answer, as the provider itself does for public documents. */
export function allowAnyOrigin(ctx: ParameterizedContext): void {
  ctx.vary('Origin')
  ctx.set('access-control-allow-origin', ctx.get('origin') || '*')
}
