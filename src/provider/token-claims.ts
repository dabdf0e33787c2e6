import Provider, { type AccessToken, type ClientCredentials, type KoaContextWithOIDC } from 'oidc-provider'
import { accessTokenClaims, isNamed, ruleClaims, type TokenCircumstance, withoutLanguage } from '../domain/claims.ts'
import { shortGrantType } from '../domain/client.ts'
import type { AccessTokenSettings } from '../domain/tokens.ts'
import type { Persona } from '../personas/persona.ts'
import type { Tailor } from './access-token.ts'
import { claimsOf } from './accounts.ts'
import { addressedIssuer } from './addressee.ts'
import { usualAlgorithm } from './algorithms.ts'
import type { IssuerContext } from './context.ts'
import { currentExchange } from './current-exchange.ts'
import { encryptFor, wantsBareUserinfo, withoutEncryption } from './encryption.ts'
import { handedOnBy } from './grants/handed-on.ts'
import { subjectFor } from './jose.ts'
import { confirmationOf } from './mtls.ts'
import { requireGrantedTarget } from './resources/audiences.ts'
import { targetOf } from './resources/targets.ts'
import { createSigners } from './signing.ts'
import { skewTimes, skewWhenSigned } from './skew.ts'
import { createTokenFaults, readJwt, type Signee } from './token-faults.ts'
import { wishFor } from './wishes.ts'

type Token = AccessToken | ClientCredentials
type Claims = Record<string, unknown>

/** Where and for whom a token is made. */
function circumstanceOf(
  issuer: IssuerContext,
  client: string,
  sub: string | undefined,
  scope: string | undefined,
): TokenCircumstance {
  const grantType = (Provider.ctx as KoaContextWithOIDC | undefined)?.oidc?.params?.grant_type
  return {
    scope: scopesIn(scope),
    client,
    user: sub === undefined ? undefined : issuer.users.bySub(sub)?.username,
    grantType: typeof grantType === 'string' ? shortGrantType(grantType) : undefined,
  }
}

function scopesIn(scope: string | undefined): string[] {
  return scope?.split(' ').filter(Boolean) ?? []
}

/** What an access token says beyond the protocol: of its user, of its client, and by the rules. */
export async function extraTokenClaims(issuer: IssuerContext, token: Token): Promise<Claims | undefined> {
  const clientId = token.clientId as string
  const client = issuer.clients.get(clientId)
  const sub = 'accountId' in token ? token.accountId : undefined
  const user = sub === undefined ? undefined : issuer.users.bySub(sub)
  const wanted =
    targetOf(issuer, token.aud)?.access_token?.claims ??
    client?.access_token?.claims ??
    issuer.settings.access_token.claims
  const rules = issuer.settings.token_rules
  const context = { scope: scopesIn(token.scope), client: clientId }
  // Where a refresh token is used again and again, nothing has looked at this before.
  requireGrantedTarget(issuer, typeof token.aud === 'string' ? token.aud : undefined)
  const claims = {
    ...namedAudience(token),
    ...(user && accessTokenClaims(await claimsOf(user, issuer.hooks, context), wanted, issuer.named)),
    ...(sub === undefined && client?.claims),
    ...(rules.length > 0 && ruleClaims(rules, 'access_token', circumstanceOf(issuer, clientId, sub, token.scope))),
    ...handedOnBy(Provider.ctx),
    ...wishFor(token)?.claims,
  }
  return Object.keys(claims).length === 0 ? undefined : claims
}

