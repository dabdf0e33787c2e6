import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import { userByPairwise } from './accounts.ts'
import type { AskedClaims } from './asked-claims.ts'
import type { IssuerContext } from './context.ts'
import { subjectFor } from './jose.ts'

const forAnother = 'the request asks for another user than the one who is'

/**
 * Answers a request that asks for one user or some, by an `id_token_hint` or by values of `sub` among its `claims`, for
 * nobody else: whoever else is signed in is asked to sign in, and where another does so, the client is told `login_required`.
 *
 * It takes the place of the provider's own checks, which forget the hint once there is a page, and ask for ever.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core 3.1.2.1}
 */
export function askedUserCheck(issuer: IssuerContext): interactionPolicy.Check {
  const { Check } = interactionPolicy
  const description = `${forAnother} signed in`

  async function isOther(ctx: KoaContextWithOIDC): Promise<boolean> {
    const { session, result, client } = ctx.oidc
    const asked = await askedSubjects(ctx)
    const sub = session?.accountId
    if (asked === undefined || sub === undefined) return asked !== undefined
    const found = !asked.includes(subjectFor(issuer.name, client, sub))
    if (found && result?.login !== undefined) throw new errors.LoginRequired(description)
    return found
  }

  async function tellPage(ctx: KoaContextWithOIDC): Promise<AskedUser> {
    const { client } = ctx.oidc
    const find = (sub: string) =>
      client?.subjectType === 'pairwise' ? userByPairwise(issuer, client, sub) : issuer.users.bySub(sub)
    for (const subject of (await askedSubjects(ctx)) ?? []) {
      const user = typeof subject === 'string' ? find(subject) : undefined
      if (user !== undefined) return { askedUser: user.username }
    }
    return {}
  }

  return new Check('asked_user', description, 'login_required', isOther, tellPage as never)
}

/** What the login page is told of the user who is asked for, of several the first that there is. */
export interface AskedUser {
  askedUser?: string | undefined
}

/** Has the login prompt know the user who is asked for by our own check. */
export function checkAskedUser(issuer: IssuerContext, login: interactionPolicy.Prompt | undefined): void {
  login?.checks.remove('id_token_hint')
  login?.checks.remove('claims_id_token_sub_value')
  login?.checks.add(askedUserCheck(issuer))
}

/**
 * Refuses a backchannel request whose hint means one user, and the values of `sub` among its `claims` others.
 *
 * @param sub of the user whom the hint means
 * @throws LoginRequired
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#IndividualClaimsRequests OpenID Connect Core 5.5.1}
 */
export function requireClaimedUser(issuer: Pick<IssuerContext, 'name'>, ctx: KoaContextWithOIDC, sub: string): void {
  const { client, claims } = ctx.oidc
  const asked = claimedSubjects(claims)
  if (asked === undefined || asked.includes(subjectFor(issuer.name, client, sub))) return
  throw new errors.LoginRequired(`${forAnother} meant by its hint`)
}

/**
 * Refuses a `claims` parameter in which the subjects that will do are no list.
 *
 * @throws InvalidRequest
 */
export function requireSubjectsInList({ id_token }: AskedClaims): void {
  const { values = [] } = (id_token?.sub ?? {}) as AskedSubject
  if (!Array.isArray(values)) throw new errors.InvalidRequest('the values of sub in the claims parameter are no list')
}

interface AskedSubject {
  value?: unknown
  values?: unknown[]
}

/** The subjects that will do by a `claims` parameter, where it says `value` and `values` by both; undefined where it leaves that open. */
function claimedSubjects(claims: unknown): unknown[] | undefined {
  const { value, values } = ((claims as AskedClaims | undefined)?.id_token?.sub ?? {}) as AskedSubject
  return value === undefined ? values : [value].filter((each) => values?.includes(each) ?? true)
}

/** The hint was found to be right when the request came; on its way back from a page it is only read again. */
async function askedSubjects({ oidc }: KoaContextWithOIDC): Promise<unknown[] | undefined> {
  const { client, params, provider, entities, claims } = oidc
  const jwt = params?.id_token_hint
  const { IdTokenHint: known } = entities as { IdTokenHint?: { payload: { sub?: unknown } } }
  const hint =
    known ??
    (typeof jwt === 'string' && client !== undefined ? await provider.IdToken.validate(jwt, client) : undefined)
  const claimed = claimedSubjects(claims)
  if (hint === undefined) return claimed
  return [hint.payload.sub].filter((subject) => claimed?.includes(subject) ?? true)
}
