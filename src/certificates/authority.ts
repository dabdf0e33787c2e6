import { randomBytes, X509Certificate } from 'node:crypto'
import type { Bucket } from '../store/store.ts'
import type { AlternativeName, CertificateKeys, ClientOrder } from './certificate.ts'

const yearSeconds = 31_536_000

const authorityYears = 10

/** Longer lives than this are refused by some clients, whoever has signed. */
const serverSeconds = 397 * 86_400

/**
 * The certificate authority of a process: made when somebody first needs it, and kept where the store keeps things.
 */
export class Authority {
  readonly #bucket: Bucket
  #keys: Promise<CertificateKeys> | undefined

  /** @param bucket of what belongs to the process */
  constructor(bucket: Bucket) {
    this.#bucket = bucket
  }

  /** Its own certificate, as PEM. */
  async certificate(): Promise<string> {
    return (await this.#own()).certificate
  }

  /**
   * A certificate for a server that is asked by these names.
   *
   * @param lifetimeSeconds below zero: it has expired by as much
   */
  async issueServer(
    names: readonly AlternativeName[],
    lifetimeSeconds: number = serverSeconds,
  ): Promise<CertificateKeys> {
    const [first] = names
    const subject = `CN=${escapeName(first?.value ?? 'understudy')}`
    return this.#issue({ subject, names, lifetimeSeconds, use: 'server' })
  }

  /**
   * A certificate for a client.
   *
   * @throws UnderstudyError `ERR_CERTIFICATE_ORDER`
   */
  async issueClient({ selfSigned, ...order }: ClientOrder): Promise<CertificateKeys> {
    const { makeCertificate } = await import('./making.ts')
    const content = { ...order, use: 'client' } as const
    return selfSigned ? makeCertificate(content) : this.#issue(content)
  }

  async #issue(content: Parameters<typeof import('./making.ts').makeCertificate>[0]): Promise<CertificateKeys> {
    const own = await this.#own()
    const { makeCertificate, readIssuer } = await import('./making.ts')
    return makeCertificate(content, await readIssuer(own))
  }

  #own(): Promise<CertificateKeys> {
    this.#keys ??= this.#findOrMake()
    this.#keys.catch(() => {
      this.#keys = undefined
    })
    return this.#keys
  }

  async #findOrMake(): Promise<CertificateKeys> {
    const kept = await this.#bucket.get('Authority', 'current')
    if (kept !== undefined && !isOver(kept.value as CertificateKeys)) return kept.value as CertificateKeys
    const { makeCertificate } = await import('./making.ts')
    // Told apart from others of its kind, of which a machine may have come to trust several.
    const subject = `CN=Understudy test authority ${randomBytes(4).toString('hex')}`
    const made = await makeCertificate({ subject, lifetimeSeconds: authorityYears * yearSeconds, use: 'authority' })
    await this.#bucket.put('Authority', 'current', { value: made })
    return made
  }
}

/** Whether what the authority would issue today outlived it. */
function isOver({ certificate }: CertificateKeys): boolean {
  return Date.parse(new X509Certificate(certificate).validTo) < Date.now() + serverSeconds * 1000
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc4514#section-2.4 RFC 4514 section 2.4} */
function escapeName(value: string): string {
  return value.replaceAll(/[,+"\\<>;=#]/g, '\\$&')
}
