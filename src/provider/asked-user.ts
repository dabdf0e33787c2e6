import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import type { User } from '../domain/user.ts'
import { readClaims } from './access-token.ts'
import { userByPairwise } from './accounts.ts'
import { type AskedClaims, askedClaims } from './asked-claims.ts'
import type { IssuerContext } from './context.ts'
import { type SubjectClient, subjectFor } from './jose.ts'
import { userByHint } from './login-hint.ts'

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
    return { askedUser: firstUser(issuer, client, await askedSubjects(ctx))?.username }
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

/**
 * Whom a request that is decided elsewhere asks for: by its `id_token_hint` and by values of `sub` among its `claims`, or
 * where it has neither by its `login_hint`.
 *
 * @param params of the request, which was found to be right when it came
 */
export function askedUser(
  issuer: Pick<IssuerContext, 'name' | 'users'>,
  client: SubjectClient | undefined,
  params: Readonly<Record<string, unknown>> = {},
): User | undefined {
  const { id_token_hint: jwt, login_hint: hint } = params
  const hinted = typeof jwt === 'string' ? [readClaims(jwt)?.sub] : undefined
  const asked = inBoth(hinted, claimedSubjects(askedClaims(params)))
  if (asked !== undefined) return firstUser(issuer, client, asked)
  return typeof hint === 'string' ? userByHint(issuer.users, hint) : undefined
}

/** The first user that there is by one of these subjects, as a client knows them. */
function firstUser(
  issuer: Pick<IssuerContext, 'name' | 'users'>,
  client: SubjectClient | undefined,
  subjects: readonly unknown[] = [],
): User | undefined {
  for (const sub of subjects) {
    if (typeof sub !== 'string') continue
    const user = client?.subjectType === 'pairwise' ? userByPairwise(issuer, client, sub) : issuer.users.bySub(sub)
    if (user !== undefined) return user
  }
  return undefined
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
  return inBoth(hint && [hint.payload.sub], claimedSubjects(claims))
}

/** The subjects that will do by a hint and by a `claims` parameter; undefined where neither says any. */
function inBoth(hinted: unknown[] | undefined, claimed: unknown[] | undefined): unknown[] | undefined {
  return hinted?.filter((subject) => claimed?.includes(subject) ?? true) ?? claimed
}
