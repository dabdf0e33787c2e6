import Router from '@koa/router'
import * as z from 'zod'
import type { Control } from '../../control/control.ts'
import { readJson } from './body.ts'
import { pathParam } from './path-param.ts'

const toggleSchema = z.strictObject({ enabled: z.boolean() })

export function scenariosRouter(control: Control): Router {
  const router = new Router({ prefix: '/api/issuers/:name/scenarios' })
  router.get('/', async (ctx) => {
    ctx.body = await control.scenarios(pathParam(ctx, 'name'))
  })
  router.put('/:scenario', async (ctx) => {
    const { enabled } = await readJson(ctx, toggleSchema)
    ctx.body = await control.toggleScenario(pathParam(ctx, 'name'), pathParam(ctx, 'scenario'), enabled)
  })
  return router
}
