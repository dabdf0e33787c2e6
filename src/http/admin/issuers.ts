import Router from '@koa/router'
import type { Control } from '../../control/control.ts'
import { originOf } from '../../provider/hosts.ts'

export function issuersRouter(control: Control): Router {
  const router = new Router()
  router.get('/api/issuers', async (ctx) => {
    // The same origin that discovery would name, a proxy's included; which hosts may ask has been decided before.
    ctx.body = await control.issuers(originOf(ctx.req, () => ctx.origin))
  })
  return router
}
