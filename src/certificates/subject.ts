import type { X509Certificate } from 'node:crypto'
import { isIP, SocketAddress } from 'node:net'

/** By which part of its certificate a client may be known. */
export type SubjectProperty =
  | 'tls_client_auth_subject_dn'
  | 'tls_client_auth_san_dns'
  | 'tls_client_auth_san_uri'
  | 'tls_client_auth_san_ip'
  | 'tls_client_auth_san_email'

/**
 * Whether a certificate is that of the client that has registered this.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8705#section-2.1.2 RFC 8705 section 2.1.2}
 */
export function matchesSubject(certificate: X509Certificate, property: SubjectProperty, expected: string): boolean {
  switch (property) {
    case 'tls_client_auth_subject_dn':
      return matchesName(certificate, expected)
    case 'tls_client_auth_san_dns':
      return namesOf(certificate, 'DNS').some((name) => name.toLowerCase() === expected.toLowerCase())
    case 'tls_client_auth_san_ip':
      return namesOf(certificate, 'IP Address').some((name) => sameAddress(name, expected))
    case 'tls_client_auth_san_email':
      return namesOf(certificate, 'email').includes(expected)
    case 'tls_client_auth_san_uri':
      return namesOf(certificate, 'URI').includes(expected)
  }
}

/** The distinguished name of a certificate as RFC 4514 writes it: the most specific name first. */
export function subjectOf({ subject }: X509Certificate): string {
  return (subject ?? '').split('\n').reverse().join(',').replaceAll(' + ', '+')
}

/** Written in the order of RFC 4514, or in that of the certificate, as `openssl x509 -subject` does. */
function matchesName(certificate: X509Certificate, expected: string): boolean {
  const actual = partsOf(subjectOf(certificate))
  const wanted = partsOf(expected)
  const same = (other: readonly string[]) =>
    other.length === actual.length && other.every((part, i) => part === actual[i])
  return wanted.length > 0 && (same(wanted) || same(wanted.toReversed()))
}

/** The relative names of a distinguished name, each as type and value without the freedom that writers have. */
function partsOf(name: string): string[] {
  const parts = name.match(/(?:\\.|"(?:\\.|[^"\\])*"|[^,\\"])+/gs) ?? []
  return parts.map((part) => {
    const [, type = '', value = ''] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/s.exec(part) ?? []
    return `${(typeNames[type.toLowerCase()] ?? type).toLowerCase()}=${plain(value)}`
  })
}

/** Types that have several names. */
const typeNames: Readonly<Record<string, string>> = {
  e: 'emailaddress',
  email: 'emailaddress',
  '1.2.840.113549.1.9.1': 'emailaddress',
  s: 'st',
  '2.5.4.3': 'cn',
  '2.5.4.6': 'c',
  '2.5.4.7': 'l',
  '2.5.4.8': 'st',
  '2.5.4.10': 'o',
  '2.5.4.11': 'ou',
  '0.9.2342.19200300.100.1.25': 'dc',
}

/** A value without quotes and escapes. */
function plain(value: string): string {
  const unquoted = /^"(.*)"$/s.exec(value)?.[1] ?? value
  return unquoted.replaceAll(/((?:\\[0-9a-f]{2})+)|\\(.)/gis, (_, bytes: string | undefined, character: string) =>
    bytes === undefined ? character : Buffer.from(bytes.replaceAll('\\', ''), 'hex').toString(),
  )
}

/** The alternative names of one kind. */
function namesOf({ subjectAltName = '' }: X509Certificate, kind: string): string[] {
  const written = subjectAltName.matchAll(/([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g)
  return [...written].flatMap(([, found, value = '']) => {
    if (found !== kind) return []
    return [value.startsWith('"') ? (JSON.parse(value) as string) : value]
  })
}

function sameAddress(one: string, other: string): boolean {
  return isIP(one) !== 0 && isIP(one) === isIP(other) && canonical(one) === canonical(other)
}

function canonical(address: string): string {
  return new SocketAddress({ address, family: isIP(address) === 6 ? 'ipv6' : 'ipv4' }).address
}
