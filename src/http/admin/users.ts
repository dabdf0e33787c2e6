import * as z from 'zod'
import { entryWritten, userEntry } from '../../control/entries.ts'
import { answerPut } from './location.ts'
import { defineRoute } from './route.ts'

export const userRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/users',
    summary: 'List the users',
    good: { status: 200, description: 'As the fixtures write them.', schema: z.array(userEntry) },
    handle: ({ control, params }) => control.users(params.issuer),
  }),
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/users/{username}',
    summary: 'Show one user',
    good: { status: 200, description: 'As the fixtures write it.', schema: userEntry },
    problems: { 404: ['ERR_USER_UNKNOWN'] },
    handle: ({ control, params }) => control.user(params.issuer, params.username),
  }),
  defineRoute({
    method: 'put',
    path: '/api/issuers/{issuer}/users/{username}',
    summary: 'Make a user, or replace it',
    description: 'In force on the next request, kept over a restart by a store that is kept, undone by a reset.',
    body: entryWritten.users,
    good: { status: 200, description: 'It is replaced.', made: 'It is made.', schema: userEntry },
    problems: { 400: ['ERR_ENTRY_KEY'], 422: ['ERR_FIXTURES_INVALID'] },
    async handle({ control, params: { issuer, username }, body, ctx }) {
      answerPut(ctx, await control.putUser(issuer, username, body), 'issuers', issuer, 'users', username)
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/api/issuers/{issuer}/users/{username}',
    summary: 'Delete a user',
    good: { status: 204, description: 'It is gone, and with it what was granted and every session.' },
    problems: { 404: ['ERR_USER_UNKNOWN'], 409: ['ERR_ENTRY_USED'] },
    handle: ({ control, params }) => control.deleteUser(params.issuer, params.username),
  }),
]
