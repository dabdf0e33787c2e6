import type { KoaContextWithOIDC } from 'oidc-provider'
import type { GrantHandler } from '../private.ts'

/**
 * Answers requests that present the same code or token one after another: the provider looks whether it is spent long
 * before it spends it, so that of two at once both would get tokens.
 *
 * @param presented the parameter that carries it
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-10.5 RFC 6749 section 10.5}
 */
export function oneAtATime(
  handler: GrantHandler,
  presented: 'auth_req_id' | 'code' | 'device_code' | 'refresh_token',
): GrantHandler {
  const underWay = new Map<string, Promise<void>>()

  return async function inTurn(ctx: KoaContextWithOIDC) {
    const value = String(ctx.oidc.params?.[presented])
    const before = underWay.get(value)
    const answered = before === undefined ? handler(ctx) : before.then(() => handler(ctx))
    const over = answered.catch(() => {})
    underWay.set(value, over)
    try {
      await answered
    } finally {
      if (underWay.get(value) === over) underWay.delete(value)
    }
  }
}
