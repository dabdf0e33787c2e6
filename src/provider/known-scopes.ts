import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { IssuerContext } from './context.ts'
import { type GrantHandler, internals } from './private.ts'

/**
 * Leaves out of the scopes that are asked for those that the issuer does not have, whatever the grant.
 *
 * @throws InvalidScope where some are asked for and none is left, so that there is nothing to grant
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.3 RFC 6749 section 3.3}
 */
export function knownScopes(provider: Provider, asked: Iterable<string>): string[] {
  const known = internals(provider).configuration.scopes
  const wanted = [...asked].filter(Boolean)
  const left = wanted.filter((scope) => known.has(scope))
  if (wanted.length > 0 && left.length === 0) throw unknownScopes(known)
  return left
}

/** Has a provider that is none of OpenID Connect know no scope but the declared ones; those it has by itself otherwise. */
export function keepOwnScopes(provider: Provider, { persona, scopes }: IssuerContext): void {
  if (persona.openid !== false) return
  const known = internals(provider).configuration.scopes
  for (const scope of known) if (!Object.hasOwn(scopes, scope)) known.delete(scope)
}

/** What is said where no scope is left that the issuer has. */
export function unknownScopes(known: Iterable<string>, why = 'none of the requested scopes exists here'): Error {
  return invalidScope(`${why}; there are ${[...known].join(', ')}`)
}

/** A refusal that is of no scope in particular. */
export function invalidScope(why: string): Error {
  // An empty one would be told as well, which the grammar of scopes has no place for.
  return Object.assign(new errors.InvalidScope(why, ''), { scope: undefined })
}

/**
 * Refuses an authorization for which no scope is left that the issuer has: there is nothing to authorize, and the provider
 * would call that a denial.
 *
 * @param sent tells the scope as it was sent, where that is known
 * @throws InvalidScope
 */
export function requireScope(
  { scopes: known }: Pick<IssuerContext, 'scopes'>,
  { requestParamScopes, params }: KoaContextWithOIDC['oidc'],
  sent: () => string | undefined,
): void {
  if ([...requestParamScopes].some((scope) => Object.hasOwn(known, scope))) return
  const names = Object.keys(known)
  if (names.includes('offline_access') && sent()?.split(' ').includes('offline_access')) {
    const needed = 'prompt=consent, a code and the grant refresh_token'
    const left = `offline_access is left out without ${needed}`
    throw unknownScopes(names, `${left}, and no other of the requested scopes exists here`)
  }
  throw unknownScopes(names, params?.scope === undefined ? 'the request asks for no scope' : undefined)
}

/**
 * Has a grant of the provider's own see the known scopes alone, and say so where none of those that are asked for is one
 * of the resource that is asked for, too.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 RFC 6749 section 5.1}
 */
export function takeKnownScopes(handler: GrantHandler, provider: Provider): GrantHandler {
  return async function takingKnownScopes(ctx) {
    const asked = ctx.oidc.requestParamScopes
    const scope = knownScopes(provider, asked).join(' ') || undefined
    Object.assign(ctx.oidc.params ?? {}, { scope })
    await handler(ctx)
    const body = ctx.body as { scope?: string }
    if (scope !== undefined) body.scope ??= ''
  }
}
