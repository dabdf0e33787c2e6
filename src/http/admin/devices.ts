import Router from '@koa/router'
import * as z from 'zod'
import type { Control } from '../../control/control.ts'
import { didYouMean } from '../../errors.ts'
import { readJson } from './body.ts'
import { pathParam } from './path-param.ts'

const whose = 'expected the username of who approves'
const approval = ['action', 'user']
const decision = ['action']

const actionSchema = z.discriminatedUnion('action', [
  z.strictObject(
    { action: z.literal('approve'), user: z.string({ error: whose }).min(1, { error: whose }) },
    { error: strangers(approval) },
  ),
  z.strictObject({ action: z.literal('deny') }, { error: strangers(decision) }),
  z.strictObject({ action: z.literal('expire') }, { error: strangers(decision) }),
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

/** Says which members of a decision there are not. */
function strangers(members: readonly string[]) {
  return function explain({ code, keys = [] }: { code?: string; keys?: readonly string[] }): string | undefined {
    if (code !== 'unrecognized_keys') return undefined
    return keys.map((key) => `no such member "${key}".${didYouMean(key, members)}`).join(' ')
  }
}
