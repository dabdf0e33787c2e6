import { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'

/** How clients' certificates reach this process, and whose are taken. */
export interface ClientTrust {
  /** Whether it speaks TLS itself. */
  tls: boolean
  /** The header by which a proxy hands on what a client has shown it, in lower case. */
  header: string | undefined
  authorities: readonly X509Certificate[]
}

const read = new WeakMap<IncomingMessage, { certificate: X509Certificate | undefined }>()

/** The certificate that a client has shown, to a proxy or in the handshake; undefined where it has shown none. */
export function certificateOf(req: IncomingMessage, { header }: ClientTrust): X509Certificate | undefined {
  const known = read.get(req)
  if (known !== undefined) return known.certificate
  const handedOn = header === undefined ? undefined : readHeader(req.headers[header])
  const certificate = handedOn ?? (req.socket as Partial<TLSSocket>).getPeerX509Certificate?.()
  read.set(req, { certificate })
  return certificate
}

/** Whether a client's certificate is in force and comes from one of those who are trusted. */
export function isTrusted(req: IncomingMessage, trust: ClientTrust): boolean {
  const certificate = certificateOf(req, trust)
  if (certificate === undefined || !isInForce(certificate) || !mayBeClients(certificate)) return false
  if (trust.authorities.some((authority) => isIssuedBy(certificate, authority))) return true
  // The handshake has seen the authorities between as well.
  const socket = req.socket as Partial<TLSSocket>
  return socket.authorized === true && socket.getPeerX509Certificate?.()?.fingerprint256 === certificate.fingerprint256
}

function isIssuedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey)
}

function isInForce({ validFrom, validTo }: X509Certificate): boolean {
  return Date.parse(validFrom) <= Date.now() && Date.now() < Date.parse(validTo)
}

const clientAuth = '1.3.6.1.5.5.7.3.2'

/** A certificate that says what it is for has to say that it is for clients. */
function mayBeClients({ ca, keyUsage }: X509Certificate): boolean {
  return !ca && (keyUsage === undefined || (keyUsage as readonly string[]).includes(clientAuth))
}

/**
 * Reads a certificate as proxies hand them on: nginx percent-encodes PEM, Apache writes it in one line, Traefik leaves
 * its frame off, Envoy has it as `Cert="…"` among others, and RFC 9440 puts base64 between colons.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9440#section-2.1 RFC 9440 section 2.1}
 */
export function readHeader(value: string | string[] | undefined): X509Certificate | undefined {
  const written = Array.isArray(value) ? value[0] : value
  if (written === undefined) return undefined
  try {
    const decoded = decodeURIComponent(/\bCert="([^"]*)"/i.exec(written)?.[1] ?? written)
    const framed = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/.exec(decoded)?.[1]
    const [first = ''] = (framed ?? decoded).split(',', 1)
    return new X509Certificate(Buffer.from(first.replaceAll(/[\s:]/g, ''), 'base64'))
  } catch {
    return undefined
  }
}
