import type * as z from 'zod'
import type { FaultBase } from './base.ts'

/** What an authorization response says, and how it gets to the client. */
export interface AuthorizationResponse {
  /** Parameters: `code`, `state`, `iss` and so on, or `error` and what goes with it. */
  fields: Readonly<Record<string, string>>
  /** How they travel; `nowhere`: the browser is never sent back to the client. */
  mode: 'query' | 'fragment' | 'form_post' | 'nowhere'
  /** How often the browser delivers it. Default: once. */
  deliveries?: 1 | 2
}

/** What a fault may know of a response beside what stands in it. */
export interface ResponseFacts {
  /** The issuer as the client knows it. */
  issuer: string
  /** Whether the response is signed (JARM), so that its parameters are claims. */
  isSigned: boolean
}

/** A fault that changes an authorization response before it is sent, or signed where it is. */
export interface ResponseFault<Params extends z.ZodType = z.ZodType, Name extends string = string>
  extends FaultBase<Params, Name> {
  acts: 'response'
  /** The parameter that it changes, where there are providers that never send it. */
  member?: 'iss'
  /** @returns undefined where there is nothing in the response that it could change: then it has not fired */
  respond(
    response: AuthorizationResponse,
    params: z.output<Params>,
    facts: ResponseFacts,
  ): AuthorizationResponse | undefined
}

/** Declares a fault of authorization responses; it fires where the browser is sent back to the client. */
export function defineResponseFault<const Name extends string, Params extends z.ZodType>(
  fault: Omit<ResponseFault<Params, Name>, 'acts' | 'endpoints'>,
): ResponseFault<Params, Name> {
  return { acts: 'response', endpoints: ['authorization'], ...fault }
}
