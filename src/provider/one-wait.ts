import { currentExchange } from './current-exchange.ts'
import type { GrantHandler } from './private.ts'
import { surroundAuthorizations } from './private-stacks.ts'
import { Writes } from './writes.ts'

/**
 * Does a part of a request's work and waits once, at its end, for all that is written meanwhile. What it writes it reads
 * itself, and others do not see it before it is there for good.
 *
 * @param onRefused takes back what the work has made already of the answer
 * @throws UnderstudyError where the store refused a write, whatever else went wrong
 */
async function waitOnce(work: () => Promise<unknown>, onRefused: () => void = () => {}): Promise<void> {
  const exchange = currentExchange()
  const writes = new Writes()
  if (exchange !== undefined) exchange.writes = writes
  try {
    await work()
  } finally {
    if (exchange !== undefined) exchange.writes = undefined
    if (writes.isUnderWay) await heard(writes, onRefused)
  }
}

async function heard(writes: Writes, onRefused: () => void): Promise<void> {
  try {
    await writes.done()
  } catch (error) {
    onRefused()
    throw error
  }
}

/** Waits once for what a grant spends and what it gives out. */
export function waitOnceAfter(handler: GrantHandler): GrantHandler {
  return (ctx) => waitOnce(() => handler(ctx))
}

surroundAuthorizations(function authorizeWithOneWait(ctx, next) {
  return waitOnce(next, function stay() {
    // Nobody is to be sent on to what is not there, and the page that says so is no form that sends itself.
    ctx.remove('location')
    ctx.remove('content-security-policy')
  })
})
