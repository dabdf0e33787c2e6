import * as z from 'zod'
import { endpoints } from '../../domain/exchange.ts'
import { defineConnectionFault, noParams } from '../fault.ts'

const messaging = 'https://www.rfc-editor.org/rfc/rfc9112#section-9.5'
const incomplete = 'https://www.rfc-editor.org/rfc/rfc9112#section-8'
const longestMs = 600_000

const milliseconds = (usual: number, what: string) =>
  z.int().nonnegative().max(longestMs).default(usual).describe(`${what}, in milliseconds.`)

const moment = (usual: 'request' | 'answer') =>
  z
    .enum(['request', 'answer'])
    .default(usual)
    .describe(`Before anything is done, or once all that the request asks for is done.`)

/** Connections that break, stall or lie. */
export const connectionFaults = [
  defineConnectionFault({
    name: 'timeout',
    summary: 'Nobody answers; the connection is closed once no client should wait any longer.',
    see: messaging,
    endpoints,
    client: 'handle',
    exam: { with: { ms: 1500 } },
    params: z.strictObject({ ms: milliseconds(60_000, 'When the connection is closed'), at: moment('request') }),
    at: ({ at }) => at,
    async send(wire, { ms }) {
      await wire.sleep(ms)
      wire.end()
    },
  }),
  defineConnectionFault({
    name: 'connection-reset',
    summary: 'The connection is reset, and nothing has been done.',
    see: messaging,
    endpoints,
    client: 'handle',
    params: z.strictObject({ at: moment('request') }),
    at: ({ at }) => at,
    send: async (wire) => wire.reset(),
  }),
  defineConnectionFault({
    name: 'lost-response',
    summary: 'All is done that the request asks for, and the client never hears of it.',
    see: 'https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2',
    endpoints: ['token'],
    alsoAt: endpoints.filter((endpoint) => endpoint !== 'token'),
    client: 'handle',
    params: noParams,
    at: () => 'answer',
    send: async (wire) => wire.reset(),
  }),
  defineConnectionFault({
    name: 'reset-mid-body',
    summary: 'The connection is reset in the middle of the answer.',
    see: incomplete,
    endpoints,
    client: 'handle',
    params: z.strictObject({
      after_bytes: z.int().nonnegative().optional().describe('So much of the body is sent. Default: half of it.'),
    }),
    at: () => 'answer',
    async send(wire, { after_bytes: afterBytes }) {
      const { head, body } = wire.answer
      await wire.write(head())
      await wire.write(body.subarray(0, afterBytes ?? Math.floor(body.length / 2)))
      // What has been written may still be on its way, and a reset would overtake it.
      await wire.sleep(20)
      wire.reset()
    },
  }),
  defineConnectionFault({
    name: 'truncate',
    summary: 'The answer ends too early, in good order, though its length was told.',
    see: incomplete,
    endpoints,
    client: 'reject',
    params: z.strictObject({
      after_bytes: z.int().nonnegative().optional().describe('So much of the body is sent. Default: half of it.'),
    }),
    at: () => 'answer',
    isIdle: ({ body }, { after_bytes: afterBytes }) => (afterBytes ?? Math.floor(body.length / 2)) >= body.length,
    async send(wire, { after_bytes: afterBytes }) {
      const { head, body } = wire.answer
      await wire.write(head())
      await wire.write(body.subarray(0, afterBytes ?? Math.floor(body.length / 2)))
      wire.end()
    },
  }),
  defineConnectionFault({
    name: 'slow-drip',
    summary: 'The answer comes a few bytes at a time.',
    see: messaging,
    endpoints,
    client: 'accept',
    exam: { with: { bytes: 128, ms: 10 } },
    params: z.strictObject({
      bytes: z.int().positive().default(16).describe('How many bytes at a time.'),
      ms: milliseconds(50, 'How long each takes'),
    }),
    at: () => 'answer',
    async send(wire, { bytes, ms }) {
      const { head, body } = wire.answer
      const whole = Buffer.concat([Buffer.from(head()), body])
      for (let sent = 0; sent < whole.length && !wire.isGone; sent += bytes) {
        await wire.write(whole.subarray(sent, sent + bytes))
        await wire.sleep(ms)
      }
      wire.end()
    },
  }),
  defineConnectionFault({
    name: 'wrong-content-length',
    summary: 'The answer is longer or shorter than it says.',
    see: 'https://www.rfc-editor.org/rfc/rfc9112#section-6.3',
    endpoints,
    client: 'reject',
    params: z.strictObject({
      by: z
        .int()
        .min(-1_000_000)
        .max(1_000_000)
        .refine((by) => by !== 0, { error: 'expected a number other than 0, above or below it' })
        .default(10)
        .describe('How many bytes more the header tells than there are; fewer, below zero.'),
    }),
    at: () => 'answer',
    isIdle: ({ body }, { by }) => by < 0 && body.length === 0,
    async send(wire, { by }) {
      const { head, body } = wire.answer
      await wire.write(head({ 'content-length': String(Math.max(0, body.length + by)) }))
      await wire.write(body)
      wire.end()
    },
  }),
  defineConnectionFault({
    name: 'close-keep-alive',
    summary: 'The answer says that the connection lives on, and then it is closed.',
    see: 'https://www.rfc-editor.org/rfc/rfc9112#section-9.3.1',
    endpoints,
    client: 'accept',
    params: noParams,
    at: () => 'answer',
    async send(wire) {
      const { head, body } = wire.answer
      const alive = Buffer.from(head({ connection: 'keep-alive', 'keep-alive': 'timeout=60' }))
      // Both at once, lest the next request comes in between, is done, and never answered.
      const written = wire.write(Buffer.concat([alive, body]))
      wire.end()
      await written
    },
  }),
] as const
