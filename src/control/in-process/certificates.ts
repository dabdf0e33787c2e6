import type { Authority } from '../../certificates/authority.ts'
import { namesOf, orderCertificate } from '../../certificates/order.ts'
import type { CertificatesControl, IssuedCertificate } from '../certificates.ts'
import { check } from '../check.ts'

export function controlCertificates(authority: Authority): CertificatesControl {
  return {
    authority: () => authority.certificate(),
    async issueCertificate(order = {}) {
      const { certificateOrder } = await import('../certificates.ts')
      const read = check(certificateOrder, order)
      const { subject, expires_in: lifetimeSeconds, self_signed: selfSigned, ...names } = read
      const made = await orderCertificate(authority, { subject, lifetimeSeconds, selfSigned, names: namesOf(names) })
      return {
        certificate: made.certificate,
        private_key: made.key,
        subject: made.subject,
        thumbprint: made.thumbprint,
        jwk: made.jwk as IssuedCertificate['jwk'],
        expires_at: new Date(made.expiresAtMs).toISOString(),
      }
    },
  }
}
