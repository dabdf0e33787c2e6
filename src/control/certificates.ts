import * as z from 'zod'
import { offsetSeconds } from '../time.ts'

const names = z.array(z.string().min(1)).optional()

export const certificateOrder = z
  .strictObject({
    subject: z
      .string()
      .min(1)
      .default('CN=client')
      .describe('A distinguished name as RFC 4514 writes it, such as `CN=web-app,O=Example`.'),
    dns: names.describe('Host names beside the subject.'),
    ip: names.describe('IP addresses beside the subject.'),
    email: names.describe('E-mail addresses beside the subject.'),
    uri: names.describe('URIs beside the subject.'),
    expires_in: offsetSeconds
      .default(31_536_000)
      .describe('Seconds, or text such as `90s`, `31d`; below zero: it has expired by as much. Default: a year.'),
    self_signed: z
      .boolean()
      .default(false)
      .describe('Whether its own key signs it rather than the authority: for `self_signed_tls_client_auth`.'),
  })
  .meta({ id: 'CertificateOrder', description: 'A client certificate to be made.' })

export type CertificateOrder = z.input<typeof certificateOrder>

export const issuedCertificate = z
  .strictObject({
    certificate: z.string().describe('PEM.'),
    private_key: z.string().describe('PEM. It is kept nowhere.'),
    subject: z.string().describe('What `tls_client_auth_subject_dn` is to be.'),
    thumbprint: z.string().describe('What tokens that are bound to it carry as `cnf.x5t#S256`.'),
    jwk: z
      .strictObject({
        kty: z.string(),
        crv: z.string(),
        x: z.string(),
        y: z.string(),
        kid: z.string(),
        alg: z.string(),
        use: z.string(),
        x5c: z.array(z.string()),
      })
      .describe('Its public key with the certificate as `x5c`, for the `jwks` of a client.'),
    expires_at: z.iso.datetime(),
  })
  .meta({ id: 'IssuedCertificate', description: 'A client certificate and its private key.' })

export type IssuedCertificate = z.output<typeof issuedCertificate>

export interface CertificatesControl {
  /** The certificate of the process's own authority, as PEM: what clients have to trust where HTTPS is served by it. */
  authority(): Promise<string>
  /**
   * Makes a client certificate and its key.
   *
   * @throws UnderstudyError `ERR_REQUEST_INVALID`, `ERR_CERTIFICATE_ORDER`
   */
  issueCertificate(order?: CertificateOrder): Promise<IssuedCertificate>
}
