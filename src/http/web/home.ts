import type { Context, Middleware } from 'koa'
import { version } from '../../control/version.ts'
import type { Render } from '../../domain/pages.ts'
import type { Issuers } from '../../issuer/registry.ts'

/** The front door of the process: what this is, and where its issuers are. */
export function homePage(render: Render, issuers: Issuers): Middleware {
  return function homePage(ctx, next) {
    const isHome = ctx.method === 'GET' && ctx.path === '/'
    return isHome ? answer(ctx) : next()
  }

  async function answer(ctx: Context): Promise<void> {
    ctx.type = 'html'
    ctx.body = await render('home', {
      version,
      issuers: [...issuers.all()].map(({ name, settings, provider }) => {
        const url = provider.naming.issuerFor(ctx.req)
        const discovery = `${provider.naming.baseFor(ctx.req, 'discovery')}/.well-known/openid-configuration`
        return { name, url, discovery, users: settings.users.length, clients: settings.clients.length }
      }),
    })
  }
}
