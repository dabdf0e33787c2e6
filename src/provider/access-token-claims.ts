import Provider, { type AccessToken, type ClientCredentials, type KoaContextWithOIDC } from 'oidc-provider'
import { accessTokenClaims, ruleClaims } from '../domain/claims.ts'
import { shortGrantType } from '../domain/client.ts'
import type { AccessTokenSettings } from '../domain/tokens.ts'
import type { Persona } from '../personas/persona.ts'
import type { Tailor } from './access-token.ts'
import { claimsOf } from './accounts.ts'
import { addressedIssuer } from './addressee.ts'
import { usualAlgorithm } from './algorithms.ts'
import type { IssuerContext } from './context.ts'
import { currentExchange } from './current-exchange.ts'
import { handedOnBy } from './grants/handed-on.ts'
import { subjectFor } from './jose.ts'
import { confirmationOf } from './mtls.ts'
import { requireGrantedTarget } from './resources/audiences.ts'
import { targetOf } from './resources/targets.ts'
import { createSigners } from './signing.ts'
import { skewTimes } from './skew.ts'
import { circumstanceOf, scopesIn } from './token-circumstance.ts'
import { createTokenFaults, type Signee } from './token-faults.ts'
import { wishFor } from './wishes.ts'

type Token = AccessToken | ClientCredentials
type Claims = Record<string, unknown>

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
    // An opaque one needs no more than this.
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
