import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { currentExchange } from '../current-exchange.ts'
import { internals } from '../private.ts'
import { type Declared, targetByAudience, targetOf } from './targets.ts'

/**
 * Refuses `audience` and `resource` where one token cannot be for all that they name: beside a declared resource it is for
 * nothing else, and of those that nobody has declared it is for all.
 *
 * @param audiences as the request names them
 * @param resources the indicators that it names, or that it has been granted
 * @throws InvalidTarget
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-2.1.1 RFC 8693 section 2.1.1}
 */
export function requireOneTarget(issuer: Declared, audiences: readonly string[], resources: readonly string[]): void {
  if (audiences.length === 0) return
  const meant = audiences.map((audience) => targetByAudience(issuer, audience)?.resource ?? audience)
  const known = resources.map((indicator) => targetOf(issuer, indicator) ?? indicator)
  const only = known.length > 0 ? known : meant.filter((each) => typeof each !== 'string').slice(0, 1)
  if (only.length === 0 || meant.every((each) => only.includes(each))) return
  const named = [...new Set([...resources, ...audiences])].join(', ')
  throw new errors.InvalidTarget(`a token is for one resource alone, and this one would be for ${named}`)
}

/** What the request that is being answered names by `audience`, itself: not what its flow has named before. */
export function askedAudiences(): readonly string[] {
  return currentExchange()?.audiences ?? []
}

/**
 * Refuses what was presented for another audience than it was granted for.
 *
 * @param resource that the token will be for; undefined for none that is declared
 * @throws InvalidTarget
 */
export function requireGrantedTarget(issuer: Declared, resource: string | undefined): void {
  const asked = askedAudiences()
  requireOneTarget(issuer, asked, resource === undefined ? [] : [resource])
  if (resource !== undefined || !asked.some((audience) => targetByAudience(issuer, audience))) return
  throw new errors.InvalidTarget(`the resource of the audience ${asked.join(', ')} was not granted`)
}

/** Refuses an authorization request that is for one resource by `resource` and for another by `audience`. */
export function checkAskedAudience(issuer: Declared, { oidc }: KoaContextWithOIDC, audience: string | undefined): void {
  const { resource = [] } = (oidc.params ?? {}) as { resource?: string | string[] }
  if (audience !== undefined) requireOneTarget(issuer, [audience], [resource].flat())
}

/** Has every token request name what one token can be for. */
export function checkTargetsAtToken(provider: Provider, issuer: Declared): void {
  const { grantTypeHandlers } = internals(provider)
  for (const [grantType, handle] of grantTypeHandlers) {
    grantTypeHandlers.set(grantType, async function checkTargets(ctx: KoaContextWithOIDC) {
      const { resource = [] } = (ctx.oidc.params ?? {}) as { resource?: string | string[] }
      requireOneTarget(issuer, askedAudiences(), [resource].flat())
      await handle(ctx)
    })
  }
}
