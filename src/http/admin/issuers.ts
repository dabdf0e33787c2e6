import * as z from 'zod'
import { issuerSummary } from '../../control/issuers.ts'
import { originOf } from '../../provider/hosts.ts'
import { defineRoute } from './route.ts'

export const issuerRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/issuers',
    summary: 'List the issuers',
    good: { status: 200, description: 'All of them, the root issuer first.', schema: z.array(issuerSummary) },
    // The same origin that discovery would name, a proxy's included; which hosts may ask has been decided before.
    handle: ({ control, ctx }) => control.issuers(originOf(ctx.req, () => ctx.origin)),
  }),
]
