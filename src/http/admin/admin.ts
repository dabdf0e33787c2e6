import type { Context, Middleware, Next } from 'koa'
import compose from 'koa-compose'
import type { Control } from '../../control/control.ts'
import { bearer } from './bearer.ts'
import { foreignPageGuard } from './guard.ts'
import { healthRoutes } from './health.ts'
import { problems } from './problem.ts'
import { routeAll } from './route.ts'
import { guardedRoutes } from './routes.ts'

/** Where the admin API stands, on every issuer's host. */
export const adminRoot = '/_understudy'

export interface AdminOptions {
  control: Control
  /** Required of every request as a bearer token, health apart; undefined: nobody is asked for one. */
  adminToken?: string | undefined
  /** Host names that may ask beside loopback names, IP literals and single labels: the issuers' own, and `--admin-hosts`. */
  allowedHosts: () => Iterable<string>
  /** Told of errors that nobody foresaw. */
  report: (error: unknown) => void
}

/** The admin API: all of `/_understudy`, made when it is first asked; what stands elsewhere passes by. */
export function createAdminApi(options: AdminOptions): Middleware {
  let answer: compose.ComposedMiddleware<Context> | undefined

  return function adminApi(ctx, next) {
    const isAdmin = ctx.path === adminRoot || ctx.path.startsWith(`${adminRoot}/`)
    if (!isAdmin) return next()
    answer ??= createAnswer(options)
    return answer(ctx, nothingBelow)
  }
}

function createAnswer({
  control,
  adminToken,
  allowedHosts,
  report,
}: AdminOptions): compose.ComposedMiddleware<Context> {
  const health = routeAll(adminRoot, healthRoutes, control)
  const api = compose([
    foreignPageGuard(allowedHosts),
    ...(adminToken === undefined ? [] : [bearer(adminToken)]),
    routeAll(adminRoot, guardedRoutes, control),
  ])

  async function healthFirst(ctx: Context, next: Next): Promise<void> {
    // Probes ask by whatever name they please, and learn nothing but that the server is there.
    await (ctx.path === `${adminRoot}/health` ? health(ctx, next) : api(ctx, next))
  }

  return compose<Context>([unstored, problems(report), healthFirst])
}

async function unstored(ctx: Context, next: Next): Promise<void> {
  ctx.set('Cache-Control', 'no-store')
  ctx.set('X-Content-Type-Options', 'nosniff')
  await next()
}

/** What no route of the admin API takes is nobody else's either. */
async function nothingBelow(): Promise<void> {}
