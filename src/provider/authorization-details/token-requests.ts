import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { detailMistake } from '../../domain/authorization-details.ts'
import { didYouMean } from '../../errors.ts'
import type { IssuerContext } from '../context.ts'
import { internals } from '../private.ts'
import { parseDetails } from './asked.ts'

/**
 * Lets token requests say which authorization details they are for. They are kept from the provider until it has checked
 * all else, since it would want a resource with them.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9396#section-6 RFC 9396 section 6}
 */
export function takeDetailsAtToken(provider: Provider, { settings }: Pick<IssuerContext, 'settings'>): void {
  const types = settings.authorization_details
  if (Object.keys(types).length === 0) return
  const { grantTypeHandlers, grantTypeParams } = internals(provider)
  for (const parameters of grantTypeParams.values()) parameters.delete('authorization_details')
  for (const [grantType, handle] of grantTypeHandlers) {
    grantTypeHandlers.set(grantType, async function takeDetails(ctx) {
      const { authorization_details: text } = (ctx.oidc.body ?? {}) as { authorization_details?: unknown }
      if (text !== undefined) takeInto(ctx, text)
      await handle(ctx)
    })
  }

  function takeInto(ctx: KoaContextWithOIDC, text: unknown): void {
    if (Array.isArray(text))
      throw new errors.InvalidRequest("'authorization_details' parameter must not be provided twice")
    const details = parseDetails(text)
    for (const detail of details) {
      const declared = Object.hasOwn(types, detail.type) ? types[detail.type] : undefined
      const mistake = declared ? detailMistake(detail, declared) : unknownType(detail.type)
      if (mistake !== undefined) throw new errors.InvalidAuthorizationDetails(mistake)
      refuseForeign(ctx, detail.type)
    }
    if (details.length > 0) Object.assign(ctx.oidc.params ?? {}, { authorization_details: text })
  }

  function unknownType(type: string): string {
    return `there is no type '${type}' of authorization details.${didYouMean(type, Object.keys(types))}`.replaceAll(
      '"',
      "'",
    )
  }
}

/** Refuses types that the client has not registered for. */
function refuseForeign({ oidc }: KoaContextWithOIDC, type: string): void {
  const { authorizationDetailsTypes: own } = oidc.client as unknown as { authorizationDetailsTypes?: string[] }
  if (own?.includes(type) !== false) return
  throw new errors.InvalidAuthorizationDetails(`authorization details type '${type}' is not allowed for this client`)
}
