import type * as z from 'zod'
import type { FaultBase } from './base.ts'

/** How a client is told of a logout by the back channel. */
export interface NoticeDelivery {
  /** How often it is told; 0: never. Default: once. */
  times?: 0 | 2
  /** How long after the logout it is told, which does not wait for that; in milliseconds. Default: at once. */
  delayMs?: number
}

/** A fault of how clients are told of logouts; the logout token itself is as it should be. */
export interface NoticeFault<Params extends z.ZodType = z.ZodType, Name extends string = string>
  extends FaultBase<Params, Name> {
  acts: 'notice'
  deliver(params: z.output<Params>): NoticeDelivery
}

/** Declares a fault of back-channel logouts; it fires where a client is about to be told. */
export function defineNoticeFault<const Name extends string, Params extends z.ZodType>(
  fault: Omit<NoticeFault<Params, Name>, 'acts' | 'endpoints'>,
): NoticeFault<Params, Name> {
  return { acts: 'notice', endpoints: ['end_session'], ...fault }
}
