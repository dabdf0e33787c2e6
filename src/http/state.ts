import type { ParameterizedContext } from 'koa'
import type { Exchange } from '../domain/exchange.ts'
import type { RunningIssuer } from '../issuer/issuer.ts'

/** What the layers of the onion hand on to each other. */
export interface RequestState {
  /** Whose request it is; set by the lookup. */
  issuer: RunningIssuer
  /** The request as faults and the journal see it, where its path is an endpoint; set as it is opened. */
  exchange?: Exchange
}

/** The issuer that a request is for. */
export function issuerOf(ctx: ParameterizedContext): RunningIssuer {
  return (ctx.state as RequestState).issuer
}

/** The request at an endpoint; undefined where its path is none. */
export function exchangeOf(ctx: ParameterizedContext): Exchange | undefined {
  return (ctx.state as RequestState).exchange
}

/** The body of a request as it came, read by the layer of that name. */
export function bodyText(ctx: ParameterizedContext): string {
  return (ctx.req as { body?: string }).body ?? ''
}
