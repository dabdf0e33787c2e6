import Provider, { type KoaContextWithOIDC } from 'oidc-provider'
import type { TokenCircumstance } from '../domain/claims.ts'
import { shortGrantType } from '../domain/client.ts'
import type { IssuerContext } from './context.ts'

/** Where and for whom a token is made. */
export function circumstanceOf(
  issuer: IssuerContext,
  client: string,
  sub: string | undefined,
  scope: string | undefined,
): TokenCircumstance {
  const grantType = (Provider.ctx as KoaContextWithOIDC | undefined)?.oidc?.params?.grant_type
  return {
    scope: scopesIn(scope),
    client,
    user: sub === undefined ? undefined : issuer.users.bySub(sub)?.username,
    grantType: typeof grantType === 'string' ? shortGrantType(grantType) : undefined,
  }
}

/** The scopes that a text names. */
export function scopesIn(scope: string | undefined): string[] {
  return scope?.split(' ').filter(Boolean) ?? []
}
