import { STATUS_CODES } from 'node:http'
import * as z from 'zod'
import { endpoints } from '../../domain/exchange.ts'
import { defineAnswerFault } from '../fault.ts'

const seconds = z.int().nonnegative().max(86_400)

const bodies = {
  html: {
    type: 'text/html; charset=utf-8',
    write: (text: string) => `<!doctype html><title>${text}</title><h1>${text}</h1>\n`,
  },
  json: { type: 'application/json; charset=utf-8', write: (text: string) => JSON.stringify({ message: text }) },
  empty: { type: 'text/plain; charset=utf-8', write: () => '' },
} as const

/** What gateways, proxies and load balancers answer, who know nothing of the protocol. */
export const plainAnswers = [
  defineAnswerFault({
    name: 'http-status',
    summary: 'A gateway answers with a status of its own, and what was asked for has not been done.',
    see: 'https://www.rfc-editor.org/rfc/rfc9110#section-15',
    endpoints,
    client: 'handle',
    params: z.strictObject({
      status: z.int().min(200).max(599).default(503).describe('The status.'),
      body: z.enum(['html', 'json', 'empty']).default('html').describe('What is in it.'),
      retry_after: seconds.optional().describe('`Retry-After`, in seconds.'),
    }),
    answer: (_exchange, { status, body, retry_after: retryAfter }) => ({
      plain: true,
      status,
      headers: {
        'content-type': bodies[body].type,
        ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
        // RFC 9110 15.5.6 asks for it; an empty one says that nothing is allowed for now.
        ...(status === 405 && { allow: '' }),
      },
      body: bodies[body].write(`${status} ${STATUS_CODES[status] ?? 'Unknown'}`),
    }),
  }),
  defineAnswerFault({
    name: 'rate-limit',
    summary: 'A gateway has had enough of this client for now: 429, with when to come back.',
    see: 'https://www.rfc-editor.org/rfc/rfc6585#section-4',
    endpoints,
    client: 'handle',
    params: z.strictObject({ retry_after: seconds.default(30).describe('`Retry-After`, in seconds.') }),
    answer: (_exchange, { retry_after: retryAfter }) => ({
      plain: true,
      status: 429,
      headers: { 'content-type': bodies.json.type, 'retry-after': String(retryAfter) },
      body: bodies.json.write('Too many requests'),
    }),
  }),
  defineAnswerFault({
    name: 'redirect-loop',
    summary: 'The endpoint redirects to itself.',
    see: 'https://www.rfc-editor.org/rfc/rfc9110#section-15.4',
    endpoints,
    client: 'reject',
    params: z.strictObject({
      status: z.literal([301, 302, 303, 307, 308]).default(307).describe('The status.'),
    }),
    // What was posted is sent again where the status says so, and stands in no URL. One more than those give up after that are the most patient.
    times: 51,
    answer: ({ method, params }, { status }) => ({
      plain: true,
      status,
      headers: {
        location: `?${new URLSearchParams(method === 'POST' ? [] : definedOf(params))}`,
        'content-type': bodies.empty.type,
      },
      body: '',
    }),
  }),
] as const

function definedOf(params: Readonly<Record<string, string | undefined>>): [string, string][] {
  return Object.entries(params).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, string]],
  )
}
