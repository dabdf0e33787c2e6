import type { KoaContextWithOIDC } from 'oidc-provider'
import { currentExchange } from './current-exchange.ts'
import type { GrantHandler } from './private.ts'
import { surroundAuthorizations } from './private-stacks.ts'
import { Writes } from './writes.ts'

/** A session, as far as it is saved with all else. */
interface KeptSession {
  touched?: boolean
  destroyed?: boolean
  persist(): Promise<unknown>
}

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
  const before = new Set(ctx.res.getHeaderNames())
  return waitOnce(
    async function authorizeAndKeepSession() {
      await next()
      await keepSession(ctx)
    },
    // Nobody is to be sent on to what is not there.
    function forgetHeaders() {
      for (const name of ctx.res.getHeaderNames()) if (!before.has(name)) ctx.remove(name)
    },
  )
})

/** Saves a session as the provider itself does once everything else is over, and waited for. */
async function keepSession({ oidc }: KoaContextWithOIDC): Promise<void> {
  const session = oidc.session as KeptSession | undefined
  if (session?.touched && !session.destroyed) await session.persist()
}
