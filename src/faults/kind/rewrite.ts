import type * as z from 'zod'
import type { Exchange } from '../../domain/exchange.ts'
import type { FaultBase } from './base.ts'

/** An answer that is about to leave. */
export interface Answer {
  status: number
  /** Names in lower case. */
  headers: Readonly<Record<string, string | string[]>>
  body: string
}

/** A fault that changes the provider's answer. It never signs, stores or sends. */
export interface RewriteFault<Params extends z.ZodType = z.ZodType, Name extends string = string>
  extends FaultBase<Params, Name> {
  acts: 'rewrite'
  /** The member of a token answer that it changes, where it is about one alone. */
  member?: string
  /** @returns undefined where there is nothing in the answer that it could change: then it has not fired */
  rewrite(answer: Answer, params: z.output<Params>, exchange: Exchange): Answer | undefined
}

/** Declares a fault that changes answers. */
export function defineRewriteFault<const Name extends string, Params extends z.ZodType>(
  fault: Omit<RewriteFault<Params, Name>, 'acts'>,
): RewriteFault<Params, Name> {
  return { acts: 'rewrite', ...fault }
}

/** The members of an answer that is a JSON object; undefined of any other, such as one that a fault has spoiled. */
export function membersOf({ headers, body }: Answer): Record<string, unknown> | undefined {
  if (!/^application\/(?:[\w.-]+\+)?json\b/.test(String(headers['content-type']))) return undefined
  const value = parsed(body)
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** An answer with other members. */
export function withMembers(answer: Answer, members: Readonly<Record<string, unknown>>): Answer {
  return { ...answer, body: JSON.stringify(members) }
}
