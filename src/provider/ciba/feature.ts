import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider'
import { requireClaimedUser } from '../asked-user.ts'
import { requireMeetableAcr } from '../authentication-context.ts'
import type { IssuerContext } from '../context.ts'
import { userByClaims, userByHint } from '../login-hint.ts'
import { readTrustedJwt, UntrustedJwt } from '../trusted-jwt.ts'
import { approveRequest } from './requests.ts'

type Ciba = NonNullable<NonNullable<Configuration['features']>['ciba']>

/** As much as fits on the screen of a phone. */
const bindingMessagePattern = /^[^\p{Cc}]{1,100}$/u

/**
 * How an issuer takes backchannel authentication requests.
 *
 * @see {@link https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html CIBA Core}
 */
export function cibaFeature(issuer: IssuerContext): Ciba {
  return {
    enabled: true,
    deliveryModes: ['poll'],
    processLoginHint: async (_ctx, hint) => subOf(userByHint(issuer.users, hint ?? '')),
    processLoginHintToken: async (ctx, token) => subOf(await userOfToken(issuer, ctx, token ?? '')),
    async verifyUserCode(ctx, { accountId }, code) {
      // The first that is asked once the user is known.
      requireClaimedUser(issuer, ctx, accountId)
      verifyUserCode(issuer, ctx, accountId, code)
    },
    validateBindingMessage: async (_ctx, message) => checkBindingMessage(message),
    // The context itself means something to those alone who have agreed on it.
    validateRequestContext: async (ctx) => requireMeetableAcr(issuer.settings, { ...ctx.oidc.params }),
    async triggerAuthenticationDevice(ctx, request) {
      if (issuer.settings.ciba.approve !== 'automatically') return
      await approveRequest(ctx.oidc.provider, issuer, request, { sub: request.accountId as string })
    },
  } as Ciba
}

/** How long a request waits: as long as the client asks for, and the issuer lets it. */
export function cibaLifetime({ settings }: IssuerContext) {
  return function cibaLifetimeSeconds(ctx: KoaContextWithOIDC | undefined): number {
    const most = Math.max(1, Math.ceil(settings.ciba.expires_in))
    const asked = Number(ctx?.oidc?.params?.requested_expiry ?? most)
    return Math.min(most, asked)
  }
}

/** The provider calls nobody an unknown user. */
function subOf(user: { sub: string } | undefined): string | undefined {
  return user?.sub
}

/** Whom a token names that this issuer has signed, or the client. */
async function userOfToken(issuer: IssuerContext, ctx: KoaContextWithOIDC, token: string) {
  try {
    const claims = await readTrustedJwt(issuer, ctx, token)
    const id = ctx.oidc.client?.clientId
    if (claims.iss !== id && ![claims.aud].flat().includes(id)) {
      throw new UntrustedJwt('is an ID token of another client')
    }
    return userByClaims(issuer.users, claims)
  } catch (error) {
    if (!(error instanceof UntrustedJwt)) throw error
    if (error.isExpired) throw new errors.ExpiredLoginHintToken('the login_hint_token has expired')
    throw new errors.InvalidRequest(`the login_hint_token ${error.message}`)
  }
}

/** Asks for the user's code where there is one, and the client sends such codes. */
function verifyUserCode({ users }: IssuerContext, ctx: KoaContextWithOIDC, sub: string, code: string | undefined) {
  const expected = users.bySub(sub)?.user_code
  const { backchannelUserCodeParameter: isSent } = ctx.oidc.client as unknown as {
    backchannelUserCodeParameter?: boolean
  }
  if (expected === undefined || !isSent) return
  if (code === undefined) throw new errors.MissingUserCode('the user has a user code, and the request has none')
  if (code !== expected) throw new errors.InvalidUserCode('that is not the user code of this user')
}

function checkBindingMessage(message: string | undefined): void {
  if (message === undefined || bindingMessagePattern.test(message)) return
  throw new errors.InvalidBindingMessage('a binding_message has 1 to 100 characters, and no control characters')
}
