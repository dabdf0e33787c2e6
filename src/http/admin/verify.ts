import { verification, verifyReport } from '../../control/verify.ts'
import { defineRoute } from './route.ts'

export const verifyRoutes = [
  defineRoute({
    method: 'post',
    path: '/api/issuers/{issuer}/verify',
    summary: 'Check that requests were made as expected, and that armed faults fired',
    description:
      'Without a body it checks the armed faults alone. Where it fails, the problem document has the members of the report, and a detail that explains.',
    body: verification.optional(),
    good: { status: 200, description: 'All is as expected.', schema: verifyReport },
    problems: { 409: ['ERR_NO_JOURNAL'], 422: ['ERR_VERIFY_FAILED'] },
    handle: ({ control, params, body }) => control.verify(params.issuer, body),
  }),
]
