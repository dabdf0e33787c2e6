import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { startUnderstudy, type Understudy } from '../../src/index.ts'

/** A server over HTTPS whose authority all of this process trusts, as it would by NODE_EXTRA_CA_CERTS. */
export async function startTrusted(): Promise<Understudy> {
  const idp = await startUnderstudy({ fixtures: {}, https: true })
  setDefaultCACertificates([...getCACertificates('default'), await idp.certificates.authority()])
  return idp
}
