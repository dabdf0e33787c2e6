import { errors, type FindAccount } from 'oidc-provider'
import { userStates } from '../../domain/user.ts'
import { userByPairwise } from '../accounts.ts'
import type { IssuerContext } from '../context.ts'

/**
 * Finds accounts as before, and the one that a backchannel authentication request asks as its client knows it: by the
 * pairwise subject of an `id_token_hint`, for one.
 *
 * @throws AccessDenied 403, where the user's state lets nobody sign in
 * @see {@link https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#auth_error_response CIBA 13}
 */
export function findAskedAccount(issuer: IssuerContext, findAccount: FindAccount): FindAccount {
  return function findAccountOrAsked(ctx, sub, token) {
    if (ctx.oidc?.route !== 'backchannel_authentication') return findAccount(ctx, sub, token)
    const user = issuer.users.bySub(sub) ?? userByPairwise(issuer, ctx.oidc.client, sub)
    if (user === undefined) return undefined
    const { login, message } = userStates[user.state]
    if (!login) throw Object.assign(new errors.AccessDenied(message), { status: 403, statusCode: 403 })
    return findAccount(ctx, user.sub, token)
  }
}
