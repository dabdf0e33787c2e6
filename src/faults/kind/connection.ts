import type * as z from 'zod'
import type { FaultBase } from './base.ts'
import type { DelayMoment } from './delay.ts'

/** What a fault does to a connection by hand; nothing, once the client has gone. */
export interface Wire {
  /** The answer as HTTP/1.1 has it; an empty one where nothing has been done. */
  readonly answer: { readonly head: HeadOf; readonly body: Buffer }
  /** Whether nobody is there any more to read it. */
  readonly isGone: boolean
  /** Sends bytes, and waits until they have left. */
  write(bytes: string | Uint8Array): Promise<void>
  /** Waits for a time in milliseconds, or until the client goes. */
  sleep(ms: number): Promise<void>
  /** Ends it in good order: FIN. */
  end(): void
  /** Breaks it off: RST. */
  reset(): void
}

/** The status line and the headers, some of them changed or (undefined) left out, with the empty line. */
export type HeadOf = (headers?: Readonly<Record<string, string | undefined>>) => string

/** A fault that answers by hand, or not at all. It acts after all other faults, on what they have made. */
export interface ConnectionFault<Params extends z.ZodType = z.ZodType, Name extends string = string>
  extends FaultBase<Params, Name> {
  acts: 'connection'
  /** Whether the request is never served, or all that it asks for has been done. Authorizations are always served. */
  at(params: z.output<Params>): DelayMoment
  /** Whether there is nothing in an answer that it could spoil: then it has not fired. Default: there always is. */
  isIdle?(answer: Wire['answer'], params: z.output<Params>): boolean
  send(wire: Wire, params: z.output<Params>): Promise<void>
}

/** Declares a fault of the connection. */
export function defineConnectionFault<const Name extends string, Params extends z.ZodType>(
  fault: Omit<ConnectionFault<Params, Name>, 'acts'>,
): ConnectionFault<Params, Name> {
  return { acts: 'connection', ...fault }
}
