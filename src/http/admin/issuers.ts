import * as z from 'zod'
import { issuerSummary, newIssuer } from '../../control/issuers.ts'
import { refuseFiles } from '../../fixtures/single.ts'
import { documentLimitBytes } from './fixtures.ts'
import { locate } from './location.ts'
import { issuerOrigin } from './origin.ts'
import { defineRoute } from './route.ts'

export const issuerRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/issuers',
    summary: 'List the issuers',
    good: { status: 200, description: 'All of them, the root issuer first.', schema: z.array(issuerSummary) },
    // The same origin that discovery would name, a proxy's included; which hosts may ask has been decided before.
    handle: ({ control, ctx }) => control.issuers(issuerOrigin(ctx)),
  }),
  defineRoute({
    method: 'post',
    path: '/api/issuers',
    summary: 'Create an issuer',
    description:
      'Beside those of the fixtures, whose reloads leave it alone; there again after a restart where the store is kept, until it is ended or the fixtures declare its name.',
    body: newIssuer,
    limitBytes: documentLimitBytes,
    good: { status: 201, description: 'It takes requests.', schema: issuerSummary },
    problems: { 409: ['ERR_ISSUER_EXISTS'], 422: ['ERR_FIXTURES_INVALID'] },
    async handle({ control, body, ctx }) {
      refuseFiles(body)
      const made = await control.createIssuer(body, issuerOrigin(ctx))
      locate(ctx, 'issuers', made.name)
      return made
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/api/issuers/{issuer}',
    summary: 'End an issuer that was created',
    good: { status: 204, description: 'It is gone, and all that it had stored.' },
    problems: { 409: ['ERR_ISSUER_DECLARED'] },
    handle: ({ control, params }) => control.endIssuer(params.issuer),
  }),
]
