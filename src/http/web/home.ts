import type { Middleware } from 'koa'
import { version } from '../../control/version.ts'
import type { Render } from '../../domain/pages.ts'
import type { Issuers } from '../../issuer/registry.ts'

/** The front door of the process: what this is, and where its issuers are. */
export function homePage(render: Render, issuers: Issuers): Middleware {
  return async function homePage(ctx, next) {
    if (ctx.originalUrl.split('?', 1)[0] !== '/' || ctx.method !== 'GET') return next()
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
