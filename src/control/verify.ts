import * as z from 'zod'
import { selectorSchema } from '../journal/selector.ts'
import { type VerifyReport, verificationSchema, type WrittenVerification } from '../journal/verify.ts'

export type { VerifyReport, WrittenVerification } from '../journal/verify.ts'

export { verificationSchema as verification } from '../journal/verify.ts'

const nearMiss = z
  .strictObject({
    request: z.string().describe('The id of its entry.'),
    summary: z.string(),
    differs: z.array(z.strictObject({ member: z.string(), expected: z.string(), was: z.string() })),
  })
  .meta({ id: 'NearMiss', description: 'A request that matched all but one or two members.' })

export const verifyReport = z
  .strictObject({
    expectations: z.array(
      z.strictObject({
        met: z.boolean(),
        when: selectorSchema,
        answer: verificationSchema.shape.expect.unwrap().element.shape.answer,
        times: z.strictObject({ min: z.int(), max: z.int().optional() }),
        matched: z.int(),
        requests: z.array(z.string()).describe('The ids of those that matched; the newest where there are very many.'),
        near_misses: z.array(nearMiss),
      }),
    ),
    unfired: z
      .array(
        z.strictObject({
          id: z.string(),
          fault: z.string(),
          when: z.record(z.string(), z.unknown()),
          matches: z.int(),
          why: z.string(),
          near_misses: z.array(nearMiss),
        }),
      )
      .describe('Armed faults that never fired.'),
  })
  .meta({ id: 'VerifyReport', description: 'What became of each expectation.' })

export interface VerifyControl {
  /**
   * Checks that requests were made as expected, and that every armed fault has fired.
   *
   * @throws UnderstudyError `ERR_VERIFY_FAILED` (422), whose message explains and whose details are the report;
   * `ERR_REQUEST_INVALID`, `ERR_NO_JOURNAL`
   */
  verify(issuer: string, verification?: WrittenVerification): Promise<VerifyReport>
}
