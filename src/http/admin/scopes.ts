import * as z from 'zod'
import { entryWritten, scopeEntry } from '../../control/entries.ts'
import { answerPut } from './location.ts'
import { defineRoute } from './route.ts'

export const scopeRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/scopes',
    summary: 'List the scopes',
    description: 'Those that the issuer adds to the standard ones.',
    good: { status: 200, description: 'As the fixtures write them.', schema: z.array(scopeEntry) },
    handle: ({ control, params }) => control.scopes(params.issuer),
  }),
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/scopes/{scope}',
    summary: 'Show one scope',
    good: { status: 200, description: 'As the fixtures write it.', schema: scopeEntry },
    problems: { 404: ['ERR_SCOPE_UNKNOWN'] },
    handle: ({ control, params }) => control.scope(params.issuer, params.scope),
  }),
  defineRoute({
    method: 'put',
    path: '/api/issuers/{issuer}/scopes/{scope}',
    summary: 'Make a scope, or replace it',
    description: 'In force on the next request, kept over a restart by a store that is kept, undone by a reset.',
    body: entryWritten.scopes,
    good: { status: 200, description: 'It is replaced.', made: 'It is made.', schema: scopeEntry },
    problems: { 400: ['ERR_ENTRY_KEY'], 422: ['ERR_FIXTURES_INVALID'] },
    async handle({ control, params: { issuer, scope }, body, ctx }) {
      answerPut(ctx, await control.putScope(issuer, scope, body), 'issuers', issuer, 'scopes', scope)
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/api/issuers/{issuer}/scopes/{scope}',
    summary: 'Delete a scope',
    good: { status: 204, description: 'It is gone.' },
    problems: { 404: ['ERR_SCOPE_UNKNOWN'], 409: ['ERR_ENTRY_USED'] },
    handle: ({ control, params }) => control.deleteScope(params.issuer, params.scope),
  }),
]
