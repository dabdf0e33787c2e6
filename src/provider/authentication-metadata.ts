import type { KoaContextWithOIDC } from 'oidc-provider'

const endpoints = ['introspection_endpoint', 'revocation_endpoint']
const members = ['auth_methods_supported', 'auth_signing_alg_values_supported']

/**
 * Has discovery say that clients authenticate at every endpoint as they do at the token endpoint; left out, it would
 * mean Basic alone.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-2 RFC 8414 section 2}
 */
export function advertiseAuthentication(ctx: KoaContextWithOIDC): void {
  if (ctx.status !== 200 || typeof ctx.body !== 'object') return
  const body = ctx.body as Record<string, unknown>
  for (const endpoint of endpoints.filter((each) => body[each] !== undefined)) {
    for (const member of members) body[`${endpoint}_${member}`] = body[`token_endpoint_${member}`]
  }
}
