import type * as z from 'zod'
import type { Exchange } from '../../domain/exchange.ts'
import type { FaultBase } from './base.ts'

/** For what a held request waits, beside its release. */
export interface HoldUntil {
  /** How many requests wait for the same before all go on; undefined: as many as come. */
  until?: number | undefined
  /** When it goes on if nothing else lets it, in milliseconds. */
  timeoutMs: number
}

/** How a fault lets a request wait; less where nobody waits for the answer any more. */
export interface DelayPort {
  /** Waits for a time, in milliseconds. */
  sleep(ms: number): Promise<void>
  /** Waits until it is released by the id of the armed fault. */
  hold(until: HoldUntil): Promise<void>
  /** Has it not have fired, where there is nothing to wait for. */
  unfire(): void
}

/** Whether a request waits before anything is done, or once it is done and the answer is about to leave. */
export type DelayMoment = 'request' | 'answer'

/** A fault that lets a request wait. */
export interface DelayFault<Params extends z.ZodType = z.ZodType, Name extends string = string>
  extends FaultBase<Params, Name> {
  acts: 'delay'
  at(params: z.output<Params>): DelayMoment
  /** How often it fires where nobody says how often. Default: once. */
  times?(params: z.output<Params>): number | undefined
  delay(exchange: Exchange, params: z.output<Params>, port: DelayPort): Promise<void>
}

/** Declares a fault that lets requests wait. */
export function defineDelayFault<const Name extends string, Params extends z.ZodType>(
  fault: Omit<DelayFault<Params, Name>, 'acts'>,
): DelayFault<Params, Name> {
  return { acts: 'delay', ...fault }
}
