import type { Context, Next } from 'koa'
import { endOfTurn } from '../../turn.ts'

/** Lets the answers that are ready in one turn of the event loop leave together. */
export async function answerTogether(_ctx: Context, next: Next): Promise<void> {
  await next()
  await endOfTurn()
}
