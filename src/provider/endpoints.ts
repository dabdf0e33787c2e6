import type { Endpoint } from '../domain/exchange.ts'
import { foldedPath } from '../domain/folded-path.ts'
import { managementMethods, type RegistrationSettings } from '../domain/registration.ts'
import { methodsOf, type Resources } from '../domain/resource.ts'
import type { PathName, Persona } from '../personas/persona.ts'

/** An endpoint that a request is for, and whether it goes on with an authorization that has begun. */
export interface FoundEndpoint {
  endpoint: Endpoint
  continued: boolean
  /** The methods that it takes, where they are not those of its endpoint. */
  methods?: readonly string[]
}

const discoveryPaths = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']

/** Tells endpoints by path and method, as the provider's own router does: without regard to case or a last slash. */
export function createEndpointMap(
  { endpoints: paths, without = [], discovery = true }: Persona,
  registration: RegistrationSettings,
  resources: Resources,
) {
  const byPath = new Map<string, Endpoint>()
  if (discovery) for (const path of discoveryPaths) byPath.set(path, 'discovery')
  for (const [name, path] of Object.entries(paths)) {
    const isServed = name === 'registration' ? registration.enabled : name !== 'device_verification'
    if (isServed && !without.includes(name as PathName)) byPath.set(path.toLowerCase(), name as Endpoint)
  }
  const ofResources = new Map<string, FoundEndpoint>()
  for (const resource of Object.values(resources)) {
    const found: FoundEndpoint = { endpoint: 'resource', continued: false, methods: methodsOf(resource) }
    if (resource.path !== undefined) ofResources.set(resource.path.toLowerCase(), found)
  }
  const configurationPrefix = `${paths.registration.toLowerCase()}/`
  const methods = managementMethods[registration.management]
  const isManaged = registration.enabled && methods.length > 0
  const resumePrefix = `${paths.authorization.toLowerCase()}/`

  return function endpointOf(path: string, method: string): FoundEndpoint | undefined {
    if (method === 'OPTIONS') return undefined
    const folded = foldedPath(path)
    const endpoint = byPath.get(folded)
    if (endpoint !== undefined) return { endpoint, continued: false }
    const resource = ofResources.get(folded)
    if (resource !== undefined) return resource
    if (isManaged && folded.startsWith(configurationPrefix))
      return { endpoint: 'registration', continued: false, methods }
    const isResume = folded.startsWith(resumePrefix) && !folded.includes('/', resumePrefix.length)
    return isResume ? { endpoint: 'authorization', continued: true } : undefined
  }
}
