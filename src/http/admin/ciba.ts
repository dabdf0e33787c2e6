import * as z from 'zod'
import { cibaAction, pendingCiba } from '../../control/ciba.ts'
import { defineRoute } from './route.ts'

export const cibaRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/ciba',
    summary: 'List the backchannel authentication requests that wait for their users',
    good: { status: 200, description: 'Those that are neither decided nor expired.', schema: z.array(pendingCiba) },
    handle: ({ control, params }) => control.ciba(params.issuer),
  }),
  defineRoute({
    method: 'post',
    path: '/api/issuers/{issuer}/ciba/{auth_req_id}',
    summary: 'Approve, deny or expire a backchannel authentication request',
    description: 'The request has named its user, who is taken to have decided.',
    body: cibaAction,
    good: { status: 204, description: 'It is decided.' },
    problems: { 404: ['ERR_CIBA_UNKNOWN', 'ERR_USER_UNKNOWN'], 409: ['ERR_CIBA_DECIDED', 'ERR_USER_STATE'] },
    handle: ({ control, params, body }) => control.actOnCiba(params.issuer, params.auth_req_id, body),
  }),
]
