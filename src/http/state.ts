import type { ParameterizedContext } from 'koa'
import type { RunningIssuer } from '../issuer/issuer.ts'

/** What the layers of the onion hand on to each other. */
export interface RequestState {
  /** Whose request it is; set by the lookup. */
  issuer: RunningIssuer
}

/** The issuer that a request is for. */
export function issuerOf(ctx: ParameterizedContext): RunningIssuer {
  return (ctx.state as RequestState).issuer
}

/** The body of a request as it came, read by the layer of that name. */
export function bodyText(ctx: ParameterizedContext): string {
  return (ctx.req as { body?: string }).body ?? ''
}
