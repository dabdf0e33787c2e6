import { fixturesDocument, patchCounts } from '../../control/fixtures.ts'
import { defineRoute } from './route.ts'

/** The largest document: some ten thousands of users. */
export const documentLimitBytes = 16 * 1024 * 1024

export const fixturesRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/fixtures',
    summary: 'Export what is in force as a fixtures document',
    description:
      'It loads again to the same. What is as usual is left out, as are functions of a module. Passwords and secrets are in it. In a file, `${` is to be written `$${`; `understudy fixtures export` does so.',
    good: { status: 200, description: 'What could stand in a file.', schema: fixturesDocument },
    handle: ({ control, params }) => control.fixtures(params.issuer),
  }),
  defineRoute({
    method: 'patch',
    path: '/api/issuers/{issuer}/fixtures',
    summary: 'Merge a fixtures document in',
    description:
      'By key, as one more fixtures file would be; all of it or, where it has a mistake, nothing. Up to 16 MiB. What looks like a variable is text.',
    body: fixturesDocument,
    limitBytes: documentLimitBytes,
    good: { status: 200, description: 'It is in force on the next request.', schema: patchCounts },
    problems: { 422: ['ERR_FIXTURES_INVALID'] },
    handle: ({ control, params, body }) => control.patchFixtures(params.issuer, body),
  }),
]
