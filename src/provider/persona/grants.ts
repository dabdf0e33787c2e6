import Provider, { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { shortGrantType } from '../../domain/client.ts'
import { hasResponseType } from '../../personas/consistent.ts'
import type { Persona } from '../../personas/persona.ts'
import type { Stored } from '../adapter.ts'
import type { IssuerContext } from '../context.ts'
import { invalidScope } from '../known-scopes.ts'
import { clientModel, type GrantHandler } from '../private.ts'

/** Has no client use a grant that the persona lacks, whatever it is registered for. */
export function limitGrants(provider: Provider, { grant_types: grantTypes }: Persona): void {
  if (grantTypes === undefined) return
  const has = new Set<string>(grantTypes)
  const { prototype } = clientModel(provider) as unknown as {
    prototype: { grantTypeAllowed(this: object, type: string): boolean }
  }
  const allowed = prototype.grantTypeAllowed
  prototype.grantTypeAllowed = function allowedHere(type) {
    if (has.has(shortGrantType(type))) return allowed.call(this, type)
    const ctx = Provider.ctx as KoaContextWithOIDC | undefined
    if (ctx?.oidc?.params?.grant_type === type) throw new errors.UnsupportedGrantType()
    return false
  }
}

/** Has no client ask for a response type that the persona lacks, whatever it is registered for. */
export function limitResponseTypes(provider: Provider, persona: Persona): void {
  if (persona.grant_types === undefined && persona.openid !== false) return
  const { prototype } = clientModel(provider) as unknown as {
    prototype: { responseTypeAllowed(this: object, type: string): boolean }
  }
  const allowed = prototype.responseTypeAllowed
  prototype.responseTypeAllowed = function allowedHere(type) {
    if (!hasResponseType(persona, type)) throw new errors.UnsupportedResponseType()
    return allowed.call(this, type)
  }
}

/** Puts the characters that the persona's refresh tokens are known by into each. */
export function markRefreshTokens(provider: Provider, { refresh_token_characters: characters }: Persona): void {
  if (characters === undefined) return
  const { prototype } = provider.RefreshToken as unknown as { prototype: { generateTokenId(): string } }
  const generate = prototype.generateTokenId
  prototype.generateTokenId = function generateMarked() {
    const id = generate.call(this)
    const step = Math.ceil(id.length / (characters.length + 1))
    return (
      [...characters].map((each, index) => id.slice(index * step, (index + 1) * step) + each).join('') +
      id.slice(characters.length * step)
    )
  }
}

/**
 * Has a password request name its scopes as an authorization request must, since it is the first of its flow; one that
 * names none asks for the usual ones of the persona, where it has some.
 */
export function requirePasswordScope(handler: GrantHandler, { default_scope: usual }: Persona): GrantHandler {
  return async function scopedPassword(ctx) {
    if (!ctx.oidc.params?.scope) {
      if (usual === undefined) throw invalidScope('at least one scope must be asked for')
      Object.assign(ctx.oidc.params ?? {}, { scope: usual.join(' ') })
    }
    await handler(ctx)
  }
}

/** Has a refresh for fewer scopes take the others from the access tokens that the grant has given before. */
export function narrowEarlier(handler: GrantHandler, { bucket }: IssuerContext): GrantHandler {
  return async function narrowingRefresh(ctx) {
    const grantId = ctx.oidc.params?.scope === undefined ? undefined : await grantOf(ctx)
    const earlier = grantId === undefined ? [] : await bucket.idsBy('AccessToken', 'grantId', grantId)
    await handler(ctx)
    const kept = ctx.oidc.requestParamScopes
    for (const id of earlier) {
      const record = await bucket.get('AccessToken', id)
      if (record === undefined) continue
      const stored = record.value as Stored
      const scopes = stored.payload.scope?.split(' ') ?? []
      const scope = scopes.filter((each) => kept.has(each)).join(' ')
      if (scopes.length === scope.split(' ').filter(Boolean).length) continue
      await bucket.put('AccessToken', id, { ...record, value: { ...stored, payload: { ...stored.payload, scope } } })
    }
  }
}

async function grantOf({ oidc }: KoaContextWithOIDC): Promise<string | undefined> {
  const value = oidc.params?.refresh_token
  if (typeof value !== 'string') return undefined
  return (await oidc.provider.RefreshToken.find(value))?.grantId
}
