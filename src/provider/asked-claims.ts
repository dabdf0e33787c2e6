import type Provider from 'oidc-provider'
import { withoutLanguage } from '../domain/claims.ts'
import { internals } from './private.ts'

/** What a `claims` parameter asks for. */
export interface AskedClaims {
  id_token?: Record<string, unknown>
  userinfo?: Record<string, unknown>
}

/**
 * What a request asks for by its `claims` parameter, which was found to be right when the request came; undefined where
 * it has none.
 *
 * @param params of the request
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter OpenID Connect Core 5.5}
 */
export function askedClaims(params: Readonly<Record<string, unknown>> = {}): AskedClaims | undefined {
  return typeof params.claims === 'string' ? (JSON.parse(params.claims) as AskedClaims) : undefined
}

/** The names of all claims that are asked for. */
export function claimNames({ id_token, userinfo }: AskedClaims = {}): string[] {
  return Object.keys({ ...id_token, ...userinfo })
}

/**
 * Lets a claim be asked for in one language, where the provider knows its name alone.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#IndividualClaimsLanguages OpenID Connect Core 5.5.2}
 */
export function takeLanguageTags(provider: Provider): void {
  const { claimsSupported: known } = internals(provider).configuration
  const isKnown = known.has.bind(known)
  known.has = (claim) => isKnown(claim) || isKnown(withoutLanguage(claim))
}
