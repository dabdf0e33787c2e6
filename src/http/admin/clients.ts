import * as z from 'zod'
import { clientEntry, entryWritten } from '../../control/entries.ts'
import { answerPut } from './location.ts'
import { defineRoute } from './route.ts'

export const clientRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/clients',
    summary: 'List the clients',
    good: { status: 200, description: 'As the fixtures write them.', schema: z.array(clientEntry) },
    handle: ({ control, params }) => control.clients(params.issuer),
  }),
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/clients/{client_id}',
    summary: 'Show one client',
    good: { status: 200, description: 'As the fixtures write it.', schema: clientEntry },
    problems: { 404: ['ERR_CLIENT_UNKNOWN'] },
    handle: ({ control, params }) => control.client(params.issuer, params.client_id),
  }),
  defineRoute({
    method: 'put',
    path: '/api/issuers/{issuer}/clients/{client_id}',
    summary: 'Make a client, or replace it',
    description: 'In force on the next request, kept over a restart by a store that is kept, undone by a reset.',
    body: entryWritten.clients,
    good: { status: 200, description: 'It is replaced.', made: 'It is made.', schema: clientEntry },
    problems: { 400: ['ERR_ENTRY_KEY'], 422: ['ERR_FIXTURES_INVALID'] },
    async handle({ control, params: { issuer, client_id }, body, ctx }) {
      answerPut(ctx, await control.putClient(issuer, client_id, body), 'issuers', issuer, 'clients', client_id)
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/api/issuers/{issuer}/clients/{client_id}',
    summary: 'Delete a client',
    good: { status: 204, description: 'It is gone, and nothing that it was given works any more.' },
    problems: { 404: ['ERR_CLIENT_UNKNOWN'] },
    handle: ({ control, params }) => control.deleteClient(params.issuer, params.client_id),
  }),
]
