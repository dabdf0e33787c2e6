import { createSecureContext, type SecureContext } from 'node:tls'
import { memoryStore } from '../store/memory.ts'
import { Authority } from './authority.ts'
import type { CertificateKeys } from './certificate.ts'

/** What is wrong with a certificate. */
export type Flaw = 'expired' | 'wrong-host' | 'unknown-ca'

/** Says what is to be wrong with the certificate of a client's handshake; undefined: nothing. */
export type FlawFor = (servername: string) => Flaw | undefined

const otherHost = 'wrong-host.example'
const hourSeconds = 3600

/**
 * Makes certificates that clients should refuse, each but for one flaw as it should be.
 *
 * @param ca certificates of those whose client certificates are taken
 */
export function flawedContexts(
  authority: Authority,
  ca: readonly string[],
): (flaw: Flaw, servername: string) => Promise<SecureContext> {
  const stranger = new Authority(memoryStore().bucket('stranger'))

  function issue(flaw: Flaw, servername: string): Promise<CertificateKeys> {
    const names = [{ type: 'dns', value: flaw === 'wrong-host' ? otherHost : servername }] as const
    if (flaw === 'expired') return authority.issueServer(names, -hourSeconds)
    return (flaw === 'unknown-ca' ? stranger : authority).issueServer(names)
  }

  return async function flawedContext(flaw, servername) {
    const { certificate: cert, key } = await issue(flaw, servername)
    return createSecureContext({ ca: [...ca], cert, key })
  }
}
