import type { Exchange, FaultOrigin } from '../domain/exchange.ts'
import type { AnswerFault, DelayFault, DelayPort, FaultAnswer, TokenFault } from './fault.ts'
import type { Jwt, MutatedJwt, TokenFacts } from './jwt.ts'
import type { Step } from './plan.ts'

interface FiredBase {
  /** Which armed fault it was, as `list()` shows it; one that a request armed for itself, or a hook named, has an id of its own. */
  armedId: string
  origin: FaultOrigin
  /** What `with` said, defaults filled in. */
  params: unknown
}

/** A fault that answers the request. */
export interface FiredAnswer extends FiredBase {
  acts: 'answer'
  fault: AnswerFault
  /** The answer to give in the provider's stead. */
  answer(): FaultAnswer
}

/** A fault that changes a token. */
export interface FiredToken extends FiredBase {
  acts: 'token'
  fault: TokenFault
  patch(jwt: Jwt, facts: TokenFacts): MutatedJwt
}

/** How requests are let wait; what is held is known by the id of the armed fault. */
export interface Delays {
  /** @param ms how long, in milliseconds */
  sleep(ms: number): Promise<void>
  /** @param until how many may wait before all go on; undefined: until they are released */
  hold(armedId: string, until?: number): Promise<void>
}

/** A fault that lets the request wait. */
export interface FiredDelay extends FiredBase {
  acts: 'delay'
  fault: DelayFault
  delay(delays: Delays): Promise<void>
}

/** A fault that a request has met. */
export type Fired = FiredAnswer | FiredToken | FiredDelay

/** A fault that one request meets; the exchange remembers it. */
export function firedBy(armedId: string, origin: FaultOrigin, { fault, params }: Step, exchange: Exchange): Fired {
  exchange.fired.push({ id: armedId, fault: fault.name, origin })
  const base = { armedId, origin, params }
  if (fault.acts === 'answer') {
    return { ...base, acts: fault.acts, fault, answer: () => fault.answer(exchange, params) }
  }
  if (fault.acts === 'token') {
    return { ...base, acts: fault.acts, fault, patch: (jwt, facts) => fault.patch(jwt, params, facts) }
  }
  const portTo = (delays: Delays): DelayPort => ({
    sleep: (ms) => delays.sleep(ms),
    hold: (until) => delays.hold(armedId, until),
  })
  return { ...base, acts: fault.acts, fault, delay: (delays) => fault.delay(exchange, params, portTo(delays)) }
}