/** Chooses what JWT access tokens wear, as issuer and client say. */
export function createTailor(issuer: IssuerContext): Tailor {
  const signerOf = createSigners(issuer.keys)
  const faults = createTokenFaults(issuer)
  const byGrant = issuer.persona.access_tokens

  return async function tailor(payload, token) {
    const client = issuer.clients.get(payload.clientId as string)
    const target = targetOf(issuer, payload.aud)?.access_token
    const ofGrant = byGrant && formatOf(byGrant)
    const usual = issuer.settings.access_token
    // Most are opaque, and need no more than this.
    const format = target?.format ?? client?.access_token?.format ?? ofGrant?.format ?? usual.format
    if (format === 'opaque') return undefined
    const settings = { ...usual, ...ofGrant, ...client?.access_token, ...target }
    const wished = wishFor(token)
    const alg = wished?.key?.alg ?? settings.signed_response_alg ?? usualAlgorithm(issuer.settings, issuer.keys)
    // With a secret it is signed where faults sign, which know how.
    const signer = alg.startsWith('HS') ? undefined : signerOf(alg)
    const iss =
      settings.issuer ??
      addressedIssuer() ??
      issuer.naming.issuerFor(Provider.ctx?.req, issuer.nameFor(payload.clientId))
    const sub = payload.accountId
    const circumstance = circumstanceOf(issuer, payload.clientId as string, sub, payload.scope)
    const claims: Claims = {
      iss,
      sub: sub === undefined ? payload.clientId : subjectFor(issuer.name, (token as AccessToken).client, sub),
      aud: target?.audience ?? payload.aud ?? settings.audience ?? iss,
      client_id: payload.clientId,
      scope: payload.scope,
      jti: payload.jti,
      iat: payload.iat,
      exp: payload.exp,
      cnf: confirmationOf(payload),
      authorization_details: payload.rar,
      ...(payload.extra as Claims | undefined),
    }
    const changed = await issuer.hooks.onToken?.(
      { type: 'access_token', claims },
      { client: circumstance.client, user: circumstance.user, scope: [...circumstance.scope] },
    )
    const jwt = {
      header: { alg, typ: settings.typ ?? 'JWT', kid: wished?.key?.jwk.kid ?? signer?.kid },
      claims: { ...skewTimes(changed ?? claims, issuer.clock.skewSeconds), ...wished?.claims, jti: payload.jti },
    }
    const { client: clientId, user } = circumstance
    const signee: Signee = { token: 'access_token', client: clientId, user, scope: payload.scope }
    const mutations = wished === undefined ? faults.due(signee) : (wished.mutations ?? [])
    if (mutations === undefined && signer !== undefined) return signer.sign(jwt)
    return faults.sign({ header: jwt.header, payload: jwt.claims }, signee, {
      mutations: (await mutations) ?? [],
      key: wished?.key?.jwk,
    })
  }
}

/** What access tokens of the grant are that is being answered, where they are not as all others. */
function formatOf(byGrant: NonNullable<Persona['access_tokens']>): AccessTokenSettings | undefined {
  const grantType = (Provider.ctx as KoaContextWithOIDC | undefined)?.oidc?.params?.grant_type
  return typeof grantType === 'string' ? byGrant[shortGrantType(grantType) as keyof typeof byGrant] : undefined
}

/** What the request itself said, or the first of its flow, by Auth0's `audience`; for nobody where it was for a resource. */
function namedAudience({ aud }: Token): { aud?: string | readonly string[] } {
  const exchange = aud === undefined ? currentExchange() : undefined
  const own = exchange?.audiences ?? []
  const named = [own.length > 0 ? own : (exchange?.flow?.audience ?? [])].flat()
  const [first, ...others] = new Set(named)
  if (first === undefined) return {}
  return { aud: others.length === 0 ? first : [first, ...others] }
}

interface ClaimsModel {
  prototype: { available: Claims; filter: Claims; result(): Promise<Claims> }
}

/** Whether a claim with a language tag goes with one that is asked for by its name; the provider knows of no tags. */
function isAskedByName(filter: Claims, claim: string, named: ReadonlySet<string>): boolean {
  const wish = named.has(claim) ? undefined : filter[withoutLanguage(claim)]
  return typeof wish === 'object'
}

interface IdTokenModel {
  prototype: {
    available: Claims
    extra: Claims
    ctx?: KoaContextWithOIDC
    scope?: string
    client: { clientId: string }
    /** What it is being issued for; ours. */
    use?: string
    payload(): Promise<Claims>
    issue(options: { use: string; expiresAt?: number | null }): Promise<string>
  }
}

/** The uses of signed tokens that carry a user's claims, by the fixtures' names. */
const tokenOf = { idtoken: 'id_token', userinfo: 'userinfo' } as const

