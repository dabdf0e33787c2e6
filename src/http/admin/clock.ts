import { clockAdvance, clockSetting, clockView } from '../../control/clock.ts'
import { defineRoute } from './route.ts'

export const clockRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/clock',
    summary: 'Tell the time of the issuer',
    good: { status: 200, description: 'As it is now.', schema: clockView },
    handle: ({ control, params }) => control.clock(params.issuer),
  }),
  defineRoute({
    method: 'put',
    path: '/api/issuers/{issuer}/clock',
    summary: 'Skew the times that are signed into tokens',
    description: 'The issuer itself keeps its time, so that logins and stored tokens go on working.',
    body: clockSetting,
    good: { status: 200, description: 'As it is now.', schema: clockView },
    problems: { 400: ['ERR_CLOCK_RANGE'] },
    handle: ({ control, params, body }) => control.setClock(params.issuer, body),
  }),
  defineRoute({
    method: 'post',
    path: '/api/issuers/{issuer}/clock/advance',
    summary: 'Move the time of the issuer forward',
    description: 'All that it has stored, tokens and sessions among it, is as much older from then on.',
    body: clockAdvance,
    good: { status: 200, description: 'As it is now.', schema: clockView },
    problems: { 400: ['ERR_CLOCK_RANGE'] },
    handle: ({ control, params, body }) => control.advanceClock(params.issuer, body.by),
  }),
]
