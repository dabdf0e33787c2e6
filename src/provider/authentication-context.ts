import { errors, interactionPolicy } from 'oidc-provider'
import type { IssuerSettings } from '../domain/issuer.ts'

type Known = Pick<IssuerSettings, 'acr_values'>
type Params = Readonly<Record<string, unknown>>

/** What a request asks of how its user signs in. */
interface Asked {
  /** Names of authentication context classes, in the order in which the client would have them. */
  values: string[]
  /** Whether none but these will do. */
  isEssential: boolean
}

/**
 * The authentication context class of a login: the first of those asked for that the issuer has, else its usual one,
 * which is the first of its own; none where it has none.
 *
 * @param params of the request
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#acrSemantics OpenID Connect Core 5.5.1.1}
 */
export function acrFor({ acr_values: known }: Known, params: Params = {}): string | undefined {
  return askedBy(params).values.find((value) => known.includes(value)) ?? known[0]
}

/**
 * Refuses a request whose essential `acr` no login here can have.
 *
 * @throws UnmetAuthenticationRequirements
 * @throws InvalidRequest where what it asks for cannot be read
 * @see {@link https://openid.net/specs/openid-connect-unmet-authentication-requirements-1_0.html#section-2 OpenID Connect Core Error Code unmet_authentication_requirements}
 */
export function requireMeetableAcr({ acr_values: known }: Known, params: Params): void {
  const { values, isEssential } = askedBy(params)
  if (!isEssential || values.some((value) => known.includes(value))) return
  if (!Array.isArray(acrClaim(params.claims).values ?? [])) {
    throw new errors.InvalidRequest('the values of acr in the claims parameter are no list')
  }
  const must = values.length > 0 ? `must be ${values.join(' or ')}` : 'is essential, and none would do'
  const has = known.length > 0 ? `logins here have ${known.join(', ')}` : 'logins here have none'
  throw new errors.UnmetAuthenticationRequirements(`the acr ${must}, and ${has}`)
}

/** Whether a login of this class is what a request asks for; where the issuer has none of what is asked, any is. */
export function isAcrMet({ acr_values: known }: Known, params: Params, acr: string | undefined): boolean {
  const wanted = askedBy(params).values.filter((value) => known.includes(value))
  return wanted.length === 0 || wanted.includes(acr ?? '')
}

/** Has somebody sign in again where the session is of another class than is asked for, unless no page may be shown. */
export function stepUpCheck(settings: Known): interactionPolicy.Check {
  const { Check } = interactionPolicy
  return new Check('acr_step_up', 'the session is of another acr than is asked for', 'login_required', ({ oidc }) => {
    const params = oidc.params ?? {}
    const mayStay = oidc.prompts.has('none') && !askedBy(params).isEssential
    return !mayStay && oidc.session?.accountId !== undefined && !isAcrMet(settings, params, oidc.session.acr)
  })
}

/** The `claims` parameter is the more exact, and goes before `acr_values`; where it says `value` and `values`, both must hold. */
function askedBy({ acr_values: listed, claims }: Params): Asked {
  const { essential, value, values } = acrClaim(claims)
  const isEssential = Boolean(essential) && Boolean(value || values)
  const several = Array.isArray(values) ? values : [value]
  const claimed = several.filter((each) => typeof each === 'string' && (!value || each === value))
  const others = typeof listed === 'string' && !isEssential ? listed.split(' ').filter(Boolean) : []
  return { values: [...claimed, ...others], isEssential }
}

function acrClaim(claims: unknown): { essential?: unknown; value?: unknown; values?: unknown } {
  if (typeof claims !== 'string') return {}
  try {
    return JSON.parse(claims)?.id_token?.acr ?? {}
  } catch {
    // The provider says what is wrong with it.
    return {}
  }
}
