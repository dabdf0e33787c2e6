import type { Context, Middleware, Next } from 'koa'
import rawBody from 'raw-body'
import { UnderstudyError } from '../../errors.ts'
import { exchangeOf } from '../state.ts'

/** Enough for any request of the protocol, request objects included. */
const limitBytes = 56 * 1024

/**
 * Reads the body of a request once, as text, for faults, pages and the provider alike.
 *
 * @throws UnderstudyError `ERR_BODY_TOO_LARGE` (413) or `ERR_BODY_BROKEN` (400)
 */
export function readBody(): Middleware {
  return function readBody(ctx, next) {
    return ctx.method === 'GET' || ctx.method === 'HEAD' ? next() : read(ctx, next)
  }

  async function read(ctx: Context, next: Next): Promise<void> {
    try {
      const body = await rawBody(ctx.req, { limit: limitBytes, length: ctx.request.length })
      const text = body.toString()
      Object.assign(ctx.req, { body: text })
      const exchange = exchangeOf(ctx)
      if (exchange !== undefined) exchange.body = text
    } catch (error) {
      // What is left of the body stays unread, so that this connection cannot carry another request.
      ctx.set('connection', 'close')
      throw bodyError(error as { status?: number; message: string })
    }
    await next()
  }
}

function bodyError({ status, message }: { status?: number; message: string }): UnderstudyError {
  if (status !== 413) return new UnderstudyError('ERR_BODY_BROKEN', 400, `Failed to read the request body: ${message}.`)
  const sizeKib = limitBytes / 1024
  return new UnderstudyError(
    'ERR_BODY_TOO_LARGE',
    413,
    `Failed to read the request body: it is larger than ${sizeKib} KiB.`,
  )
}
