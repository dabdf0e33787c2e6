import { hash } from 'node:crypto'
import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { certificateOf } from '../../certificates/client.ts'
import type { IssuerContext } from '../context.ts'
import { senderConstraints } from '../private.ts'

/** How a stored token is bound to a key, by DPoP or by a certificate. */
export interface Binding {
  /** The thumbprint of a DPoP key. */
  jkt?: string | undefined
  /** That of a certificate. */
  'x5t#S256'?: string | undefined
}

/**
 * Lets nobody hand in a bound token but who has its key: the token that it gets would be bound to nothing, or to another.
 *
 * @param what how a message calls the token
 * @throws InvalidGrant
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-7 RFC 9449 section 7}
 */
export async function checkPossession(
  provider: Provider,
  { clientTrust }: IssuerContext,
  ctx: KoaContextWithOIDC,
  { jkt, 'x5t#S256': x5t }: Binding,
  what: string,
): Promise<void> {
  if (jkt !== undefined) {
    const { dPoP } = await senderConstraints(provider, ctx)
    if ((dPoP as { thumbprint: string } | undefined)?.thumbprint !== jkt) {
      throw new errors.InvalidGrant(`${what} is bound to a DPoP key, and the request has no proof of it`)
    }
  }
  if (x5t === undefined) return
  const shown = clientTrust && certificateOf(ctx.req, clientTrust)
  if (shown === undefined || hash('sha256', shown.raw, 'base64url') !== x5t) {
    throw new errors.InvalidGrant(`${what} is bound to a certificate, and the request does not show it`)
  }
}
