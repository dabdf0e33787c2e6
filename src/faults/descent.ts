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
  /** Of the request, where they are known. */
  params?: Readonly<Record<string, string | undefined>>
}

const afterToken: readonly Endpoint[] = ['token', 'userinfo', 'introspection', 'revocation', 'resource']
/** What comes of a token that is nobody's. */
const afterService: readonly Endpoint[] = ['introspection', 'revocation', 'resource']
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
  { endpoint: asked, token: askedToken }: { endpoint?: unknown; token?: unknown },
  position: Position,
): { endpoints: Endpoint[]; token?: unknown } | { mistake: string } {
  if (whole.acts === 'handshake') {
    return { mistake: 'it meets clients that connect, before there is any request. Arm it on the issuer.' }
  }
  const reachable = reachableFrom(position, whole)
  const token = askedToken ?? firstOfService(whole, position)
  const unmade = whole.acts === 'token' ? whyUnmade(token, position) : undefined
  if (unmade !== undefined) return { mistake: `${unmade} It fires at ${describeReach(whole)}.` }
  const there = endpoints.filter((name) => name === asked)
  const fault = aimedAt(whole, tokenTypes.find((type) => type === token) ?? (asked === undefined ? reachable : there))
  const firesAt = `It fires at ${describeReach(fault)}.`
  if (asked !== undefined) {
    const endpoint = endpoints.find((name) => name === asked)
    if (!endpoint) {
      const guess = didYouMean(String(asked), endpoints)
      return { mistake: `there is no endpoint "${String(asked)}".${guess} ${firesAt}` }
    }
    if (reachable.includes(endpoint) && endpointsOf(fault).includes(endpoint)) return { endpoints: [endpoint], token }
    return { mistake: `it cannot fire at ${endpoint} in this flow. ${firesAt}` }
  }
  const places = reachable.filter((endpoint) => fault.endpoints.includes(endpoint))
  // A token is signed where it is, which may be here or later.
  if (fault.acts !== 'token' && places.includes(position.endpoint)) return { endpoints: [position.endpoint], token }
  if (places.length > 0) return { endpoints: places, token }
  return { mistake: `it cannot fire at ${position.endpoint}, nor later in this flow. ${firesAt}` }
}

function isService({ endpoint, grantType }: Position): boolean {
  return endpoint === 'token' && grantType === 'client_credentials'
}

/** The token that a fault means where a service asks for its own: there is no ID token. */
function firstOfService(fault: Fault, position: Position): TokenType | undefined {
  if (fault.acts !== 'token' || !isService(position)) return undefined
  return fault.tokens.find((token) => token === 'access_token') ?? fault.tokens[0]
}

/** Why a token is never made in the flow of a request, where that can be told. */
function whyUnmade(token: unknown, position: Position): string | undefined {
  if (isService(position) && token === 'id_token') return 'client_credentials bring no ID token.'
  const { endpoint, params } = position
  const isRequest = endpoint === 'authorization' || endpoint === 'pushed_authorization_request'
  if (token !== 'authorization_response' || !isRequest || params === undefined) return undefined
  if (params.request !== undefined || params.response_mode?.includes('jwt')) return undefined
  return 'the response to this request is not signed, unless it asks for response_mode=jwt.'
}

/** A fault of tokens for the one that is named, else for the first that is signed in the flow. */
function aimedAt(fault: Fault, place: TokenType | Endpoint[]): Fault {
  const when = typeof place === 'string' ? { token: place } : { endpoint: place }
  return aimed([fault], when, [])[0] ?? fault
}

/** The endpoints that a flow meets from here on, but the token endpoint only by a grant that the fault is for. */
function reachableFrom(position: Position, fault: Fault): Endpoint[] {
  const { endpoint: own, grantType } = position
  const after = isService(position)
    ? { endpoints: afterService, grantTypes: [] }
    : (descent[own] ?? { endpoints: [], grantTypes: [] })
  const grantTypes = own === 'token' && grantType !== undefined ? [grantType, ...after.grantTypes] : after.grantTypes
  const meetsGrant = !fault.grantTypes || fault.grantTypes.some((name) => grantTypes.includes(name))
  return [...new Set([own, ...after.endpoints])].filter((endpoint) => endpoint !== 'token' || meetsGrant)
}
