import * as z from 'zod'
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
  /** At the authorization endpoint: shown as a page, since there is no redirect URI that could be trusted. */
  page?: true
}

/** A mistake in something that people wrote: where (keys and indexes from the root of what was checked), and what was expected. */
export interface Mistake {
  path: (string | number)[]
  message: string
}

interface FaultBase<Params extends z.ZodType, Name extends string> {
  /** As on the wire where it is an error code (`slow_down`); else kebab-case. */
  name: Name
  /** One sentence. */
  summary: string
  /** The clause that it breaks or uses; a URL. */
  see: string
  /** Where it can fire. */
  endpoints: readonly Endpoint[]
  /** Where it fires only if asked to by name, since another endpoint is nearly always meant. */
  alsoAt?: readonly Endpoint[]
  /** Grants at the token endpoint where it can fire, by short name; undefined: all. */
  grantTypes?: readonly string[]
  client: ClientVerdict
  /** What `with` takes. */
  params: Params
}

/** A fault that answers in the provider's stead. It never signs, stores or sends. */
export interface AnswerFault<Params extends z.ZodType = z.ZodType, Name extends string = string>
  extends FaultBase<Params, Name> {
  acts: 'answer'
  answer(exchange: Exchange, params: z.output<Params>): FaultAnswer
  /** The mistakes in `params` that depend on where the fault is to fire; paths start at `with`. */
  check?(params: z.output<Params>, endpoints: readonly Endpoint[]): Mistake[]
}

export type Fault = AnswerFault

/** Where an armed fault came from. */
export type FaultOrigin = 'fixtures' | 'admin' | 'scenario' | 'request' | 'hook'

/** A fault that a request has met. */
export interface Fired {
  /** Which armed fault it was, as `list()` shows it; one that a request armed for itself, or a hook named, has an id of its own. */
  armedId: string
  origin: FaultOrigin
  fault: Fault
  /** What `with` said, defaults filled in. */
  params: unknown
  /** The answer to give in the provider's stead. */
  answer(): FaultAnswer
}

/** Declares a fault that answers. */
export function defineAnswerFault<const Name extends string, Params extends z.ZodType>(
  fault: Omit<AnswerFault<Params, Name>, 'acts'>,
): AnswerFault<Params, Name> {
  return { acts: 'answer', ...fault }
}

/** `with` of a fault that takes no parameters. */
export const noParams = z.strictObject({})
