import Router from '@koa/router'
import type { Control } from '../../control/control.ts'

/** Says that the server is up and which version it is; asked by anyone, from anywhere. */
export function healthRouter(control: Control): Router {
  const router = new Router()
  router.get('/health', async (ctx) => {
    ctx.body = await control.health()
  })
  return router
}
