import { shortGrantType } from '../domain/client.ts'
import { type Endpoint, endpoints } from '../domain/exchange.ts'
import { isRegex, listOf, matcher, type Words } from '../domain/words.ts'
import type { Fault, TokenFault } from './fault.ts'
import { endpointsOfTokens, type TokenType } from './jwt.ts'

/** Where something armed may fire: its endpoints, and at the token endpoint its grants (undefined: all). */
export interface Reach {
  endpoints: ReadonlySet<Endpoint>
  grantTypes: readonly string[] | undefined
}

/** Every endpoint where a fault can fire, by name or not. */
export function endpointsOf(fault: Fault): readonly Endpoint[] {
  return [...fault.endpoints, ...(fault.alsoAt ?? [])]
}

/** Says for people where a fault can fire: "authorization, token (grant type device_code or ciba)". */
export function describeReach(fault: Fault): string {
  const places = endpointsOf(fault)
    .map((endpoint) =>
      endpoint === 'token' && fault.grantTypes ? `token (grant type ${fault.grantTypes.join(' or ')})` : endpoint,
    )
    .join(', ')
  return fault.acts === 'token' ? `${places}, in a signed ${fault.tokens.join(' or ')}` : places
}

/**
 * A fault of tokens as one of some of them alone.
 *
 * @param inScript whether it is a step that a request takes when it comes in: an authorization request takes one only
 *   if it is meant by name, since most give out no tokens
 */
export function narrowedTo(tokens: readonly TokenType[], fault: TokenFault, inScript: boolean): TokenFault {
  const endpoints = endpointsOfTokens(tokens, fault.grantTypes)
  const usual = endpoints.filter((endpoint) => endpoint !== 'authorization')
  if (!inScript || usual.length === 0) return { ...fault, tokens, endpoints }
  return { ...fault, tokens, endpoints: usual, alsoAt: endpoints.filter((endpoint) => endpoint === 'authorization') }
}

/** The endpoints that a selector names, and those that only its regular expressions mean. */
export function selectEndpoints(words: Words): { named: Endpoint[]; matched: Endpoint[] } {
  const plain = listOf(words)
  const regexes = plain.filter(isRegex)
  const named = endpoints.filter((endpoint) => plain.includes(endpoint))
  return { named, matched: endpoints.filter((name) => !named.includes(name) && matcher(regexes)(name)) }
}

/**
 * Where all of several faults can fire.
 *
 * @param asked the endpoints that were asked for; left out, those where each fires by itself
 */
export function commonReach(faults: readonly Fault[], asked?: readonly Endpoint[]): Reach {
  const grantTypes = faults.reduce<readonly string[] | undefined>(
    (common, { grantTypes: own }) =>
      common && own ? common.filter((grantType) => own.includes(grantType)) : (common ?? own),
    undefined,
  )
  const common = (asked ?? endpoints).filter((endpoint) =>
    faults.every((fault) => (asked ? endpointsOf(fault) : fault.endpoints).includes(endpoint)),
  )
  return { endpoints: new Set(common.filter((name) => name !== 'token' || grantTypes?.length !== 0)), grantTypes }
}

/** Those of some grants that a selector admits; both may be written long or short. */
export function selectGrantTypes(words: Words, grantTypes: readonly string[]): string[] {
  return grantTypes.filter(matcher(words, shortGrantType))
}
