import type { Endpoint, Exchange } from '../domain/exchange.ts'
import { type Reach, selectGrantTypes } from './reach.ts'
import type { When } from './spec.ts'

/** Where every request begins a flow of its own. */
const beginnings: ReadonlySet<Endpoint> = new Set([
  'authorization',
  'device_authorization',
  'pushed_authorization_request',
  'backchannel_authentication',
])

/** Where no request belongs to a flow. */
const flowless: ReadonlySet<Endpoint> = new Set(['registration', 'jwks', 'discovery'])

/** The grants of token requests that go on with a flow. */
const continuing: readonly string[] = ['authorization_code', 'refresh_token', 'device_code', 'ciba']

/** Whose requests play a script, where nobody says: each flow's where there can be one, else all together. */
export function playersOf({ endpoints }: Reach, { grant_type: words }: When): 'issuer' | 'flow' {
  const isAlwaysFirst = [...endpoints].every((endpoint) => beginnings.has(endpoint) || flowless.has(endpoint))
  const isOfNoFlow = words !== undefined && selectGrantTypes(words, continuing).length === 0
  return isAlwaysFirst || isOfNoFlow ? 'issuer' : 'flow'
}

/** Whether a request has nothing to do with any flow, so that none like it will ever come of it. */
export function isFlowless({ endpoint, grantType }: Pick<Exchange, 'endpoint' | 'grantType'>): boolean {
  return flowless.has(endpoint) || (endpoint === 'token' && !continuing.includes(grantType ?? ''))
}
