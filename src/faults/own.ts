import * as z from 'zod'
import { type Endpoint, type Exchange, endpoints } from '../domain/exchange.ts'
import { ended, UnderstudyError } from '../errors.ts'
import type {
  Answer,
  AuthorizationResponse,
  ClientVerdict,
  DelayMoment,
  DelayPort,
  Fault,
  FaultAnswer,
  ResponseFacts,
  StateEffect,
  StateRequest,
  Wire,
} from './fault.ts'
import { endpointsOfTokens, type Jwt, type MutatedJwt, type TokenFacts, type TokenType } from './jwt.ts'
import { delayOf, effectOf } from './own-returns.ts'

/** What `with` says to a fault of somebody's own. */
export type OwnParams = Readonly<Record<string, unknown>>

/** A schema of zod 4, of whichever copy; the package brings none. */
export interface ParamsSchema {
  safeParse(given: unknown): { success: boolean }
  readonly _zod: object
}

interface OwnBase {
  /** Begins with `x-`. */
  name: `x-${string}`
  /** One sentence. */
  summary: string
  /** The clause that it breaks or uses; a URL. */
  see?: string
  /** What a correct client does. Default: `handle`. */
  client?: ClientVerdict
  /** Checks what `with` says, and completes it. Default: it is taken as it is. */
  params?: ParamsSchema
}

interface OwnPlace {
  /** Where it can fire. Default: anywhere. */
  endpoints?: readonly Endpoint[]
}

interface OwnMoment extends OwnPlace {
  /** Before anything is done for the request, or once the answer is about to leave. Default: `answer`. */
  at?: DelayMoment
}

/** A fault that a fixtures module declares: data and one verb. */
export type OwnFault = OwnBase &
  (
    | ({ acts: 'answer'; answer(exchange: Exchange, params: OwnParams): FaultAnswer } & OwnPlace)
    | ({
        acts: 'rewrite'
        rewrite(answer: Answer, params: OwnParams, exchange: Exchange): Answer | undefined
      } & OwnPlace)
    | ({ acts: 'connection'; send(wire: Wire, params: OwnParams): Promise<void> } & OwnMoment)
    | ({
        acts: 'delay'
        /** How long the request waits, in milliseconds, from 0 to 600,000; undefined: not at all, and it has not fired. */
        delayMs(exchange: Exchange, params: OwnParams): number | undefined
      } & OwnMoment)
    | ({ acts: 'state'; effect(request: StateRequest, params: OwnParams): StateEffect | undefined } & OwnMoment)
    | {
        acts: 'response'
        respond(
          response: AuthorizationResponse,
          params: OwnParams,
          facts: ResponseFacts,
        ): AuthorizationResponse | undefined
      }
    | { acts: 'token'; tokens: readonly TokenType[]; patch(jwt: Jwt, params: OwnParams, facts: TokenFacts): MutatedJwt }
  )

const anything = z.record(z.string(), z.unknown())

/** A fault of somebody's own as the engine has them. */
export function completeOwn(own: OwnFault): Fault {
  const { name, summary, see = 'https://www.rfc-editor.org/rfc/rfc6749', client = 'handle', params = anything } = own
  const base = { name, summary, see, client, params: params as ParamsSchema as z.ZodType }
  if (own.acts === 'response') {
    return { ...base, acts: 'response', endpoints: ['authorization'], respond: atOnce(name, own.respond) }
  }
  if (own.acts === 'token') {
    const { tokens, patch } = own
    const patched = atOnce(name, (jwt: Jwt, ...rest: [OwnParams, TokenFacts]) => patch(copyOf(jwt), ...rest))
    return { ...base, acts: 'token', tokens, endpoints: endpointsOfTokens(tokens), patch: patched }
  }
  const placed = { ...base, endpoints: own.endpoints ?? endpoints }
  if (own.acts === 'answer') return { ...placed, acts: 'answer', answer: atOnce(name, own.answer) }
  if (own.acts === 'rewrite') return { ...placed, acts: 'rewrite', rewrite: atOnce(name, own.rewrite) }
  const timed = { ...placed, at: () => own.at ?? 'answer' }
  if (own.acts === 'connection') return { ...timed, acts: 'connection', send: toItsEnd(name, own.send) }
  if (own.acts === 'state') return { ...timed, acts: 'state', effect: atOnce(name, own.effect, effectOf) }
  const delayMs = atOnce(name, own.delayMs, delayOf)
  async function delay(exchange: Exchange, given: unknown, port: DelayPort): Promise<void> {
    const ms = delayMs(exchange, given)
    if (ms === undefined) port.unfire()
    else await port.sleep(ms)
  }
  return { ...timed, acts: 'delay', delay }
}

/** Somebody's own verb may write into what it is given, which is held against what it returns. */
function copyOf(jwt: Jwt): Jwt {
  return JSON.parse(JSON.stringify(jwt))
}

/**
 * A verb whose parameters its own schema has parsed.
 *
 * @param checked makes of what it returns what can be played, and throws where it cannot
 * @throws UnderstudyError `ERR_OWN_FAULT` (500) where it throws, promises what it should do, or returns what cannot be played
 */
function atOnce<Subject, Rest extends unknown[], Result>(
  name: string,
  verb: (subject: Subject, params: OwnParams, ...rest: Rest) => Result,
  checked: (returned: Result) => Result = (returned) => returned,
): (subject: Subject, params: unknown, ...rest: Rest) => Result {
  return function doAtOnce(subject, params, ...rest) {
    let result: Result
    try {
      result = verb(subject, params as OwnParams, ...rest)
      if (!(result instanceof Promise)) return checked(result)
    } catch (error) {
      throw failure(name, error)
    }
    result.catch(ignoreSinceItComesTooLate)
    throw failure(name, new Error('it returns a promise; only the "send" of a connection may wait'))
  }
}

function ignoreSinceItComesTooLate(): void {}

/** Sends by hand, and leaves no connection open behind it. */
function toItsEnd(name: string, send: (wire: Wire, params: OwnParams) => Promise<void>) {
  return async function sendToItsEnd(wire: Wire, params: unknown): Promise<void> {
    try {
      await send(wire, params as OwnParams)
    } catch (error) {
      wire.reset()
      throw failure(name, error)
    }
    if (!wire.isGone) wire.end()
  }
}

/** Says why, and where: a cause of its own would have the log say the first twice. */
function failure(name: string, thrown: unknown): UnderstudyError {
  const why = thrown instanceof Error ? thrown.message : String(thrown)
  const error = new UnderstudyError('ERR_OWN_FAULT', 500, ended(`Failed to play "${name}": ${why}`))
  if (thrown instanceof Error && thrown.stack !== undefined) error.stack = thrown.stack
  return error
}
