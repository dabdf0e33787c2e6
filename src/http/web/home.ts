import type { Context, Middleware } from 'koa'
import { version } from '../../control/version.ts'
import type { Render } from '../../domain/pages.ts'
import { personaOf } from '../../issuer/issuer.ts'
import type { Issuers } from '../../issuer/registry.ts'
import { originOf } from '../../provider/hosts.ts'
import { withHostOf } from '../admin/origin.ts'

/**
 * The front door of the process: what this is, and where its issuers and the description of the admin API are.
 *
 * @param adminOrigin of the admin API, where it has a port to itself
 */
export function homePage(render: Render, issuers: Issuers, adminOrigin?: () => string): Middleware {
  return function homePage(ctx, next) {
    const isHome = ctx.method === 'GET' && ctx.path === '/'
    return isHome ? answer(ctx) : next()
  }

  async function answer(ctx: Context): Promise<void> {
    ctx.type = 'html'
    ctx.body = await render('home', {
      version,
      reference: referenceUrl(ctx),
      issuers: [...issuers.all()].map(({ name, settings, provider }) => {
        const url = provider.naming.issuerFor(ctx.req)
        const persona = personaOf(settings)
        const { authorization, token } = persona.endpoints
        const found =
          persona.discovery === false
            ? { plays: persona.look?.name ?? persona.name, paths: [authorization, token] }
            : { discovery: `${provider.naming.baseFor(ctx.req, 'discovery')}/.well-known/openid-configuration` }
        return { name, url, ...found, users: settings.users.length, clients: settings.clients.length }
      }),
    })
  }

  /** By the name that the browser has used. */
  function referenceUrl(ctx: Context): string {
    const origin = originOf(ctx.req, () => ctx.origin)
    return `${adminOrigin === undefined ? origin : withHostOf(origin, adminOrigin())}/_understudy/docs`
  }
}
