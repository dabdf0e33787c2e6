import type { CertificateOrder, IssuedCertificate } from '../control/certificates.ts'
import type { Control } from '../control/control.ts'

/** Certificates of the authority of a process, which signs for its HTTPS. */
export interface Certificates {
  /** The certificate of the authority itself, as PEM: what clients have to trust. */
  authority(): Promise<string>
  /**
   * Makes a client certificate, for clients of `tls_client_auth` and `self_signed_tls_client_auth`.
   *
   * @throws UnderstudyError `ERR_REQUEST_INVALID`, `ERR_CERTIFICATE_ORDER`
   */
  issue(order?: CertificateOrder): Promise<IssuedCertificate>
}

export function certificatesOf(control: Control): Certificates {
  return { authority: () => control.authority(), issue: (order) => control.issueCertificate(order) }
}
