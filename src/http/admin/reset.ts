import Router from '@koa/router'
import * as z from 'zod'
import { type Control, resettable } from '../../control/control.ts'
import { readJson } from './body.ts'
import { pathParam } from './path-param.ts'

const resetSchema = z.strictObject({ keep: z.array(z.enum(resettable)).optional() }).optional()

export function resetRouter(control: Control): Router {
  const router = new Router({ prefix: '/api/issuers/:name/reset' })
  router.post('/', async (ctx) => {
    await control.reset(pathParam(ctx, 'name'), await readJson(ctx, resetSchema))
    ctx.status = 204
  })
  return router
}
