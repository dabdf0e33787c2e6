import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { isNamed, ruleClaims, withoutLanguage } from '../domain/claims.ts'
import type { IssuerContext } from './context.ts'
import { currentExchange } from './current-exchange.ts'
import { encryptFor, wantsBareUserinfo, withoutEncryption } from './encryption.ts'
import { skewWhenSigned } from './skew.ts'
import { circumstanceOf } from './token-circumstance.ts'
import { createTokenFaults, readJwt, type Signee } from './token-faults.ts'
import { wishFor } from './wishes.ts'

type Claims = Record<string, unknown>

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
    const { available } = this
    const claims = await masked.call(this)
    for (const name of Object.keys(available)) {
      if (name in claims || name.startsWith('_')) continue
      if (!isNamed(issuer.named, name) || isAskedByName(this.filter, name, issuer.named)) claims[name] = available[name]
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
