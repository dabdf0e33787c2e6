import { createPublicKey, X509Certificate } from 'node:crypto'
import type { Authority } from './authority.ts'
import type { AlternativeName, CertificateKeys, ClientOrder } from './certificate.ts'
import { subjectOf } from './subject.ts'

/** What whoever has ordered a certificate needs to use it. */
export interface Issued extends CertificateKeys {
  /** RFC 4514. */
  subject: string
  /** @see {@link https://www.rfc-editor.org/rfc/rfc8705#section-3.1 RFC 8705 section 3.1} */
  thumbprint: string
  /** The public key with the certificate as `x5c`. */
  jwk: Record<string, unknown>
  expiresAtMs: number
}

/**
 * Has an authority make a client certificate, and describes it.
 *
 * @throws UnderstudyError `ERR_CERTIFICATE_ORDER`
 */
export async function orderCertificate(authority: Authority, order: ClientOrder): Promise<Issued> {
  const made = await authority.issueClient(order)
  const read = new X509Certificate(made.certificate)
  const thumbprint = Buffer.from(read.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url')
  const publicKey = createPublicKey(made.certificate).export({ format: 'jwk' })
  return {
    ...made,
    subject: subjectOf(read),
    thumbprint,
    jwk: { ...publicKey, kid: thumbprint, alg: 'ES256', use: 'sig', x5c: [read.raw.toString('base64')] },
    expiresAtMs: Date.parse(read.validTo),
  }
}

/** The names of an order, kind by kind. */
export function namesOf(
  given: Partial<Record<AlternativeName['type'], readonly string[] | undefined>>,
): AlternativeName[] {
  const kinds = ['dns', 'ip', 'email', 'uri'] as const
  return kinds.flatMap((type) => (given[type] ?? []).map((value) => ({ type, value })))
}
