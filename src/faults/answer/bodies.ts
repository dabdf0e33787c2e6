import * as z from 'zod'
import type { Endpoint } from '../../domain/exchange.ts'
import { type Answer, defineRewriteFault, membersOf, noParams } from '../fault.ts'

const see = 'https://www.rfc-editor.org/rfc/rfc6749#section-5.1'
const endpoints = ['token'] as const
const alsoAt: readonly Endpoint[] = [
  'userinfo',
  'introspection',
  'device_authorization',
  'pushed_authorization_request',
  'backchannel_authentication',
  'registration',
  'jwks',
  'discovery',
  'resource',
]

/** Answers in JSON, or signed ones, whose body is something else. */
export const bodyFaults = [
  defineRewriteFault({
    name: 'malformed-json',
    summary: 'The answer is called JSON, or a JWT, and breaks off in the middle.',
    see,
    endpoints,
    alsoAt,
    client: 'reject',
    params: noParams,
    rewrite: (answer) => ifRead(answer, { body: answer.body.slice(0, Math.ceil(answer.body.length / 2)) }),
  }),
  defineRewriteFault({
    name: 'html-page',
    summary: 'A page comes in the place of the answer, with a status that says that all is well.',
    see,
    endpoints,
    alsoAt,
    client: 'reject',
    params: z.strictObject({ title: z.string().max(200).default('Sign in to the network').describe('What it says.') }),
    rewrite: (answer, { title }) => {
      const text = title.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)
      const body = `<!doctype html><title>${text}</title><h1>${text}</h1>\n`
      return ifRead(answer, { headers: { ...answer.headers, 'content-type': 'text/html; charset=utf-8' }, body })
    },
  }),
  defineRewriteFault({
    name: 'empty-body',
    summary: 'The answer has no body.',
    see,
    endpoints,
    alsoAt,
    client: 'reject',
    params: noParams,
    rewrite: (answer) => ifRead(answer, { body: '' }),
  }),
  defineRewriteFault({
    name: 'wrong-content-type',
    summary: 'The answer is JSON, or a JWT, and called something else.',
    see,
    endpoints,
    alsoAt,
    client: 'either',
    params: z.strictObject({
      content_type: z
        .string()
        .regex(/^[\w.+-]+\/[\w.+-]+(?:; ?[\w.+-]+=[\w.+-]+)*$/, { error: 'expected a media type, such as text/plain' })
        .default('text/plain; charset=utf-8')
        .describe('What it is called.'),
    }),
    rewrite: (answer, { content_type: type }) =>
      ifRead(answer, { headers: { ...answer.headers, 'content-type': type } }),
  }),
] as const

/** Changes a good answer that programs read: in JSON, or signed. */
function ifRead(answer: Answer, changes: Partial<Answer>): Answer | undefined {
  const isGood = answer.status >= 200 && answer.status < 300
  const isJwt = /^application\/(?:[\w.-]+\+)?jwt\b/.test(String(answer.headers['content-type']))
  return isGood && (isJwt || membersOf(answer) !== undefined) ? { ...answer, ...changes } : undefined
}
