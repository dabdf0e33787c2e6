import type { CertificatesControl } from '../certificates.ts'
import type { Ask } from './ask.ts'

export const askCertificates = (ask: Ask): CertificatesControl => ({
  authority: async () => (await ask.open('/ca.pem')).text(),
  issueCertificate: (order = {}) => ask('POST', '/api/certificates', { body: order }),
})
