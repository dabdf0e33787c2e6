import type { Middleware, ParameterizedContext } from 'koa'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { withoutSlash } from '../../domain/issuer.ts'
import { indicatorOf, methodsOf, type Resource, scopesOf } from '../../domain/resource.ts'
import type { IssuerContext } from '../context.ts'
import { joseAlgorithms } from '../jose.ts'
import { allowAnyOrigin } from '../metadata.ts'

/** Where resources describe themselves: below the path of their issuer, before their own. */
export const protectedResourceDocument = '/.well-known/oauth-protected-resource'

/**
 * The URL at which a resource describes itself; undefined where it goes by another name than its URL here.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728#section-3.1 RFC 9728 section 3.1}
 */
export function metadataUrl(
  { naming, persona }: Pick<IssuerContext, 'naming' | 'persona'>,
  name: string,
  resource: Resource,
  { req }: Pick<KoaContextWithOIDC, 'req'>,
): string | undefined {
  const { path } = resource
  if (path === undefined || persona.discovery === false) return undefined
  const here = withoutSlash(naming.issuerFor(req)) + path
  const identifier = indicatorOf(name, resource) ?? here
  if (identifier !== here) return undefined
  const { origin, pathname } = new URL(identifier)
  return origin + protectedResourceDocument + pathname
}

/**
 * Describes the served resources.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728#section-2 RFC 9728 section 2}
 */
export function describeResources(issuer: IssuerContext): Middleware {
  const { resources } = issuer.settings

  return function describeResources(ctx, next) {
    if (!ctx.path.startsWith(protectedResourceDocument)) return next()
    const path = ctx.path.slice(protectedResourceDocument.length)
    const found = Object.entries(resources).find(([, { path: served }]) => served !== undefined && served === path)
    if (found === undefined) return next()
    return describe(ctx, ...found)
  }

  async function describe(ctx: ParameterizedContext, name: string, resource: Resource): Promise<void> {
    if (metadataUrl(issuer, name, resource, ctx) === undefined) return
    ctx.state.allowedMethods = 'GET'
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return
    const own = issuer.naming.issuerFor(ctx.req)
    allowAnyOrigin(ctx)
    ctx.body = {
      resource: withoutSlash(own) + (resource.path ?? ''),
      resource_name: name,
      authorization_servers: [own],
      scopes_supported: scopesOf(resource),
      bearer_methods_supported: methodsOf(resource).includes('POST') ? ['header', 'body'] : ['header'],
      ...(issuer.persona.dpop !== false && {
        dpop_signing_alg_values_supported: joseAlgorithms(issuer.keys)?.dPoPSigningAlgValues,
      }),
    }
  }
}
