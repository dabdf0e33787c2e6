import type { z } from 'zod'
import type { Endpoint, Exchange } from '../domain/exchange.ts'

/** What a correct client does when it meets the fault. */
export type ClientVerdict = 'reject' | 'accept' | 'either' | 'handle'

/** An answer that takes the place of the provider's own. At the authorization endpoint its body travels by redirect. */
export interface FaultAnswer {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  /** JSON. */
  body: Record<string, unknown>
}

interface FaultBase<Params extends z.ZodType> {
  /** As on the wire where it is an error code (`slow_down`); else kebab-case. */
  name: string
  /** One sentence. */
  summary: string
  /** The clause that it breaks or uses; a URL. */
  see: string
  /** Where it can fire. */
  endpoints: readonly Endpoint[]
  /** Grants at the token endpoint where it can fire, by short name; undefined: all. */
  grantTypes?: readonly string[]
  client: ClientVerdict
  /** What `with` takes. */
  params: Params
}

/** A fault that answers in the provider's stead. It never signs, stores or sends. */
export interface AnswerFault<Params extends z.ZodType = z.ZodType> extends FaultBase<Params> {
  acts: 'answer'
  answer(exchange: Exchange, params: z.output<Params>): FaultAnswer
}

export type Fault = AnswerFault

/** Declares a fault that answers. */
export function defineAnswerFault<Params extends z.ZodType>(
  fault: Omit<AnswerFault<Params>, 'acts'>,
): AnswerFault<Params> {
  return { acts: 'answer', ...fault }
}
