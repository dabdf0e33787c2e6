import { STATUS_CODES } from 'node:http'
import type { Context, Next } from 'koa'
import { UnderstudyError } from '../../errors.ts'

/**
 * An error as the admin API answers it; further members are the error's details.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9457#section-3 RFC 9457 section 3}
 */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code: string
  [detail: string]: unknown
}

/**
 * Answers every failure below it with a problem document, never with a stack.
 *
 * @param report told of errors that nobody foresaw, since their answer says nothing of them
 */
export function problems(report: (error: unknown) => void) {
  return async function problems(ctx: Context, next: Next): Promise<void> {
    try {
      await next()
      if (ctx.status >= 400 && !ctx.body) answer(ctx, unrouted(ctx))
    } catch (error) {
      if (error instanceof UnderstudyError) return answer(ctx, error)
      report(error)
      answer(ctx, unforeseen)
    }
  }
}

const unforeseen = new UnderstudyError(
  'ERR_INTERNAL',
  500,
  'Failed to answer: something unforeseen went wrong. The log of the server says what.',
)

function answer(ctx: Context, error: UnderstudyError): void {
  const problem: Problem = {
    ...error.details,
    type: 'about:blank',
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    detail: error.message,
    code: error.code,
  }
  ctx.status = error.status
  ctx.type = 'application/problem+json'
  // Serialized here, since Koa would give an object the type application/json.
  ctx.body = JSON.stringify(problem)
}

/** What a request met that no route took; the router has set the status, and `Allow` where the path is known. */
function unrouted(ctx: Context): UnderstudyError {
  const allowed = ctx.response.get('Allow')
  if (!allowed) {
    ctx.remove('Allow')
    return new UnderstudyError('ERR_PATH_UNKNOWN', 404, `Failed to find ${ctx.path}: the admin API has no such path.`)
  }
  // The router says 501 to methods that it has never heard of, which is no failure of ours.
  return new UnderstudyError(
    'ERR_METHOD_UNKNOWN',
    405,
    `Failed to ${ctx.method} ${ctx.path}: the method is not one of ${allowed}.`,
  )
}
