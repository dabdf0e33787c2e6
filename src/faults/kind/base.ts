import * as z from 'zod'
import type { Endpoint } from '../../domain/exchange.ts'

/** What a correct client does when it meets the fault. */
export type ClientVerdict = 'reject' | 'accept' | 'either' | 'handle'

/** A mistake in something that people wrote: where (keys and indexes from the root of what was checked), and what was expected. */
export interface Mistake {
  path: (string | number)[]
  message: string
}

/** What exams know of a fault; that of clients has each log in by the code flow. */
export interface ExamNotes {
  /** What `with` says, so that it is over soon. */
  with?: Readonly<Record<string, number>>
  /** With what else an API meets it, beside what is usual. */
  alsoWith?: readonly Readonly<Record<string, string>>[]
  /** The parameter of the authorization request without which a client has nothing to look at. */
  needs?: 'nonce' | 'max_age' | 'acr_values'
  /** What a correct client does in the code flow, where `client` is for other flows. */
  client?: ClientVerdict
  /** What a correct client does where it comes with a refresh. */
  refresh?: ClientVerdict
}

/** What is told of every fault. */
export interface FaultBase<Params extends z.ZodType, Name extends string> {
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
  exam?: ExamNotes
  /** What `with` takes. */
  params: Params
}

/** `with` of a fault that takes no parameters. */
export const noParams = z.strictObject({})
