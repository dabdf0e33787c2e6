import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { looksLikeJwt } from '../access-token.ts'
import type { IssuerContext } from '../context.ts'
import { type SubjectClient, subjectFor } from '../jose.ts'
import type { GrantHandler } from '../private.ts'
import { exchangedScope } from './exchanged-scope.ts'
import { grantMachineToken, grantTokens } from './grant-tokens.ts'
import { handOn } from './handed-on.ts'
import { createTokenReader, type Presented, type PresentedType } from './presented-token.ts'
import { throwAway } from './thrown-away.ts'

export const tokenExchangeParameters = [
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'requested_token_type',
  'audience',
  'scope',
  'resource',
]

const prefix = 'urn:ietf:params:oauth:token-type:'

type Params = Record<string, string | undefined>

/**
 * One token in exchange for another: for the same subject (impersonation), or, with an actor's token beside it, for the
 * subject with the actor named in `act` (delegation).
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-2 RFC 8693 section 2}
 */
export function tokenExchangeGrant(provider: Provider, issuer: IssuerContext): GrantHandler {
  const readToken = createTokenReader(provider, issuer)

  async function read(ctx: KoaContextWithOIDC, role: 'subject' | 'actor'): Promise<Presented> {
    const params = ctx.oidc.params as Params
    const type = typeOf(params, `${role}_token_type`)
    if (type === undefined) throw new errors.InvalidRequest(`missing required parameter '${role}_token_type'`)
    return readToken(ctx, params[`${role}_token`] as string, type, `the ${role} token`).catch(callInvalidRequest)
  }

  /** Who acts, as the client knows them. */
  function nameFor({ oidc }: KoaContextWithOIDC, { sub, isUser }: Presented): string {
    return isUser ? subjectFor(issuer.name, oidc.client as SubjectClient | undefined, sub) : sub
  }

  return async function tokenExchange(ctx: KoaContextWithOIDC) {
    const params = ctx.oidc.params as Params
    if (params.subject_token === undefined)
      throw new errors.InvalidRequest("missing required parameter 'subject_token'")
    if (params.actor_token === undefined && params.actor_token_type !== undefined) {
      throw new errors.InvalidRequest("'actor_token_type' says the type of an 'actor_token', and there is none")
    }
    const wanted = typeOf(params, 'requested_token_type') ?? 'access_token'
    const subject = await read(ctx, 'subject')
    const actor = params.actor_token === undefined ? undefined : await read(ctx, 'actor')
    // An actor of old stays inside the new one: together they tell the whole chain.
    const act = actor
      ? { sub: nameFor(ctx, actor), ...(subject.act !== undefined && { act: subject.act }) }
      : subject.act
    if (act !== undefined) handOn(ctx, { act })
    const { sub, isUser, details, authTime } = subject
    const carried = wanted === 'jwt' ? 'access_token' : wanted
    throwAway(
      ctx,
      (['access_token', 'id_token'] as const).filter((token) => token !== carried),
    )
    const scope = exchangedScope(provider, ctx, subject)
    if (isUser) await grantTokens(provider, ctx, { sub, scope, details, authTime, grantType: 'token_exchange' })
    else await grantMachineToken(provider, ctx, { sub, scope, details })
    ctx.body = answer(ctx.body as Record<string, unknown>, wanted)
  }
}

/**
 * What other grants call a bad grant has another name in an exchange.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-2.2.2 RFC 8693 section 2.2.2}
 */
function callInvalidRequest(error: unknown): never {
  if (!(error instanceof errors.InvalidGrant)) throw error
  throw new errors.InvalidRequest(error.error_detail ?? error.message)
}

/** What a parameter says of a token's type, by its last word. */
function typeOf(params: Params, name: string): PresentedType | undefined {
  const value = params[name]
  if (value === undefined) return undefined
  const types: readonly string[] = ['access_token', 'refresh_token', 'id_token', 'jwt'] satisfies PresentedType[]
  const type = value.startsWith(prefix) ? value.slice(prefix.length) : ''
  if (types.includes(type)) return type as PresentedType
  const known = types.map((word) => prefix + word).join(', ')
  throw new errors.InvalidRequest(`'${name}' is "${value}", which is no token type here; there are ${known}`)
}

/** The one token that was asked for, in the member that carries it whatever it is. */
function answer(body: Record<string, unknown>, wanted: PresentedType): Record<string, unknown> {
  const { access_token: accessToken, token_type: tokenType, ...others } = body
  const { id_token: idToken, refresh_token: refreshToken, expires_in: expiresIn, scope } = others
  const { authorization_details: details } = others
  const issuedType = prefix + wanted
  if (wanted === 'jwt' && !looksLikeJwt(String(accessToken))) {
    throw new errors.InvalidRequest('the requested token type jwt needs access tokens of the format jwt')
  }
  if (wanted === 'access_token' || wanted === 'jwt') {
    return {
      access_token: accessToken,
      issued_token_type: issuedType,
      token_type: tokenType,
      expires_in: expiresIn,
      scope,
      ...(details !== undefined && { authorization_details: details }),
    }
  }
  const token = wanted === 'id_token' ? idToken : refreshToken
  if (token === undefined) {
    const needed = wanted === 'id_token' ? 'the scope openid' : 'a client with the grant refresh_token'
    throw new errors.InvalidRequest(`the requested token type ${wanted} needs ${needed}`)
  }
  return { access_token: token, issued_token_type: issuedType, token_type: 'N_A', scope }
}
