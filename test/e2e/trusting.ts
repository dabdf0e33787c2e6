import { Agent, fetch as undiciFetch } from 'undici'
import type { IssuedCertificate } from '../../src/index.ts'

/**
 * A fetch that trusts one authority and no other.
 *
 * @param shown the certificate that it shows to servers that ask for one
 */
export function fetchTrusting(
  ca: string,
  shown?: Pick<IssuedCertificate, 'certificate' | 'private_key'>,
): typeof fetch {
  const identity = shown === undefined ? {} : { cert: shown.certificate, key: shown.private_key }
  const dispatcher = new Agent({ connect: { ca, ...identity } })
  return ((url: string, init: object) => undiciFetch(url, { ...init, dispatcher })) as unknown as typeof fetch
}
