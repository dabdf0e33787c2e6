import * as z from 'zod'
import { endpoints } from '../../domain/exchange.ts'
import { defineDelayFault } from '../fault.ts'

/** Longer than any client waits. */
const longestMs = 600_000

/** The answer takes its time. @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2 RFC 9110 section 9.2.2} */
export const latency = defineDelayFault({
  name: 'latency',
  summary: 'The answer takes its time: all that the request asks for has been done by then.',
  see: 'https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2',
  endpoints,
  client: 'accept',
  exam: { with: { ms: 250 } },
  params: z.strictObject({
    ms: z.int().nonnegative().max(longestMs).default(1000).describe('How long, in milliseconds.'),
    jitter_ms: z
      .int()
      .nonnegative()
      .max(longestMs)
      .default(0)
      .describe('Up to how much longer, by chance, in milliseconds.'),
  }),
  at: () => 'answer',
  delay: (_exchange, { ms, jitter_ms: jitterMs }, port) => port.sleep(ms + Math.round(Math.random() * jitterMs)),
})
