import Router from '@koa/router'
import * as z from 'zod'
import type { Control } from '../../control/control.ts'
import { readJson } from './body.ts'
import { pathParam } from './path-param.ts'

const actionSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('approve'), user: z.string().min(1) }),
  z.strictObject({ action: z.literal('deny') }),
  z.strictObject({ action: z.literal('expire') }),
])

export function devicesRouter(control: Control): Router {
  const router = new Router({ prefix: '/api/issuers/:name/device' })
  router.get('/', async (ctx) => {
    ctx.body = await control.devices(pathParam(ctx, 'name'))
  })
  router.post('/:userCode', async (ctx) => {
    await control.actOnDevice(pathParam(ctx, 'name'), pathParam(ctx, 'userCode'), await readJson(ctx, actionSchema))
    ctx.status = 204
  })
  return router
}
