import tls from 'node:tls'

/**
 * Has this process trust an authority, for `fetch` and `https` alike, on top of those that it trusts already; where Node
 * is too old for that (below 22.19), nothing changes.
 *
 * @returns ends it
 */
export function trustAuthority(pem: string): () => void {
  const { getCACertificates, setDefaultCACertificates } = tls as Partial<typeof tls>
  if (getCACertificates === undefined || setDefaultCACertificates === undefined) return () => {}
  const own = pem.trim()
  setDefaultCACertificates([...getCACertificates('default'), own])
  return function distrust() {
    setDefaultCACertificates(getCACertificates('default').filter((each) => each.trim() !== own))
  }
}
