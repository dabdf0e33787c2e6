import Provider, { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { faultNonce } from '../faults/endpoint/resource.ts'
import { internals, proofOf, useProof } from './private.ts'

/**
 * Takes the nonce that the fault `use_dpop_nonce` tells clients to use, beside the provider's own: a client that does as
 * it is told goes on.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-8 RFC 9449 section 8}
 */
export function takeFaultNonce(provider: Provider): void {
  const { DPoPNonces: nonces } = internals(provider)
  if (nonces === undefined) return
  const isOwn = nonces.checkChallenge.bind(nonces)
  nonces.checkChallenge = (nonce) => nonce === faultNonce || isOwn(nonce)
}

/**
 * Checks the proof of a token request while there is nothing spent yet: that it is of the key which the authorization
 * request has named, and that it is new.
 *
 * @param thumbprint of that key; undefined where the request named none
 * @throws InvalidGrant
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-10 RFC 9449 section 10}
 */
export async function checkProof(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  thumbprint: string | undefined,
): Promise<void> {
  const proof = await proofOf(provider, ctx)
  if (thumbprint !== undefined) {
    if (proof === undefined) throw new errors.InvalidGrant('missing DPoP proof JWT')
    if (proof.thumbprint !== thumbprint) {
      throw new errors.InvalidGrant('DPoP proof key thumbprint does not match dpop_jkt')
    }
  }
  await useProof(provider, ctx, proof)
}

/** Lets one request use its proof as often as it likes: ours does before the provider does. */
export function useProofsAhead(provider: Provider): void {
  const { ReplayDetection: model } = provider as unknown as {
    ReplayDetection: { unique(user: string, jti: string, expiresAtSeconds: number): Promise<boolean> }
  }
  const isNew = model.unique.bind(model)
  const used = new WeakMap<object, string>()
  model.unique = async function uniqueAmongRequests(user, jti, expiresAtSeconds) {
    const ctx = Provider.ctx as object | undefined
    const proof = `${user} ${jti}`
    if (ctx !== undefined && used.get(ctx) === proof) return true
    if (!(await isNew(user, jti, expiresAtSeconds))) return false
    if (ctx !== undefined) used.set(ctx, proof)
    return true
  }
}
