import type { Reason } from './refusal.ts'

/** Tokens that are of use with a certificate or a key alone, and were sent without. */
export const bindingReasons: readonly Reason[] = [
  {
    said: /token is bound to the certificate of another connection/,
    why: () =>
      'The token is bound to another certificate than the one that was shown, or none was shown. Send it with the certificate that it was asked for with.',
  },
  {
    said: /token is bound to a key, and there is no DPoP proof of it/,
    why: () =>
      'The token is bound to a DPoP key, and the request has no proof by this key. Send it as "Authorization: DPoP" with a DPoP header that is signed by the key that it was asked for with, and names method, address and hash of the token.',
  },
]
