import * as z from 'zod'
import { endpoints } from '../../domain/exchange.ts'
import { defineDelayFault } from '../fault.ts'

/**
 * The request waits until somebody lets it go, so that races are played move by move.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2 RFC 9700 section 4.14.2}
 */
export const hold = defineDelayFault({
  name: 'hold',
  summary: 'The request waits until it is released, or until enough others wait with it.',
  see: 'https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2',
  endpoints,
  client: 'accept',
  exam: { with: { timeout_ms: 250 } },
  params: z.strictObject({
    at: z
      .enum(['request', 'answer'])
      .default('request')
      .describe('Before anything is done, or once it is done and the answer is about to leave. Default: request.'),
    until: z
      .int()
      .min(2)
      .max(1000)
      .optional()
      .describe('How many wait before all go on; times is this number, where nothing else is said.'),
    timeout_ms: z
      .int()
      .positive()
      .max(600_000)
      .default(30_000)
      .describe('When a request goes on that nobody has released, in milliseconds. Default: 30000.'),
  }),
  at: ({ at }) => at,
  times: ({ until }) => until,
  delay: (_exchange, { until, timeout_ms: timeoutMs }, port) => port.hold({ until, timeoutMs }),
})
