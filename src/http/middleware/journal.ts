import type { Context, Middleware, Next } from 'koa'
import type { Exchange } from '../../domain/exchange.ts'
import type { RunningIssuer } from '../../issuer/issuer.ts'
import type { RequestRecord, SentAnswer } from '../../journal/record.ts'
import { issuerOf } from '../state.ts'
import type { AnswerWatcher, WatchedResponse } from '../watched-response.ts'

/** Opens an entry for each request at an endpoint, and closes it with what was really sent. */
export function keepJournal(): Middleware {
  return function keepJournal(ctx, next) {
    const issuer = issuerOf(ctx)
    const exchange = issuer.provider.openExchange(ctx)
    if (exchange === undefined || !issuer.journal.isKept) return next()
    ;(ctx.res as WatchedResponse).watch(new Entry(ctx, exchange, issuer))
    return identified(exchange, next)
  }

  /** A fault may answer before anybody has asked whose request it is; the journal wants to know. */
  async function identified(exchange: Exchange, next: Next): Promise<void> {
    await next()
    if (exchange.fired.length > 0) await exchange.identify()
  }
}

/** A request on its way into the journal. */
class Entry implements AnswerWatcher {
  readonly #ctx: Context
  readonly #provider: RunningIssuer['provider']
  readonly #journal: RunningIssuer['journal']
  readonly #opened: ReturnType<RunningIssuer['journal']['open']>
  #record: RequestRecord | undefined

  constructor(ctx: Context, exchange: Exchange, { provider, journal }: RunningIssuer) {
    this.#ctx = ctx
    this.#provider = provider
    this.#journal = journal
    this.#opened = journal.open(exchange, pathOf(ctx))
  }

  sent(answer: SentAnswer | undefined): void {
    const outcome = this.#provider.closeExchange(this.#ctx)
    this.#record = this.#journal.close(this.#opened, { outcome, registrations: this.#provider.registrations, answer })
  }

  broke(): void {
    if (this.#record !== undefined) this.#record.broken = true
  }
}

function pathOf({ originalUrl }: Context): string {
  const queryAt = originalUrl.indexOf('?')
  return queryAt === -1 ? originalUrl : originalUrl.slice(0, queryAt)
}
