import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { askedScopes } from '../private.ts'
import type { Presented } from './presented-token.ts'

/**
 * The scopes that a presented token is good for: those asked for, none of which may be more than it has, or than the
 * client may have; where none are, all that it has and the client may have.
 *
 * A token that says nothing of scopes, as ID tokens and assertions do not, is good for any that the client may have.
 *
 * @throws InvalidScope
 */
export function exchangedScope(provider: Provider, ctx: KoaContextWithOIDC, { scope: held }: Presented): string[] {
  const asked = askedScopes(provider, ctx).filter(Boolean)
  if (held === undefined) return asked
  if (asked.length === 0) return held.filter(isAllowed)
  const beyond = asked.filter((word) => !held.includes(word))
  if (beyond.length === 0) return asked
  throw new errors.InvalidScope('the presented token has no such scope', beyond.join(' '))

  function isAllowed(word: string): boolean {
    return ctx.oidc.client?.scope?.split(' ').includes(word) !== false
  }
}
