import { type Endpoint, endpoints } from '../domain/exchange.ts'
import { didYouMean } from '../errors.ts'
import type { Fault } from './fault.ts'
import { type TokenType, tokenTypes } from './jwt.ts'
import { describeReach, endpointsOf } from './reach.ts'
import { aimed } from './tokens-meant.ts'

/** Where a request stands in its flow: what it may arm for what comes after it. */
export interface Position {
  endpoint: Endpoint
  grantType?: string | undefined
}

const afterToken: readonly Endpoint[] = ['token', 'userinfo', 'introspection', 'revocation', 'resource']
const afterAuthorization: readonly Endpoint[] = [...afterToken, 'end_session']

/** What may come of a request in the same flow, and the grants by which it does. */
const descent: Partial<Record<Endpoint, { endpoints: readonly Endpoint[]; grantTypes: readonly string[] }>> = {
  authorization: { endpoints: afterAuthorization, grantTypes: ['authorization_code', 'refresh_token'] },
  pushed_authorization_request: {
    endpoints: ['authorization', ...afterAuthorization],
    grantTypes: ['authorization_code', 'refresh_token'],
  },
  device_authorization: { endpoints: afterAuthorization, grantTypes: ['device_code', 'refresh_token'] },
  backchannel_authentication: { endpoints: afterAuthorization, grantTypes: ['ciba', 'refresh_token'] },
  token: { endpoints: afterToken, grantTypes: ['refresh_token'] },
}

/**
 * Where in the flow of a request a fault is to fire: at the request's own endpoint if it can, else wherever it can later.
 *
 * @param asked the endpoint and the token that the request names, if any
 */
export function placesInFlow(
  whole: Fault,
  { endpoint: asked, token }: { endpoint?: unknown; token?: unknown },
  position: Position,
): { endpoints: Endpoint[] } | { mistake: string } {
  if (whole.acts === 'handshake') {
    return { mistake: 'it meets clients that connect, before there is any request. Arm it on the issuer.' }
  }
  const reachable = reachableFrom(position, whole)
  const there = endpoints.filter((name) => name === asked)
  const fault = aimedAt(whole, tokenTypes.find((type) => type === token) ?? (asked === undefined ? reachable : there))
  const firesAt = `It fires at ${describeReach(fault)}.`
  if (asked !== undefined) {
    const endpoint = endpoints.find((name) => name === asked)
    if (!endpoint) {
      const guess = didYouMean(String(asked), endpoints)
      return { mistake: `there is no endpoint "${String(asked)}".${guess} ${firesAt}` }
    }
    if (reachable.includes(endpoint) && endpointsOf(fault).includes(endpoint)) return { endpoints: [endpoint] }
    return { mistake: `it cannot fire at ${endpoint} in this flow. ${firesAt}` }
  }
  const places = reachable.filter((endpoint) => fault.endpoints.includes(endpoint))
  // A token is signed where it is, which may be here or later.
  if (fault.acts !== 'token' && places.includes(position.endpoint)) return { endpoints: [position.endpoint] }
  if (places.length > 0) return { endpoints: places }
  return { mistake: `it cannot fire at ${position.endpoint}, nor later in this flow. ${firesAt}` }
}

/** A fault of tokens for the one that is named, else for the first that is signed in the flow. */
function aimedAt(fault: Fault, place: TokenType | Endpoint[]): Fault {
  const when = typeof place === 'string' ? { token: place } : { endpoint: place }
  return aimed([fault], when, [])[0] ?? fault
}

/** The endpoints that a flow meets from here on, but the token endpoint only by a grant that the fault is for. */
function reachableFrom({ endpoint: own, grantType }: Position, fault: Fault): Endpoint[] {
  const after = descent[own] ?? { endpoints: [], grantTypes: [] }
  const grantTypes = own === 'token' && grantType !== undefined ? [grantType, ...after.grantTypes] : after.grantTypes
  const meetsGrant = !fault.grantTypes || fault.grantTypes.some((name) => grantTypes.includes(name))
  return [...new Set([own, ...after.endpoints])].filter((endpoint) => endpoint !== 'token' || meetsGrant)
}
