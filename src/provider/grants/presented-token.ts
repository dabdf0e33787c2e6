import { decodeProtectedHeader } from 'jose'
import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { userStates } from '../../domain/user.ts'
import { looksLikeJwt, readClaims } from '../access-token.ts'
import type { IssuerContext } from '../context.ts'
import { clientKeys, internals, verifyJwt } from '../private.ts'

/** Who stands behind a token that a client presents to get another for it. */
export interface Presented {
  /** The subject identifier of a user, or the id of a client that acts for itself. */
  sub: string
  isUser: boolean
  /** Undefined where the token says nothing of scopes. */
  scope?: string[] | undefined
  /** Who acts in the subject's name already. */
  act?: unknown
  authTime?: number | undefined
}

/** Kinds of tokens that can be presented. */
export type PresentedType = 'access_token' | 'refresh_token' | 'id_token' | 'jwt'

interface StoredToken {
  accountId?: string
  clientId?: string
  scope?: string
  isValid: boolean
  extra?: Record<string, unknown>
  authTime?: number
}

/** Finds out whose token it is: one that this issuer has stored, or a JWT that it, or the presenting client, has signed. */
export function createTokenReader(provider: Provider, issuer: IssuerContext) {
  async function stored(value: string, type: PresentedType): Promise<StoredToken | undefined> {
    if (type === 'id_token') return undefined
    if (type === 'refresh_token') return (await provider.RefreshToken.find(value)) as StoredToken | undefined
    return ((await provider.AccessToken.find(value)) ?? (await provider.ClientCredentials.find(value))) as
      | StoredToken
      | undefined
  }

  function describeStored({ accountId, clientId = '', scope = '', extra, authTime }: StoredToken): Presented {
    const isUser = accountId !== undefined
    return { sub: accountId ?? clientId, isUser, scope: scope.split(' ').filter(Boolean), act: extra?.act, authTime }
  }

  function describeClaims({ sub = '', act, auth_time: authTime }: Record<string, unknown>, what: string): Presented {
    // An assertion is written by people, who know their users by name.
    const user = issuer.users.bySub(String(sub)) ?? issuer.users.byName(String(sub))
    if (user === undefined && !issuer.clients.has(String(sub))) {
      throw new errors.InvalidGrant(`${what} speaks of "${sub}", and there is no such user here`)
    }
    const since = typeof authTime === 'number' ? authTime : undefined
    return { sub: user?.sub ?? String(sub), isUser: user !== undefined, act, authTime: since }
  }

  /** The claims of a JWT, once signature, times, issuer and audience are found to be right. */
  async function verified(ctx: KoaContextWithOIDC, jwt: string, what: string): Promise<Record<string, unknown>> {
    const iss = readClaims(jwt)?.iss
    const own = new Set([ctx.oidc.issuer, ...issuer.naming.names()])
    const client = ctx.oidc.client as NonNullable<typeof ctx.oidc.client>
    if (!own.has(iss ?? '') && iss !== client.clientId) {
      throw new errors.InvalidGrant(`${what} was issued by "${iss}", which is neither this issuer nor the client`)
    }
    try {
      if (iss !== client.clientId) return await verifyJwt(jwt, internals(provider).keystore)
      const claims = await verifyJwt(jwt, clientKeys(client, decodeProtectedHeader(jwt).alg ?? ''))
      const meant = [claims.aud].flat()
      if (meant.some((aud) => own.has(String(aud)) || aud === ctx.oidc.urlFor('token'))) return claims
    } catch (error) {
      throw new errors.InvalidGrant(`${what} cannot be trusted: ${(error as Error).message}`)
    }
    throw new errors.InvalidGrant(
      `${what} is not meant for this issuer: its audience is neither it nor its token endpoint`,
    )
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
    const found = await stored(value, type)
    if (found !== undefined && !found.isValid) throw new errors.InvalidGrant(`${what} is expired or spent`)
    const mayBeAssertion = (type === 'id_token' || type === 'jwt') && looksLikeJwt(value)
    if (found === undefined && !mayBeAssertion) throw new errors.InvalidGrant(`${what} is not known here, or dead`)
    const presented = found ? describeStored(found) : describeClaims(await verified(ctx, value, what), what)
    const user = presented.isUser ? issuer.users.bySub(presented.sub) : undefined
    if (presented.isUser && !(user && userStates[user.state].keep)) {
      throw new errors.InvalidGrant(user ? userStates[user.state].message : `the user of ${what} is not there any more`)
    }
    return presented
  }
}
