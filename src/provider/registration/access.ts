import { createHash, timingSafeEqual } from 'node:crypto'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'

/**
 * The token of an `Authorization: Bearer` header.
 *
 * @throws InvalidToken where there is none, with a challenge that says no more than that one is needed
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3.1 RFC 6750 section 3.1}
 */
export function requireBearer(ctx: KoaContextWithOIDC, what: string): string {
  const [, token] = /^bearer +(\S+)$/i.exec(ctx.get('authorization')) ?? []
  if (token !== undefined) return token
  ctx.set('www-authenticate', `Bearer realm="${ctx.oidc.issuer}"`)
  throw described(`${what} is missing: send it as Authorization: Bearer`)
}

/** Refuses a token that is there and of no use. */
export function refuseToken(ctx: KoaContextWithOIDC, description: string): never {
  const attributes = `realm="${ctx.oidc.issuer}", error="invalid_token", error_description="${description}"`
  ctx.set('www-authenticate', `Bearer ${attributes}`)
  throw described(description)
}

function described(description: string): Error {
  return Object.assign(new errors.InvalidToken(), { error_description: description })
}

/** Whether two secrets are the same, in a time that tells nothing of them. */
export function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
