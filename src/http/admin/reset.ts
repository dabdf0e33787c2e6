import { resetOptions } from '../../control/reset.ts'
import { defineRoute } from './route.ts'

export const resetRoutes = [
  defineRoute({
    method: 'post',
    path: '/api/issuers/{issuer}/reset',
    summary: 'Go back to the fixtures',
    description: 'Edits, faults, clock, journal, tokens and sessions go, but for what `keep` names; keys stay.',
    body: resetOptions.optional(),
    good: { status: 204, description: 'The issuer is as the fixtures declare it.' },
    handle: ({ control, params, body }) => control.reset(params.issuer, body),
  }),
]
