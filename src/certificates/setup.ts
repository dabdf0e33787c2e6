import { X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TlsOptions } from 'node:tls'
import { UnderstudyError } from '../errors.ts'
import type { Authority } from './authority.ts'
import type { ClientTrust } from './client.ts'
import type { FlawFor } from './flawed.ts'
import type { KeyPair } from './server.ts'

/** How people reach a server safely, as they tell it. */
export interface CertificateOptions {
  /** Whether HTTPS is served, with certificates of an authority that is made for it. Default: false. */
  https?: boolean | undefined
  /** A certificate to serve HTTPS with: PEM, or the path of a file of it, with the authorities between. */
  tlsCert?: string | undefined
  /** The private key of `tlsCert`: PEM, or the path of a file of it. */
  tlsKey?: string | undefined
  /** Whose client certificates are taken beside those of the own authority: PEM, or the path of a file of it. */
  tlsClientCa?: string | undefined
  /** A header by which a proxy that ends TLS hands on the client's certificate; it is believed from anyone. */
  clientCertHeader?: string | undefined
}

/** What follows from that. */
export interface Certificates {
  /** How a server is to speak TLS; undefined where it is not to. */
  tls: TlsOptions | undefined
  /** Undefined where no client's certificate can get here. */
  clients: ClientTrust | undefined
}

/**
 * Makes and reads all certificates that a start needs; where it needs none, nothing is loaded.
 *
 * @param folder where the authority's certificate is laid down for others to read; undefined: nowhere
 * @param flawFor says what is to be wrong with the certificate that one client sees
 * @throws UnderstudyError `ERR_TLS_KEY_PAIR`, `ERR_TLS_OPTIONS`
 */
export async function setUpCertificates(
  options: CertificateOptions & { host?: string | undefined; httpPort?: number | undefined },
  authority: Authority,
  folder: string | undefined,
  flawFor: FlawFor,
): Promise<Certificates> {
  const own = keyPairOf(options)
  const speaksTls = options.https === true || own !== undefined
  const header = options.clientCertHeader?.toLowerCase()
  if (!speaksTls && options.httpPort !== undefined)
    throw mistake('a port for plain HTTP is one beside HTTPS', '--https')
  if (!speaksTls && header === undefined) {
    if (options.tlsClientCa === undefined) return { tls: undefined, clients: undefined }
    throw mistake('clients can show no certificates', '--https')
  }
  const { readPem, serverTls } = await import('./server.ts')
  const pem = await authority.certificate()
  const trusted = options.tlsClientCa === undefined ? pem : pem + readPem(options.tlsClientCa)
  if (folder !== undefined) layDown(join(folder, 'ca.pem'), pem)
  const clientAuthorities = trusted.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return {
    tls: speaksTls ? await serverTls(authority, { own, host: options.host, clientAuthorities }, flawFor) : undefined,
    clients: { tls: speaksTls, header, authorities: clientAuthorities.map((each) => new X509Certificate(each)) },
  }
}

function keyPairOf({ tlsCert: cert, tlsKey: key }: CertificateOptions): KeyPair | undefined {
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined) throw mistake('a private key needs its certificate', '--tls-cert')
  if (key === undefined) throw mistake('a certificate needs its private key', '--tls-key')
  return { cert, key }
}

/** Puts a file in its place at once, so that nobody reads half of it. */
function layDown(file: string, content: string): void {
  try {
    if (readFileSync(file, 'utf8') === content) return
  } catch {
    mkdirSync(dirname(file), { recursive: true })
  }
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, content)
  renameSync(draft, file)
}

function mistake(why: string, option: string): UnderstudyError {
  return new UnderstudyError('ERR_TLS_OPTIONS', 400, `Failed to set up HTTPS: ${why}. Give ${option} as well.`)
}
