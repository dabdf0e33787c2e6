import type * as z from 'zod'
import type { Exchange, Identity } from '../../domain/exchange.ts'
import type { FaultBase } from './base.ts'
import type { DelayMoment } from './delay.ts'
import type { Answer } from './rewrite.ts'

/** What happens to an issuer's state; where there is no such thing, nothing does. */
export type StateEffect =
  /** The issuer signs with new keys from now on. */
  | { effect: 'rotate-keys'; keepOld: boolean }
  /** One token is revoked, by its value. */
  | { effect: 'revoke-token'; token: string }
  /** A grant is revoked, and every token that rests on it. */
  | { effect: 'revoke-grant'; id: string }
  /** Every session of a user ends. */
  | { effect: 'end-sessions'; username: string }
  | { effect: 'lock-user'; username: string }
  /** A client has another secret. */
  | { effect: 'rotate-secret'; clientId: string }

/** A request by which state goes wrong: whose it is, and its answer where there is one already. */
export interface StateRequest {
  exchange: Exchange
  identity: Identity
  answer?: Answer | undefined
}

/** A fault by which something else happens while a request is served. It says what, and does nothing. */
export interface StateFault<Params extends z.ZodType = z.ZodType, Name extends string = string>
  extends FaultBase<Params, Name> {
  acts: 'state'
  /** Before anything is done for the request, or once it is done and the answer is about to leave. */
  at(params: z.output<Params>): DelayMoment
  /** @returns undefined where there is nothing that could happen: then it has not fired */
  effect(request: StateRequest, params: z.output<Params>): StateEffect | undefined
}

/** Declares a fault of an issuer's state. */
export function defineStateFault<const Name extends string, Params extends z.ZodType>(
  fault: Omit<StateFault<Params, Name>, 'acts'>,
): StateFault<Params, Name> {
  return { acts: 'state', ...fault }
}
