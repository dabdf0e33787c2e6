import Router from '@koa/router'
import type { Context, Middleware, Next } from 'koa'
import compose from 'koa-compose'
import type { Control } from '../../control/control.ts'
import { bearer } from './bearer.ts'
import { devicesRouter } from './devices.ts'
import { faultsRouter } from './faults.ts'
import { foreignPageGuard } from './guard.ts'
import { healthRouter } from './health.ts'
import { issuersRouter } from './issuers.ts'
import { problems } from './problem.ts'
import { resetRouter } from './reset.ts'
import { scenariosRouter } from './scenarios.ts'

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
  const routers = [issuersRouter, faultsRouter, scenariosRouter, devicesRouter, resetRouter]
  const health = route([healthRouter(control)])
  const api = compose([
    foreignPageGuard(allowedHosts),
    ...(adminToken === undefined ? [] : [bearer(adminToken)]),
    route(routers.map((router) => router(control))),
  ])

  async function healthFirst(ctx: Context, next: Next): Promise<void> {
    // Probes ask by whatever name they please, and learn nothing but that the server is there.
    await (ctx.path === `${adminRoot}/health` ? health(ctx, next) : api(ctx, next))
  }

  return compose<Context>([unstored, problems(report), healthFirst])
}

function route(routers: Router[]): Middleware {
  const all = new Router({ prefix: adminRoot })
  for (const router of routers) all.use(router.routes())
  return compose<Context>([all.routes(), all.allowedMethods()] as Middleware[])
}

async function unstored(ctx: Context, next: Next): Promise<void> {
  ctx.set('Cache-Control', 'no-store')
  ctx.set('X-Content-Type-Options', 'nosniff')
  await next()
}

/** What no route of the admin API takes is nobody else's either. */
async function nothingBelow(): Promise<void> {}
