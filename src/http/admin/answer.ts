import type { Context, Next } from 'koa'
import compose from 'koa-compose'
import type { Control } from '../../control/control.ts'
import { bearer } from './bearer.ts'
import { foreignPageGuard } from './guard.ts'
import { healthRoutes } from './health.ts'
import { problems } from './problem.ts'
import { routeAll } from './route.ts'
import { guardedRoutes } from './routes.ts'

export interface AnswerOptions {
  /** The path below which all of it stands. */
  root: string
  control: Control
  /** Required of every request as a bearer token, health apart; undefined: nobody is asked for one. */
  adminToken?: string | undefined
  /** Host names that may ask beside loopback names, IP literals and single labels: the issuers' own, and `--admin-hosts`. */
  allowedHosts: () => Iterable<string>
  /** Told of errors that nobody foresaw. */
  report: (error: unknown) => void
}

/** The layers of the admin API, outermost first. */
export function createAnswer({
  root,
  control,
  adminToken,
  allowedHosts,
  report,
}: AnswerOptions): compose.ComposedMiddleware<Context> {
  const open = routeAll(root, healthRoutes, control)
  const openPaths = new Set(healthRoutes.map(({ path }) => root + path))
  const guarded = compose([
    foreignPageGuard(allowedHosts),
    ...(adminToken === undefined ? [] : [bearer(adminToken)]),
    routeAll(root, guardedRoutes, control),
  ])

  async function openFirst(ctx: Context, next: Next): Promise<void> {
    await (openPaths.has(ctx.path) ? open(ctx, next) : guarded(ctx, next))
  }

  return compose<Context>([unstored, problems(report), openFirst])
}

async function unstored(ctx: Context, next: Next): Promise<void> {
  ctx.set('Cache-Control', 'no-store')
  ctx.set('X-Content-Type-Options', 'nosniff')
  await next()
}
