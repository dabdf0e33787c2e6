import { type Scope, standardScopes } from './scope.ts'
import type { AccessTokenSettings, TokenRule } from './tokens.ts'

/** Claims that the protocol itself sets; never taken from a user's entry by default. */
const protocolClaims = new Set(['acr', 'amr', 'auth_time', 'at_hash', 'c_hash', 'nonce', 'sid', 's_hash'])

/** What decides which token rules apply. */
export interface TokenCircumstance {
  scope: readonly string[]
  client: string
  /** The username. */
  user?: string | undefined
  /** Short name. */
  grantType?: string | undefined
}

/** The scopes of an issuer: the standard ones, and the fixtures' own over them. */
export function allScopes(own: Readonly<Record<string, Scope>>): Record<string, Scope> {
  return { ...standardScopes, ...own }
}

/** The claims that some scope names, and so are released only with it. */
export function namedClaims(scopes: Readonly<Record<string, Scope>>): Set<string> {
  return new Set([...protocolClaims, 'sub', ...Object.values(scopes).flatMap((scope) => scope.claims)])
}

/**
 * Whether a scope names a claim, itself or by the name that it has without its language tag.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#ClaimsLanguagesAndScripts OpenID Connect Core 5.2}
 */
export function isNamed(named: ReadonlySet<string>, claim: string): boolean {
  return named.has(claim) || named.has(withoutLanguage(claim))
}

/** The name of a claim without its language tag: `name` of `name#de`. */
export function withoutLanguage(claim: string): string {
  const [name = ''] = claim.split('#', 1)
  return name
}

/** The claims of a user that the named scopes release, and those that no scope names. */
export function releasedClaims(
  claims: Readonly<Record<string, unknown>>,
  granted: Iterable<string>,
  scopes: Readonly<Record<string, Scope>>,
): string[] {
  const named = namedClaims(scopes)
  const released = new Set([...granted].flatMap((scope) => scopes[scope]?.claims ?? []))
  return Object.keys(claims).filter((name) =>
    isNamed(named, name) ? released.has(named.has(name) ? name : withoutLanguage(name)) : true,
  )
}

/** The claims of a user that a JWT access token carries. */
export function accessTokenClaims(
  claims: Readonly<Record<string, unknown>>,
  wanted: AccessTokenSettings['claims'],
  named: ReadonlySet<string>,
): Record<string, unknown> {
  if (wanted === 'none') return {}
  const entries = Object.entries(claims)
  if (wanted === 'all') return Object.fromEntries(entries)
  if (wanted !== undefined) return Object.fromEntries(entries.filter(([name]) => wanted.includes(name)))
  return Object.fromEntries(entries.filter(([name]) => !isNamed(named, name)))
}

/** The claims that the rules add to a token; of several that match, the later wins. */
export function ruleClaims(
  rules: readonly TokenRule[],
  token: TokenRule['token'],
  circumstance: TokenCircumstance,
): Record<string, unknown> {
  const claims: Record<string, unknown> = {}
  for (const rule of rules) {
    if (rule.token === token && ruleMatches(rule.when, circumstance)) Object.assign(claims, rule.claims)
  }
  return claims
}

function ruleMatches(when: TokenRule['when'], { scope, client, user, grantType }: TokenCircumstance): boolean {
  return (
    includesAny(when.scope, scope) &&
    includesAny(when.client, [client]) &&
    includesAny(when.user, user === undefined ? [] : [user]) &&
    includesAny(when.grant_type, grantType === undefined ? [] : [grantType])
  )
}

/** Whether one of the wanted words is there; nothing wanted is always there. */
function includesAny(wanted: string | string[] | undefined, actual: readonly string[]): boolean {
  if (wanted === undefined) return true
  return typeof wanted === 'string' ? actual.includes(wanted) : wanted.some((word) => actual.includes(word))
}
