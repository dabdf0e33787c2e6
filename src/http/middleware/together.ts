import type { Context, Next } from 'koa'
import type { Endpoint } from '../../domain/exchange.ts'
import { endOfTurn, isTurnOver } from '../../turn.ts'
import { exchangeOf } from '../state.ts'

/** What is there already: to wait would cost these as much as it saves. */
const documents: ReadonlySet<Endpoint | undefined> = new Set(['discovery', 'jwks'])

/** Lets the answers that are ready in one turn of the event loop leave together. */
export async function answerTogether(ctx: Context, next: Next): Promise<void> {
  await next()
  if (!isTurnOver() && !documents.has(exchangeOf(ctx)?.endpoint)) await endOfTurn()
}
