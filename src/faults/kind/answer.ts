import type * as z from 'zod'
import type { Endpoint, Exchange } from '../../domain/exchange.ts'
import type { FaultBase, Mistake } from './base.ts'

interface AnswerHead {
  status: number
  /** Whether whoever armed the fault has chosen the status. */
  isStatusChosen?: true
  /** Names in lower case. */
  headers: Record<string, string>
}

/** An error or another answer of the protocol. At the authorization endpoint its members travel by redirect. */
export interface ProtocolAnswer extends AnswerHead {
  /** Of a JSON object. */
  body: Record<string, unknown>
  /** At the authorization endpoint: shown as a page, since there is no redirect URI that could be trusted. */
  page?: true
  /** At introspection: what the provider says by itself of a token that it does not know, and signs where it is to be signed. */
  ofUnknownToken?: true
  plain?: never
}

/** An answer of somebody who knows nothing of the protocol; at the authorization endpoint nothing is redirected. */
export interface PlainAnswer extends AnswerHead {
  /** Text, of the `content-type` among the headers. */
  body: string
  plain: true
}

/** An answer that takes the place of the provider's own. */
export type FaultAnswer = ProtocolAnswer | PlainAnswer

/** A fault that answers in the provider's stead. It never signs, stores or sends. */
export interface AnswerFault<Params extends z.ZodType = z.ZodType, Name extends string = string>
  extends FaultBase<Params, Name> {
  acts: 'answer'
  /** How often it fires where nobody says how often. Default: once. */
  times?: number
  answer(exchange: Exchange, params: z.output<Params>): FaultAnswer
  /** The mistakes in `params` that depend on where the fault is to fire; paths start at `with`. */
  check?(params: z.output<Params>, endpoints: readonly Endpoint[]): Mistake[]
}

/** Declares a fault that answers. */
export function defineAnswerFault<const Name extends string, Params extends z.ZodType>(
  fault: Omit<AnswerFault<Params, Name>, 'acts'>,
): AnswerFault<Params, Name> {
  return { acts: 'answer', ...fault }
}
