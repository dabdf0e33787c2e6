import type * as z from 'zod'
import type { Exchange, Identity } from '../../domain/exchange.ts'
import type { FaultBase } from './base.ts'
import type { DelayMoment } from './delay.ts'
import type { Answer } from './rewrite.ts'

/** What a fault may do to an issuer's state; each does nothing where there is no such thing. */
export interface StatePort {
  /** Signs with new keys from now on. */
  rotateKeys(options: { keepOld: boolean }): Promise<void>
  /** Revokes one token, by its value. */
  revokeToken(token: string): Promise<void>
  /** Revokes a grant, and every token that rests on it. */
  revokeGrant(id: string): Promise<void>
  /** Ends every session of a user. */
  endSessions(username: string): Promise<void>
  lockUser(username: string): Promise<void>
  /** Gives a client another secret. */
  rotateSecret(clientId: string): Promise<void>
}

/** A fault by which something else happens while a request is served. */
export interface StateFault<Params extends z.ZodType = z.ZodType, Name extends string = string>
  extends FaultBase<Params, Name> {
  acts: 'state'
  /** Before anything is done for the request, or once it is done and the answer is about to leave. */
  at(params: z.output<Params>): DelayMoment
  /**
   * @param request whose it is, and its answer where there is one already
   * @returns false where there was nothing to be done: then it has not fired
   */
  act(
    port: StatePort,
    params: z.output<Params>,
    request: { exchange: Exchange; identity: Identity; answer?: Answer | undefined },
  ): Promise<boolean>
}

/** Declares a fault of an issuer's state. */
export function defineStateFault<const Name extends string, Params extends z.ZodType>(
  fault: Omit<StateFault<Params, Name>, 'acts'>,
): StateFault<Params, Name> {
  return { acts: 'state', ...fault }
}
