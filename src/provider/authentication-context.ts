import type { IssuerSettings } from '../domain/issuer.ts'

/**
 * The authentication context class of a login: the first of those asked for that the issuer has, else its usual one,
 * which is the first of its own; none where it has none.
 *
 * @param asked names, separated by spaces, in the order in which the client would have them
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#acrSemantics OpenID Connect Core 5.5.1.1}
 */
export function acrFor({ acr_values: known }: Pick<IssuerSettings, 'acr_values'>, asked: unknown): string | undefined {
  const wanted = typeof asked === 'string' ? asked.split(' ') : []
  return wanted.find((value) => known.includes(value)) ?? known[0]
}
