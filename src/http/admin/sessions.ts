import * as z from 'zod'
import { sessionFilter, sessionView, signedInBrowser, signIn } from '../../control/sessions.ts'
import { issuerOrigin } from './origin.ts'
import { defineRoute } from './route.ts'

export const sessionRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/sessions',
    summary: 'List who is signed in',
    query: sessionFilter,
    good: { status: 200, description: 'One entry for each browser, the newest last.', schema: z.array(sessionView) },
    problems: { 404: ['ERR_USER_UNKNOWN'] },
    handle: ({ control, params, query }) => control.sessions(params.issuer, query),
  }),
  defineRoute({
    method: 'post',
    path: '/api/issuers/{issuer}/sessions',
    summary: 'Sign a user in, in a browser that is given the cookies',
    description:
      "The cookies hold at the port by which this request asks, at those of the issuer's own names, and at `origins`.",
    body: signIn,
    good: { status: 201, description: 'The cookies that make a browser be signed in.', schema: signedInBrowser },
    problems: { 404: ['ERR_USER_UNKNOWN'], 409: ['ERR_USER_STATE'] },
    handle: ({ control, params, body, ctx }) => {
      const asked = issuerOrigin(ctx)
      return control.signIn(params.issuer, { ...body, origins: [...(body.origins ?? []), asked] })
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/api/issuers/{issuer}/sessions',
    summary: 'End every session, or those of one user',
    query: sessionFilter,
    good: { status: 204, description: 'They have to log in again.' },
    problems: { 404: ['ERR_USER_UNKNOWN'] },
    handle: ({ control, params, query }) =>
      control.endSessions(params.issuer, query.user === undefined ? undefined : query),
  }),
  defineRoute({
    method: 'delete',
    path: '/api/issuers/{issuer}/sessions/{id}',
    summary: 'End one session',
    description: 'And, where the issuer says `session_bound`, the tokens that came of it. No client is told.',
    good: { status: 204, description: 'That browser has to log in again.' },
    problems: { 404: ['ERR_SESSION_UNKNOWN'] },
    handle: ({ control, params }) => control.endSession(params.issuer, params.id),
  }),
]
