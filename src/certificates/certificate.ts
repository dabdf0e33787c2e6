/** A certificate and its private key, both as PEM. */
export interface CertificateKeys {
  certificate: string
  key: string
}

/** A name of whoever holds a certificate, beside its subject. */
export interface AlternativeName {
  type: 'dns' | 'ip' | 'email' | 'uri'
  value: string
}

/** What a client certificate is to say. */
export interface ClientOrder {
  /** RFC 4514, such as `CN=web-app,O=Example`: the most specific name first. */
  subject: string
  names: readonly AlternativeName[]
  /** Below zero: it has expired by as much. */
  lifetimeSeconds: number
  /** Whether it is signed by its own key, rather than by the authority. */
  selfSigned: boolean
}
