import type { Exchange } from '../../domain/exchange.ts'

/** The schemes by which an endpoint may ask for authentication. */
export type Scheme = 'Basic' | 'Bearer' | 'DPoP'

/**
 * The value of `WWW-Authenticate`, or undefined where none is due.
 *
 * Basic is answered to Basic alone, and says no more than its realm; a protected resource answers in the scheme of
 * the request, or in its own where there was none.
 *
 * @param attributes what a Bearer or DPoP challenge says of the error
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 section 3}
 */
export function challenge(
  scheme: Scheme | undefined,
  exchange: Exchange,
  attributes: Record<string, string>,
): string | undefined {
  if (scheme === undefined) return undefined
  const used = String(exchange.headers.authorization ?? '')
    .split(' ', 1)[0]
    ?.toLowerCase()
  if (scheme === 'Basic') return used === 'basic' ? 'Basic realm="Understudy"' : undefined
  const spoken = used === 'dpop' ? 'DPoP' : scheme
  const pairs = Object.entries(attributes).map(([name, value]) => `${name}="${quotable(value)}"`)
  return `${spoken} ${pairs.join(', ')}`
}

/** Text as a quoted string of a header may hold it: escaped, and ASCII without control characters. */
function quotable(text: string): string {
  return text.replace(/["\\]/g, '\\$&').replace(/[^\x20-\x7e]/g, '?')
}
