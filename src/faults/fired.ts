import type { Exchange, FaultOrigin, FiredFault, WaitEnding } from '../domain/exchange.ts'
import type { AnswerFault, DelayFault, DelayMoment, FaultAnswer, HoldUntil, TokenFault } from './fault.ts'
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

/** How a request is let wait; what is held is known by the id of the armed fault. */
export interface Delays {
  /** @param ms how long, in milliseconds */
  sleep(ms: number): Promise<WaitEnding>
  hold(armedId: string, until: HoldUntil): Promise<WaitEnding>
}

/** A fault that lets the request wait. */
export interface FiredDelay extends FiredBase {
  acts: 'delay'
  fault: DelayFault
  at: DelayMoment
  delay(delays: Delays): Promise<void>
}

/** A fault that a request has met. */
export type Fired = FiredAnswer | FiredToken | FiredDelay

/** A fault that one request meets; the exchange remembers it. */
export function firedBy(armedId: string, origin: FaultOrigin, { fault, params }: Step, exchange: Exchange): Fired {
  const told: FiredFault = { id: armedId, fault: fault.name, origin }
  exchange.fired.push(told)
  const base = { armedId, origin, params }
  if (fault.acts === 'answer') {
    return { ...base, acts: fault.acts, fault, answer: () => fault.answer(exchange, params) }
  }
  if (fault.acts === 'token') {
    return { ...base, acts: fault.acts, fault, patch: (jwt, facts) => fault.patch(jwt, params, facts) }
  }
  const delay = (delays: Delays) =>
    fault.delay(exchange, params, {
      async sleep(ms) {
        told.waited = await delays.sleep(ms)
      },
      async hold(until) {
        told.waited = await delays.hold(armedId, until)
      },
    })
  return { ...base, acts: fault.acts, fault, at: fault.at(params), delay }
}
