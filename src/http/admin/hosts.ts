import { isIP } from 'node:net'

/** A host as a `Host` header writes it, port included; undefined where it is not one. */
export function parseHost(header: string | undefined): { name: string; port: string } | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9_.-]+))(?::(\d{1,5}))?$/i.exec(header ?? '')
  if (match === null || !URL.canParse(`http://${header}`)) return undefined
  return { name: (match[1] ?? match[2] ?? '').toLowerCase(), port: match[3] ?? '' }
}

/**
 * Whether a host name cannot have been pointed at this machine by somebody else's DNS.
 *
 * Loopback names and IP literals never ask a public DNS, and a single label (a compose service, a machine in the
 * same network) is no name that a stranger can register; any other name has to be allowed by the one who runs the
 * server, or a page on it could reach the admin API by rebinding its own name.
 *
 * @param name in lower case, without a port
 * @param allowed further names that pass; their ports do not count
 */
export function isTrustedHost(name: string, allowed: Iterable<string>): boolean {
  if (isIP(name) !== 0) return true
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  if (!name.includes('.')) return true
  for (const host of allowed) if (parseHost(host)?.name === name) return true
  return false
}
