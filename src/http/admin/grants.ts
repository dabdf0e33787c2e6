import * as z from 'zod'
import { grantFilter, grantView } from '../../control/grants.ts'
import { defineRoute } from './route.ts'

export const grantRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/grants',
    summary: 'List what people have allowed clients',
    query: grantFilter,
    good: {
      status: 200,
      description: 'With the tokens that are alive, the newest grant last.',
      schema: z.array(grantView),
    },
    problems: { 404: ['ERR_USER_UNKNOWN', 'ERR_CLIENT_UNKNOWN'] },
    handle: ({ control, params, query }) => control.grants(params.issuer, query),
  }),
  defineRoute({
    method: 'delete',
    path: '/api/issuers/{issuer}/grants',
    summary: 'Revoke every grant, or those of a user or a client',
    query: grantFilter,
    good: { status: 204, description: 'They are gone, with all their codes and tokens.' },
    problems: { 404: ['ERR_USER_UNKNOWN', 'ERR_CLIENT_UNKNOWN'] },
    handle: ({ control, params, query }) =>
      control.revokeGrants(params.issuer, Object.keys(query).length === 0 ? undefined : query),
  }),
  defineRoute({
    method: 'delete',
    path: '/api/issuers/{issuer}/grants/{id}',
    summary: 'Revoke one grant',
    description: 'Its codes and tokens are dead, and the client has to ask for consent again.',
    good: { status: 204, description: 'It is gone.' },
    problems: { 404: ['ERR_GRANT_UNKNOWN'] },
    handle: ({ control, params }) => control.revokeGrant(params.issuer, params.id),
  }),
]
