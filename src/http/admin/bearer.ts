import { createHash, timingSafeEqual } from 'node:crypto'
import type { Context, Next } from 'koa'
import { UnderstudyError } from '../../errors.ts'

/**
 * Lets only those in who carry the admin token.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 section 2.1}
 */
export function bearer(token: string) {
  const expected = digest(token)
  return async function bearer(ctx: Context, next: Next): Promise<void> {
    const given = /^bearer +(\S+) *$/i.exec(ctx.get('Authorization'))?.[1]
    // Digests are of one length, as a comparison in constant time needs.
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return next()
    const challenge = 'Bearer realm="understudy"'
    ctx.set('WWW-Authenticate', given === undefined ? challenge : `${challenge}, error="invalid_token"`)
    throw new UnderstudyError(
      'ERR_ADMIN_TOKEN',
      401,
      given === undefined
        ? 'Failed to let the request in: it has no admin token. Send it as Authorization: Bearer.'
        : 'Failed to let the request in: its admin token is not the one that the server was started with.',
    )
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
