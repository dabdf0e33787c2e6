import type { Endpoint } from '../domain/exchange.ts'
import type { Persona } from '../personas/persona.ts'

/** An endpoint that a request is for, and whether it goes on with an authorization that has begun. */
export interface FoundEndpoint {
  endpoint: Endpoint
  continued: boolean
}

/** Tells endpoints by path and method, as the provider's own router does: without regard to case or a last slash. */
export function createEndpointMap(paths: Persona['endpoints']) {
  const byPath = new Map<string, Endpoint>([
    ['/.well-known/openid-configuration', 'discovery'],
    ['/.well-known/oauth-authorization-server', 'discovery'],
  ])
  for (const [name, path] of Object.entries(paths)) {
    if (name !== 'device_verification') byPath.set(path.toLowerCase(), name as Endpoint)
  }
  const resumePrefix = `${paths.authorization.toLowerCase()}/`

  return function endpointOf(path: string, method: string): FoundEndpoint | undefined {
    if (method === 'OPTIONS') return undefined
    const folded = path.toLowerCase().replace(/(?<=.)\/$/, '')
    const endpoint = byPath.get(folded)
    if (endpoint !== undefined) return { endpoint, continued: false }
    return folded.startsWith(resumePrefix) ? { endpoint: 'authorization', continued: true } : undefined
  }
}
