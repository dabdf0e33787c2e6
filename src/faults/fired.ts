import type { Exchange, FaultOrigin, FiredFault, Identity, WaitEnding } from '../domain/exchange.ts'
import type {
  Answer,
  AnswerFault,
  AuthorizationResponse,
  ConnectionFault,
  DelayFault,
  DelayMoment,
  FaultAnswer,
  HandshakeFault,
  HoldUntil,
  NoticeDelivery,
  NoticeFault,
  ResponseFacts,
  ResponseFault,
  RewriteFault,
  StateEffect,
  StateFault,
  TokenFault,
  Wire,
} from './fault.ts'
import { isSame, type MutatedJwt, type TokenFacts } from './jwt.ts'
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

/** A fault by which something else happens meanwhile. */
export interface FiredState extends FiredBase {
  acts: 'state'
  fault: StateFault
  at: DelayMoment
  /** What happens; undefined: nothing, and then it has not fired. */
  effect(identity: Identity, answer?: Answer): StateEffect | undefined
}

/** A fault that changes a token; where nothing comes of it, it has not fired. */
export interface FiredToken extends FiredBase {
  acts: 'token'
  fault: TokenFault
  patch(jwt: MutatedJwt, facts: TokenFacts): MutatedJwt
}

/** A fault that changes an authorization response. */
export interface FiredResponse extends FiredBase {
  acts: 'response'
  fault: ResponseFault
  respond(response: AuthorizationResponse, facts: ResponseFacts): AuthorizationResponse
}

/** A fault of how a client is told of a logout. */
export interface FiredNotice extends FiredBase {
  acts: 'notice'
  fault: NoticeFault
  deliver(): NoticeDelivery
}

/** A fault that changes an answer. */
export interface FiredRewrite extends FiredBase {
  acts: 'rewrite'
  fault: RewriteFault
  rewrite(answer: Answer): Answer
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

/** A fault that takes the connection over. */
export interface FiredConnection extends FiredBase {
  acts: 'connection'
  fault: ConnectionFault
  at: DelayMoment
  send(wire: Wire): Promise<void>
}

/** A fault of the certificate that a client is shown. */
export interface FiredHandshake extends FiredBase {
  acts: 'handshake'
  fault: HandshakeFault
}

/** A fault that a request has met. */
export type Fired =
  | FiredAnswer
  | FiredState
  | FiredToken
  | FiredResponse
  | FiredNotice
  | FiredRewrite
  | FiredDelay
  | FiredConnection
  | FiredHandshake

/**
 * A fault that one request meets; the exchange remembers it.
 *
 * @param armed which it was
 * @param takeBack told where it has found nothing to act on
 */
export function firedBy(
  { id: armedId, origin }: { id: string; origin: FaultOrigin },
  { fault, params }: Step,
  exchange: Exchange,
  takeBack: () => void = () => {},
): Fired {
  const told: FiredFault = { id: armedId, fault: fault.name, origin }
  exchange.fired.push(told)
  const base = { armedId, origin, params }

  /** Has it not have fired. */
  function unfire(): void {
    exchange.fired.splice(exchange.fired.indexOf(told), 1)
    takeBack()
  }

  /** What a fault has made of something, or the thing as it was. */
  function orUnfire<Thing>(changed: Thing | undefined, thing: Thing): Thing {
    if (changed === undefined) unfire()
    return changed ?? thing
  }

  switch (fault.acts) {
    case 'answer':
      return { ...base, acts: fault.acts, fault, answer: () => fault.answer(exchange, params) }
    case 'token': {
      const patch: FiredToken['patch'] = (jwt, facts) => {
        const mutated = { ...jwt, ...fault.patch(jwt, params, facts) }
        return orUnfire(isSame(jwt, mutated) ? undefined : mutated, jwt)
      }
      return { ...base, acts: fault.acts, fault, patch }
    }
    case 'response': {
      const respond: FiredResponse['respond'] = (response, facts) =>
        orUnfire(fault.respond(response, params, facts), response)
      return { ...base, acts: fault.acts, fault, respond }
    }
    case 'handshake':
      return { ...base, acts: fault.acts, fault }
    case 'notice':
      return { ...base, acts: fault.acts, fault, deliver: () => fault.deliver(params) }
    case 'rewrite': {
      const rewrite: FiredRewrite['rewrite'] = (answer) => orUnfire(fault.rewrite(answer, params, exchange), answer)
      return { ...base, acts: fault.acts, fault, rewrite }
    }
    case 'state': {
      const effect: FiredState['effect'] = (identity, answer) =>
        orUnfire(fault.effect({ exchange, identity, answer }, params), undefined)
      return { ...base, acts: fault.acts, fault, at: fault.at(params), effect }
    }
    case 'delay': {
      const delay: FiredDelay['delay'] = (delays) =>
        fault.delay(exchange, params, {
          sleep: async (ms) => {
            told.waited = await delays.sleep(ms)
          },
          hold: async (until) => {
            told.waited = await delays.hold(armedId, until)
          },
          unfire,
        })
      return { ...base, acts: fault.acts, fault, at: fault.at(params), delay }
    }
    case 'connection': {
      const send: FiredConnection['send'] = (wire) => {
        if (fault.isIdle?.(wire.answer, params)) unfire()
        return fault.send(wire, params)
      }
      return { ...base, acts: fault.acts, fault, at: fault.at(params), send }
    }
  }
}
