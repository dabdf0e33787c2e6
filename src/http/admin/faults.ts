import Router from '@koa/router'
import * as z from 'zod'
import type { Control } from '../../control/control.ts'
import { readJson } from './body.ts'
import { pathParam } from './path-param.ts'

// What a spec may say is the matter of the faults themselves, whose mistakes tell what would be right.
const specSchema = z.record(z.string(), z.unknown(), { error: 'expected an armed fault, as the fixtures write it' })

export function faultsRouter(control: Control): Router {
  const router = new Router({ prefix: '/api/issuers/:name/faults' })
  router.get('/', async (ctx) => {
    ctx.body = await control.faults(pathParam(ctx, 'name'))
  })
  router.post('/', async (ctx) => {
    const name = pathParam(ctx, 'name')
    const armed = await control.arm(name, await readJson(ctx, specSchema))
    ctx.status = 201
    ctx.set('Location', `/_understudy/api/issuers/${encodeURIComponent(name)}/faults/${encodeURIComponent(armed.id)}`)
    ctx.body = armed
  })
  router.delete('/', async (ctx) => {
    await control.disarm(pathParam(ctx, 'name'))
    ctx.status = 204
  })
  router.get('/:id', async (ctx) => {
    ctx.body = await control.fault(pathParam(ctx, 'name'), pathParam(ctx, 'id'))
  })
  router.delete('/:id', async (ctx) => {
    await control.disarm(pathParam(ctx, 'name'), pathParam(ctx, 'id'))
    ctx.status = 204
  })
  return router
}
