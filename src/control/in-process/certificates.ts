import type { Authority } from '../../certificates/authority.ts'
import { namesOf, orderCertificate } from '../../certificates/order.ts'
import { UnderstudyError } from '../../errors.ts'
import { formatPath } from '../../fixtures/mistakes.ts'
import { validate } from '../../fixtures/validate.ts'
import type { CertificateOrder, CertificatesControl, IssuedCertificate } from '../certificates.ts'

export function controlCertificates(authority: Authority): CertificatesControl {
  return {
    authority: () => authority.certificate(),
    async issueCertificate(order = {}) {
      const { subject, expires_in: lifetimeSeconds, self_signed: selfSigned, ...names } = await read(order)
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

/** Orders are checked here, too; a start does not wait for what they are checked by. */
async function read(order: CertificateOrder) {
  const { certificateOrder } = await import('../certificates.ts')
  const { value, findings } = validate(certificateOrder, order)
  if (findings === undefined) return value as ReturnType<typeof certificateOrder.parse>
  const said = findings.map(({ path, message }) => `${formatPath(path)}: ${message}`).join('; ')
  throw new UnderstudyError('ERR_REQUEST_INVALID', 400, `Failed to make a certificate: ${said.replace(/\.$/, '')}.`)
}
