import type { ServerResponse } from 'node:http'
import type { Context, Middleware, Next } from 'koa'
import type { Exchange } from '../../domain/exchange.ts'
import type { SentAnswer } from '../../journal/record.ts'
import { issuerOf } from '../state.ts'

/** Opens an entry for each request at an endpoint, and closes it with what was really sent. */
export function keepJournal(): Middleware {
  return function keepJournal(ctx, next) {
    const { provider, journal } = issuerOf(ctx)
    const exchange = provider.openExchange(ctx)
    if (exchange === undefined) return next()
    const opened = journal.open(exchange, pathOf(ctx))
    const { registrations } = provider
    watchAnswer(ctx.res, (answer) => {
      const record = journal.close(opened, { outcome: provider.closeExchange(ctx), registrations, answer })
      return () => {
        if (record !== undefined) record.broken = true
      }
    })
    return identified(exchange, next)
  }

  /** A fault may answer before anybody has asked whose request it is; the journal wants to know. */
  async function identified(exchange: Exchange, next: Next): Promise<void> {
    await next()
    if (exchange.fired.length > 0) await exchange.identify()
  }
}

function pathOf({ originalUrl }: Context): string {
  const queryAt = originalUrl.indexOf('?')
  return queryAt === -1 ? originalUrl : originalUrl.slice(0, queryAt)
}

/**
 * Sees an answer go, by whatever way it is sent.
 *
 * @param close told of the answer, just before its last bytes go, so that it is known before the client has it; or of
 * nothing, where the connection is gone. What it returns is asked where the connection breaks after that.
 */
function watchAnswer(res: ServerResponse, close: (answer: SentAnswer | undefined) => () => void): void {
  const sent: (string | Uint8Array)[] = []
  const { write, end } = res
  let broke: (() => void) | undefined

  function keep(chunk: unknown): void {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) sent.push(chunk)
  }

  function answer(): SentAnswer {
    return { status: res.statusCode, headers: res.getHeaders(), body: sent }
  }

  res.write = function keptWrite(this: ServerResponse, ...told: unknown[]) {
    keep(told[0])
    return (write as (...told: unknown[]) => boolean).apply(this, told)
  } as ServerResponse['write']
  res.end = function keptEnd(this: ServerResponse, ...told: unknown[]) {
    keep(told[0])
    broke ??= close(answer())
    return (end as (...told: unknown[]) => ServerResponse).apply(this, told)
  } as ServerResponse['end']
  res.once('close', () => {
    broke ??= close(res.headersSent ? answer() : undefined)
    if (!res.writableFinished) broke()
  })
}
