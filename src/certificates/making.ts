/**
 * Everything that needs the library for certificates, which is slow to load: this file is imported by `await import`
 * where a certificate is about to be made, and by nothing else.
 */
import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { UnderstudyError } from '../errors.ts'
import type { AlternativeName, CertificateKeys } from './certificate.ts'

x509.cryptoProvider.set(webcrypto as unknown as Crypto)

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** Certificates begin this much before they are made: clocks of containers do not always agree. */
const leewaySeconds = 86_400

/** Who issues a certificate. */
export interface Issuer {
  certificate: x509.X509Certificate
  key: webcrypto.CryptoKey
}

/** What a certificate says. */
export interface Content {
  /** RFC 4514: the most specific name first. */
  subject: string
  names?: readonly AlternativeName[] | undefined
  /** Below zero: it has expired by as much. */
  lifetimeSeconds: number
  /** An authority signs certificates; servers and clients show theirs in a handshake. */
  use: 'authority' | 'server' | 'client'
}

const purposes = { server: x509.ExtendedKeyUsage.serverAuth, client: x509.ExtendedKeyUsage.clientAuth }

/**
 * Makes a key and a certificate for it.
 *
 * @param issuer left out: the certificate is self-signed
 * @throws UnderstudyError `ERR_CERTIFICATE_ORDER` where subject or names cannot stand in a certificate
 */
export async function makeCertificate(content: Content, issuer?: Issuer): Promise<CertificateKeys> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const expiresAtMs = Date.now() + content.lifetimeSeconds * 1000
  const subject = readName(content.subject)
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: `00${randomBytes(16).toString('hex')}`,
    subject,
    issuer: issuer?.certificate.subjectName ?? subject,
    notBefore: new Date(Math.min(Date.now(), expiresAtMs) - leewaySeconds * 1000),
    notAfter: new Date(expiresAtMs),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: issuer?.key ?? keys.privateKey,
    extensions: await extensionsOf(content, keys.publicKey, issuer),
  } as x509.X509CertificateCreateParams).catch((error: Error) => {
    throw refusal(error.message)
  })
  const exported = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  return { certificate: `${made.toString('pem')}\n`, key: `${x509.PemConverter.encode(exported, 'PRIVATE KEY')}\n` }
}

/** An authority as it was kept. */
export async function readIssuer({ certificate, key }: CertificateKeys): Promise<Issuer> {
  const pkcs8 = x509.PemConverter.decodeFirst(key)
  return {
    certificate: new x509.X509Certificate(certificate),
    key: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
  }
}

async function extensionsOf(
  { use, names = [] }: Content,
  publicKey: webcrypto.CryptoKey,
  issuer: Issuer | undefined,
): Promise<x509.Extension[]> {
  const isAuthority = use === 'authority'
  const { keyCertSign, cRLSign, digitalSignature } = x509.KeyUsageFlags
  return [
    new x509.BasicConstraintsExtension(isAuthority, isAuthority ? 0 : undefined, true),
    new x509.KeyUsagesExtension(isAuthority ? keyCertSign | cRLSign : digitalSignature, true),
    ...(isAuthority ? [] : [new x509.ExtendedKeyUsageExtension([purposes[use]])]),
    ...(names.length === 0 ? [] : [alternativeNames(names)]),
    await x509.SubjectKeyIdentifierExtension.create(publicKey as unknown as CryptoKey),
    ...(issuer === undefined ? [] : [await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate.publicKey)]),
  ]
}

function alternativeNames(names: readonly AlternativeName[]): x509.Extension {
  try {
    return new x509.SubjectAlternativeNameExtension(
      names.map(({ type, value }) => ({ type: type === 'uri' ? 'url' : type, value })),
    )
  } catch (error) {
    throw refusal((error as Error).message)
  }
}

/** RFC 4514 begins with what a certificate ends with. */
function readName(subject: string): x509.Name {
  try {
    const written = new x509.Name(subject).toJSON()
    if (written.length === 0) throw new Error(`"${subject}" is no distinguished name`)
    return new x509.Name(written.reverse())
  } catch (error) {
    throw refusal((error as Error).message)
  }
}

function refusal(why: string): UnderstudyError {
  const message = `Failed to make the certificate: ${why.replace(/\.$/, '')}. A subject is written as in CN=web-app,O=Example.`
  return new UnderstudyError('ERR_CERTIFICATE_ORDER', 400, message)
}
