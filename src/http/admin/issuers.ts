import Router from '@koa/router'
import type { Control } from '../../control/control.ts'

export function issuersRouter(control: Control): Router {
  const router = new Router()
  router.get('/api/issuers', async (ctx) => {
    ctx.body = await control.issuers(`${ctx.protocol}://${ctx.req.headers.host}`)
  })
  return router
}
