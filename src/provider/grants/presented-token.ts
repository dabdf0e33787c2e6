import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { AuthorizationDetail } from '../../domain/authorization-details.ts'
import { userStates } from '../../domain/user.ts'
import { looksLikeJwt } from '../access-token.ts'
import { userByPairwise } from '../accounts.ts'
import type { IssuerContext } from '../context.ts'
import { readTrustedJwt, UntrustedJwt } from '../trusted-jwt.ts'
import { type Binding, checkPossession } from './possession.ts'

/** Who stands behind a token that a client presents to get another for it. */
export interface Presented {
  /** The subject identifier of a user, or the id of a client that acts for itself. */
  sub: string
  isUser: boolean
  /** Undefined where the token says nothing of scopes. */
  scope?: string[] | undefined
  /** What it is for in detail, and no more. Undefined where it is the client's own word. */
  details?: readonly AuthorizationDetail[] | undefined
  /** Who acts in the subject's name already. */
  act?: unknown
  authTime?: number | undefined
}

/** Kinds of tokens that can be presented. */
export type PresentedType = 'access_token' | 'refresh_token' | 'id_token' | 'jwt'

interface StoredToken extends Binding {
  accountId?: string
  clientId?: string
  scope?: string
  isValid: boolean
  extra?: Record<string, unknown>
  rar?: readonly AuthorizationDetail[]
  authTime?: number
}

/** Finds out whose token it is: one that this issuer has stored, or a JWT that it, or the presenting client, has signed. */
export function createTokenReader(provider: Provider, issuer: IssuerContext) {
  async function stored(
    { oidc }: KoaContextWithOIDC,
    value: string,
    type: PresentedType,
    what: string,
  ): Promise<StoredToken | undefined> {
    if (type === 'id_token') return undefined
    if (type === 'refresh_token') {
      const token = (await provider.RefreshToken.find(value)) as StoredToken | undefined
      if (token === undefined || token.clientId === oidc.client?.clientId) return token
      throw new errors.InvalidGrant(`${what} is a refresh token of another client, who alone may use it`)
    }
    return ((await provider.AccessToken.find(value)) ?? (await provider.ClientCredentials.find(value))) as
      | StoredToken
      | undefined
  }

  function describeStored(token: StoredToken): Presented {
    const { accountId, clientId = '', scope = '', extra, rar: details = [], authTime } = token
    const words = scope.split(' ').filter(Boolean)
    const isUser = accountId !== undefined
    return { sub: accountId ?? clientId, isUser, scope: words, details, act: extra?.act, authTime }
  }

  async function describeClaims(
    { iss, sub = '', aud, act, auth_time: authTime }: Record<string, unknown>,
    what: string,
    clientId: string | undefined,
  ): Promise<Presented> {
    const details = iss === clientId ? undefined : []
    // An assertion is written by people, who know their users by name; an ID token for a client, who may know them by pairwise subjects.
    const user =
      issuer.users.bySub(String(sub)) ??
      (iss === clientId
        ? issuer.users.byName(String(sub))
        : userByPairwise(issuer, await provider.Client.find(String(aud)), String(sub)))
    // For another client nobody speaks but that one.
    if (user === undefined && (iss !== clientId || sub !== clientId)) {
      throw new errors.InvalidGrant(`${what} speaks of "${sub}", and there is no such user here`)
    }
    const since = typeof authTime === 'number' ? authTime : undefined
    return { sub: user?.sub ?? String(sub), isUser: user !== undefined, details, act, authTime: since }
  }

  async function trusted(ctx: KoaContextWithOIDC, jwt: string, what: string): Promise<Record<string, unknown>> {
    try {
      return await readTrustedJwt(issuer, ctx, jwt)
    } catch (error) {
      if (!(error instanceof UntrustedJwt)) throw error
      throw new errors.InvalidGrant(`${what} ${error.message}`)
    }
  }

  /**
   * @param what how a message calls the token
   * @throws InvalidGrant where it is unknown, expired, not to be trusted, or of a user who may not go on
   */
  return async function readToken(
    ctx: KoaContextWithOIDC,
    value: string,
    type: PresentedType,
    what: string,
  ): Promise<Presented> {
    const found = await stored(ctx, value, type, what)
    if (found !== undefined && !found.isValid) throw new errors.InvalidGrant(`${what} is expired or spent`)
    if (found !== undefined) await checkPossession(provider, issuer, ctx, found, what)
    const mayBeAssertion = (type === 'id_token' || type === 'jwt') && looksLikeJwt(value)
    if (found === undefined && !mayBeAssertion) throw new errors.InvalidGrant(`${what} is not known here, or dead`)
    const presented = found
      ? describeStored(found)
      : await describeClaims(await trusted(ctx, value, what), what, ctx.oidc.client?.clientId)
    const user = presented.isUser ? issuer.users.bySub(presented.sub) : undefined
    if (presented.isUser && !(user && userStates[user.state].keep)) {
      throw new errors.InvalidGrant(user ? userStates[user.state].message : `the user of ${what} is not there any more`)
    }
    return presented
  }
}
