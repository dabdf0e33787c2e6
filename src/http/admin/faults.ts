import * as z from 'zod'
import { armedFaultSpec, armedFaultView, releaseOptions, releaseReport } from '../../control/faults.ts'
import { defineRoute } from './route.ts'

export const faultRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/faults',
    summary: 'List the armed faults with their counters',
    good: { status: 200, description: 'In the order in which they were armed.', schema: z.array(armedFaultView) },
    handle: ({ control, params }) => control.faults(params.issuer),
  }),
  defineRoute({
    method: 'post',
    path: '/api/issuers/{issuer}/faults',
    summary: 'Arm a fault, or a script of faults',
    body: armedFaultSpec,
    good: { status: 201, description: 'It is armed.', schema: armedFaultView },
    problems: { 400: ['ERR_FAULT_INVALID'], 404: ['ERR_FAULT_UNKNOWN'] },
    async handle({ control, params: { issuer }, body, ctx }) {
      const armed = await control.arm(issuer, body)
      ctx.set(
        'Location',
        `/_understudy/api/issuers/${encodeURIComponent(issuer)}/faults/${encodeURIComponent(armed.id)}`,
      )
      return armed
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/api/issuers/{issuer}/faults',
    summary: 'Disarm every fault',
    good: { status: 204, description: 'None is armed any more.' },
    handle: ({ control, params }) => control.disarm(params.issuer),
  }),
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/faults/{id}',
    summary: 'Show one armed fault',
    good: { status: 200, description: 'With its counters.', schema: armedFaultView },
    problems: { 404: ['ERR_ARMED_UNKNOWN'] },
    handle: ({ control, params }) => control.fault(params.issuer, params.id),
  }),
  defineRoute({
    method: 'delete',
    path: '/api/issuers/{issuer}/faults/{id}',
    summary: 'Disarm one fault',
    good: { status: 204, description: 'It is disarmed.' },
    problems: { 404: ['ERR_ARMED_UNKNOWN'] },
    handle: ({ control, params }) => control.disarm(params.issuer, params.id),
  }),
  defineRoute({
    method: 'post',
    path: '/api/issuers/{issuer}/faults/{id}/release',
    summary: 'Release what a fault holds',
    body: releaseOptions,
    good: { status: 200, description: 'They go on.', schema: releaseReport },
    problems: { 404: ['ERR_ARMED_UNKNOWN'], 409: ['ERR_NOT_HELD'] },
    handle: ({ control, params, body }) => control.release(params.issuer, params.id, body),
  }),
]