/** The uses of signed tokens that faults may change, by the faults' names. */
const faultedOf = {
  ...tokenOf,
  logout: 'logout_token',
  authorization: 'authorization_response',
  introspection: 'introspection',
} as const

/**
 * Releases the claims that no scope names, and lets rules and the hook have their say in ID tokens and signed userinfo.
 */
export function patchClaims(provider: Provider, issuer: IssuerContext): void {
  const claimsModel = (provider.Claims as unknown as ClaimsModel).prototype
  const masked = claimsModel.result
  claimsModel.result = async function result() {
    const claims = await masked.call(this)
    for (const [name, value] of Object.entries(this.available)) {
      if (name in claims || name.startsWith('_')) continue
      if (!isNamed(issuer.named, name) || isAskedByName(this.filter, name, issuer.named)) claims[name] = value
    }
    return claims
  }

  const idTokenModel = (provider.IdToken as unknown as IdTokenModel).prototype
  const { issue, payload } = idTokenModel
  const faults = createTokenFaults(issuer)
  idTokenModel.issue = async function issueFor(wanted) {
    this.use = wanted.use
    // Signed userinfo needs no end; with the one of its access token, nothing would tell it from an ID token.
    const options = wanted.use === 'userinfo' ? { use: wanted.use } : wanted
    if (wanted.use === 'userinfo' && wantsBareUserinfo(this.client)) {
      const claims = JSON.stringify(await this.payload())
      return encryptFor(this.client, 'userinfo', claims, provider.issuer)
    }
    // The token endpoint may leave this out, but most real providers tell it, and strict clients check it.
    const accessToken = this.ctx && currentExchange()?.handedOut
    if (options.use === 'idtoken' && accessToken !== undefined) this.extra.at_hash ??= accessToken
    if (options.use === 'idtoken') this.extra.s_hash ??= frontChannelState(this.ctx)
    const token = faultedOf[options.use as keyof typeof faultedOf]
    const { clientId: client } = this.client
    const user = issuer.users.bySub(String(this.available.sub))?.username
    const signee: Signee = { token, client, user, scope: typeof this.scope === 'string' ? this.scope : undefined }
    const due = faults.due(signee)
    const mutations = [...(wishFor(this)?.mutations ?? []), ...((due && (await due)) ?? [])]
    if (mutations.length === 0) return faults.remember(signee, await issue.call(this, options))
    const readable = Object.create(this, { client: { value: withoutEncryption(this.client) } })
    const usual = readJwt(await issue.call(readable, options))
    const signed = await faults.sign(usual, signee, { mutations })
    return encryptFor(this.client, options.use, signed, String(usual.payload.iss))
  }
  idTokenModel.payload = async function ruledPayload() {
    const claims = await payload.call(this)
    const token = tokenOf[this.use as keyof typeof tokenOf]
    const ruled =
      token === undefined ? claims : await applyRules(issuer, token, claims, this.client.clientId, this.scope)
    return skewWhenSigned(ruled, issuer.clock.skewSeconds)
  }
}

/**
 * The state that an ID token binds which goes through the browser: what FAPI asks for, and many providers tell anyway.
 *
 * @see {@link https://openid.net/specs/openid-financial-api-part-2-1_0.html#id-token-as-detached-signature FAPI 1.0 Advanced 5.1.1}
 */
function frontChannelState(ctx: KoaContextWithOIDC | undefined): unknown {
  const { route, params } = ctx?.oidc ?? {}
  return route === 'authorization' || route === 'resume' ? params?.state : undefined
}

/** What rules and the hook make of a user's claims. */
export async function applyRules(
  issuer: IssuerContext,
  token: 'id_token' | 'userinfo',
  claims: Claims,
  client: string,
  scope: string | undefined,
): Promise<Claims> {
  const { token_rules: rules } = issuer.settings
  const { onToken } = issuer.hooks
  if (rules.length === 0 && onToken === undefined) return claims
  const circumstance = circumstanceOf(issuer, client, claims.sub as string | undefined, scope)
  const ruled = { ...claims, ...ruleClaims(rules, token, circumstance) }
  const context = { client, user: circumstance.user, scope: [...circumstance.scope] }
  return (await onToken?.({ type: token, claims: ruled }, context)) ?? ruled
}
