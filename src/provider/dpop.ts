import type Provider from 'oidc-provider'
import { faultNonce } from '../faults/endpoint/resource.ts'
import { internals } from './private.ts'

/**
 * Takes the nonce that the fault `use_dpop_nonce` tells clients to use, beside the provider's own: a client that does as
 * it is told goes on.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-8 RFC 9449 section 8}
 */
export function takeFaultNonce(provider: Provider): void {
  const { DPoPNonces: nonces } = internals(provider)
  const isOwn = nonces.checkChallenge.bind(nonces)
  nonces.checkChallenge = (nonce) => nonce === faultNonce || isOwn(nonce)
}
