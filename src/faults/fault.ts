import * as z from 'zod'
import type { Endpoint, Exchange } from '../domain/exchange.ts'
import { endpointsOfTokens, type Jwt, type MutatedJwt, type TokenFacts, type TokenType } from './jwt.ts'

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

/** A fault that changes a token before it is signed, and says how to sign it. It never signs itself. */
export interface TokenFault<Params extends z.ZodType = z.ZodType, Name extends string = string>
  extends FaultBase<Params, Name> {
  acts: 'token'
  /** The tokens it can change; the first is meant where none is named. */
  tokens: readonly TokenType[]
  /** What a correct client does, for those tokens where it is something else than `client` says. */
  clientOf?: Partial<Record<TokenType, ClientVerdict>>
  patch(jwt: Jwt, params: z.output<Params>, facts: TokenFacts): MutatedJwt
  /** Why an issuer with so many keys in its JWKS cannot sign such a token; undefined where it can. */
  unfit?(keyCount: number): string | undefined
}

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

export type Fault = AnswerFault | TokenFault | DelayFault

/** Declares a fault that answers. */
export function defineAnswerFault<const Name extends string, Params extends z.ZodType>(
  fault: Omit<AnswerFault<Params, Name>, 'acts'>,
): AnswerFault<Params, Name> {
  return { acts: 'answer', ...fault }
}

/** Declares a fault of signed tokens; it fires where they are signed. */
export function defineTokenFault<const Name extends string, Params extends z.ZodType>(
  fault: Omit<TokenFault<Params, Name>, 'acts' | 'endpoints' | 'alsoAt'>,
): TokenFault<Params, Name> {
  return { acts: 'token', endpoints: endpointsOfTokens(fault.tokens), ...fault }
}

/** Declares a fault that lets requests wait. */
export function defineDelayFault<const Name extends string, Params extends z.ZodType>(
  fault: Omit<DelayFault<Params, Name>, 'acts'>,
): DelayFault<Params, Name> {
  return { acts: 'delay', ...fault }
}

/** `with` of a fault that takes no parameters. */
export const noParams = z.strictObject({})
