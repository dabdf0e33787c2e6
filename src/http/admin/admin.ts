import type { Context, Middleware } from 'koa'
import type compose from 'koa-compose'
import type { AnswerOptions } from './answer.ts'

/** Where the admin API stands, on every issuer's host. */
export const adminRoot = '/_understudy'

/**
 * The admin API: all of `/_understudy`; what stands elsewhere passes by.
 *
 * Its routes and their schemas are loaded when it is first asked, so that a start does not wait for them.
 */
export function createAdminApi(options: Omit<AnswerOptions, 'root'>): Middleware {
  let answer: Promise<compose.ComposedMiddleware<Context>> | undefined

  async function load(): Promise<compose.ComposedMiddleware<Context>> {
    const { createAnswer } = await import('./answer.ts')
    return createAnswer({ ...options, root: adminRoot })
  }

  return function adminApi(ctx, next) {
    if (!isAdminPath(ctx.path)) return next()
    answer ??= load()
    return answer.then((answer) => answer(ctx, nothingBelow))
  }
}

/** Has nothing where the admin API would be, since it has a port of its own: it is no path of an issuer either. */
export function adminElsewhere(): Middleware {
  return async function adminElsewhere(ctx, next) {
    if (!isAdminPath(ctx.path)) await next()
  }
}

/** Whether a path is one of the admin API's, if there is such. */
function isAdminPath(path: string): boolean {
  return path === adminRoot || path.startsWith(`${adminRoot}/`)
}

/** What no route of the admin API takes is nobody else's either. */
async function nothingBelow(): Promise<void> {}
