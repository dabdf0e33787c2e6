import { decodeProtectedHeader } from 'jose'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { readClaims } from './access-token.ts'
import type { IssuerContext } from './context.ts'
import { clientKeys, internals, verifyJwt } from './private.ts'

/** Why a JWT that a client has presented is worth nothing here; the message goes on after a name for it. */
export class UntrustedJwt extends Error {
  override readonly name = 'UntrustedJwt'
  /** Whether all that is wrong with it is its age. */
  readonly isExpired: boolean

  constructor(message: string, isExpired = false) {
    super(message)
    this.isExpired = isExpired
  }
}

/**
 * The claims of an ID token of this issuer, or of a JWT that the client has signed for it, once signature, times, issuer
 * and audience are found to be right. Nothing else that this issuer signs is taken: access tokens are looked up.
 *
 * @throws UntrustedJwt
 */
export async function readTrustedJwt(
  issuer: IssuerContext,
  ctx: KoaContextWithOIDC,
  jwt: string,
): Promise<Record<string, unknown>> {
  const iss = readClaims(jwt)?.iss
  const own = new Set([ctx.oidc.issuer, ...issuer.naming.names()])
  const client = ctx.oidc.client as NonNullable<typeof ctx.oidc.client>
  if (!own.has(iss ?? '') && iss !== client.clientId) {
    throw new UntrustedJwt(`was issued by "${iss}", which is neither this issuer nor the client`)
  }
  const keys = () =>
    iss === client.clientId
      ? clientKeys(client, decodeProtectedHeader(jwt).alg ?? '')
      : internals(ctx.oidc.provider).keystore
  const claims = await verified(jwt, keys)
  if (typeof claims.exp !== 'number') throw new UntrustedJwt('has no exp, and would never expire')
  if (claims.sub !== undefined && typeof claims.sub !== 'string') throw new UntrustedJwt('has a sub that is no string')
  if (iss !== client.clientId) {
    if (isIdToken(jwt, claims)) return claims
    throw new UntrustedJwt('is a token of this issuer that is no ID token')
  }
  const endpoints = ['token', ctx.oidc.route].map((route) => ctx.oidc.urlFor(route))
  if ([claims.aud].flat().some((aud) => own.has(String(aud)) || endpoints.includes(String(aud)))) return claims
  throw new UntrustedJwt('is not meant for this issuer: its audience is neither it nor its token endpoint')
}

/** What other tokens say that this issuer signs, and its ID tokens never do. */
const foreignClaims = ['events', 'token_introspection']

/**
 * Whether a JWT that this issuer has signed is an ID token: no logout token, access token or signed response.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8725#section-3.12 RFC 8725 section 3.12}
 */
export function isIdToken(jwt: string, claims: Readonly<Record<string, unknown>>): boolean {
  const { typ = 'JWT' } = decodeProtectedHeader(jwt)
  const isAccessToken = claims.jti !== undefined && claims.client_id !== undefined
  const isOther = isAccessToken || foreignClaims.some((claim) => claims[claim] !== undefined)
  const isWhole = typeof claims.sub === 'string' && typeof claims.iat === 'number' && claims.aud !== undefined
  return typ.toUpperCase() === 'JWT' && isWhole && typeof claims.exp === 'number' && !isOther
}

async function verified(jwt: string, keys: () => ReturnType<typeof clientKeys>): Promise<Record<string, unknown>> {
  try {
    return await verifyJwt(jwt, keys())
  } catch (error) {
    const { message } = error as Error
    throw new UntrustedJwt(`cannot be trusted: ${message}`, message === 'jwt expired')
  }
}
