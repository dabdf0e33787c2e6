import type { IncomingMessage } from 'node:http'
import Provider, { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider'
import { withoutSlash } from '../../domain/issuer.ts'
import { indicatorOf, type Resource, scopesOf } from '../../domain/resource.ts'
import { didYouMean } from '../../errors.ts'
import { needNoResource } from '../authorization-details/asked.ts'
import type { IssuerContext } from '../context.ts'

/** What it takes to tell a declared resource by its indicator. */
export type Declared = Pick<IssuerContext, 'settings' | 'naming'>

/** The indicators by which a resource is asked for: one, unless it is served by an issuer of several names. */
export function indicatorsOf(
  name: string,
  resource: Resource,
  { naming }: Pick<IssuerContext, 'naming'>,
  req: IncomingMessage | undefined,
): string[] {
  const fixed = indicatorOf(name, resource)
  if (fixed !== undefined) return [fixed]
  const names = new Set([naming.issuerFor(req), ...naming.names()].map(withoutSlash))
  return [...names].map((name) => name + (resource.path ?? ''))
}

/** The resource that is declared by this indicator. */
export function targetOf(issuer: Declared, indicator: unknown): Resource | undefined {
  if (typeof indicator !== 'string') return undefined
  return findTarget(issuer, (_, indicators) => indicators.includes(indicator))?.resource
}

/** What the audience of an access token for a resource is. */
export function audiencesOf(indicators: readonly string[], { access_token: form }: Resource): readonly string[] {
  return form?.audience === undefined ? indicators : [form.audience].flat()
}

/** The declared resource that Auth0's `audience` names as well: by its indicator, or by the audience of its tokens. */
export function targetByAudience(issuer: Declared, audience: unknown): Target | undefined {
  if (typeof audience !== 'string') return undefined
  return findTarget(
    issuer,
    (resource, indicators) => indicators.includes(audience) || audiencesOf(indicators, resource).includes(audience),
  )
}

interface Target {
  resource: Resource
  indicators: string[]
}

function findTarget(
  issuer: Declared,
  fits: (resource: Resource, indicators: readonly string[]) => boolean,
): Target | undefined {
  const req = (Provider.ctx as KoaContextWithOIDC | undefined)?.req
  for (const [name, resource] of Object.entries(issuer.settings.resources)) {
    const indicators = indicatorsOf(name, resource, issuer, req)
    if (fits(resource, indicators)) return { resource, indicators }
  }
  return undefined
}

/**
 * Who may be asked for: any resource where none is declared, else those that are.
 *
 * @param everything the scopes of the issuer
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 section 2}
 */
export function resourceIndicators(issuer: Declared, everything: readonly string[]) {
  return {
    enabled: true,
    // Of several that were granted none is chosen here, which the provider refuses.
    defaultResource(ctx: KoaContextWithOIDC, _client: unknown, oneOf?: readonly string[]) {
      needNoResource(ctx)
      return (oneOf ?? namedByAudience(ctx)) as never
    },
    useGrantedResource: () => true,
    getResourceServerInfo(_ctx: KoaContextWithOIDC, indicator: string) {
      const target = targetOf(issuer, indicator)
      if (target === undefined && Object.keys(issuer.settings.resources).length > 0) throw undeclared(indicator)
      return {
        scope: ((target && scopesOf(target)) ?? everything).join(' '),
        audience: indicator,
        accessTokenFormat: 'opaque' as const,
      }
    },
  } satisfies NonNullable<Configuration['features']>['resourceIndicators']

  function namedByAudience({ oidc }: KoaContextWithOIDC): string | undefined {
    const told = oidc.params?.audience ?? (oidc.body as { audience?: unknown } | undefined)?.audience
    for (const audience of [told].flat()) {
      const [indicator] = targetByAudience(issuer, audience)?.indicators ?? []
      if (indicator !== undefined) return indicator
    }
    return undefined
  }

  function undeclared(indicator: string): Error {
    const known = Object.entries(issuer.settings.resources).flatMap(([name, resource]) =>
      indicatorsOf(name, resource, issuer, (Provider.ctx as KoaContextWithOIDC | undefined)?.req),
    )
    const way = didYouMean(indicator, known) || ` There are ${known.join(', ')}.`
    const error = new errors.InvalidTarget('the resource is not one of those that the issuer has')
    return Object.assign(error, { error_detail: `there is no resource ${indicator}.${way}`.replaceAll('"', "'") })
  }
}
