import type { Context, Next } from 'koa'
import compose from 'koa-compose'
import type { Control } from '../../control/control.ts'
import type { Render } from '../../domain/pages.ts'
import { bearer } from './bearer.ts'
import { authorityRoutes } from './certificates.ts'
import { descriptionRoutes } from './describe.ts'
import { foreignPageGuard } from './guard.ts'
import { healthRoutes } from './health.ts'
import { problems } from './problem.ts'
import { routeAll } from './route.ts'
import { guardedRoutes } from './routes.ts'

export interface AnswerOptions {
  /** The path below which all of it stands. */
  root: string
  control: Control
  render: Render
  /** Required of every request as a bearer token, but for health and the description of the API; undefined: nobody is asked for one. */
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
  render,
  adminToken,
  allowedHosts,
  report,
}: AnswerOptions): compose.ComposedMiddleware<Context> {
  const needsToken = adminToken !== undefined
  const openRoutes = [...healthRoutes, ...authorityRoutes, ...descriptionRoutes({ root, render, needsToken })]
  const open = routeAll(root, openRoutes, control)
  const openPaths = new Set(openRoutes.map(({ path }) => root + path))
  const guarded = compose([
    foreignPageGuard(allowedHosts),
    ...(adminToken === undefined ? [] : [bearer(adminToken)]),
    routeAll(root, guardedRoutes, control),
  ])

  async function openFirst(ctx: Context, next: Next): Promise<void> {
    // Probes and readers ask by whatever name they please, and learn nothing that the package does not tell.
    if (openPaths.has(ctx.path)) return open(ctx, next)
    if (ctx.method === 'GET' && (ctx.path === root || ctx.path === `${root}/`)) return redirectToPage(ctx)
    return guarded(ctx, next)
  }

  return compose<Context>([unstored, problems(report), openFirst])
}

async function unstored(ctx: Context, next: Next): Promise<void> {
  ctx.set('Cache-Control', 'no-store')
  ctx.set('X-Content-Type-Options', 'nosniff')
  await next()
}

/** Relative, so that it holds below whatever prefix a proxy takes off. */
function redirectToPage(ctx: Context): void {
  ctx.status = 302
  ctx.redirect(ctx.path.endsWith('/') ? 'docs' : `${ctx.path.slice(1)}/docs`)
}
