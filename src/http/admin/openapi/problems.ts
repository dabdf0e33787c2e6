import { STATUS_CODES } from 'node:http'
import type { Route } from '../route.ts'
import { meaningOf } from './codes.ts'
import type { Schema } from './schemas.ts'

/** An answer as the document has it. */
export interface Answer {
  description: string
  content?: Record<string, { schema: Schema }>
}

/** An answer, or where it stands. */
export type Answered = Answer | { $ref: string }

/** @see {@link https://www.rfc-editor.org/rfc/rfc9457#section-3 RFC 9457 section 3} */
export const problemSchema: Schema = {
  type: 'object',
  description: 'An error (RFC 9457). Members beside these are details of its code.',
  properties: {
    type: { const: 'about:blank', type: 'string' },
    title: { type: 'string', description: 'The words of the HTTP status.' },
    status: { type: 'integer', description: 'The HTTP status.' },
    detail: { type: 'string', description: 'What failed, why, and the way out, for people.' },
    code: { type: 'string', description: 'Stable, for programs.', examples: ['ERR_FAULT_UNKNOWN'] },
    errors: {
      type: 'array',
      description:
        'Every mistake of what was sent, where they are told one by one: with `ERR_REQUEST_INVALID`, `ERR_FIXTURES_INVALID` and `ERR_FAULT_INVALID`.',
      items: {
        type: 'object',
        properties: {
          path: { type: 'string', description: 'Of the member; empty for the whole.' },
          message: { type: 'string' },
          expected: { type: 'string', description: 'Of fixtures: what was expected instead.' },
          file: { type: 'string', description: 'Of fixtures: the document.' },
          line: { type: 'integer', description: 'Of fixtures that are a file, from 1.' },
          column: { type: 'integer', description: 'From 1.' },
        },
        required: ['path', 'message'],
        additionalProperties: false,
      },
    },
  },
  required: ['type', 'title', 'status', 'detail', 'code'],
  additionalProperties: true,
}

/** Problems that many operations have, by the name of their component. */
const shared = {
  NoToken: { status: 401, codes: ['ERR_ADMIN_TOKEN'] },
  Foreign: { status: 403, codes: ['ERR_FOREIGN_REQUEST'] },
  TooLarge: { status: 413, codes: ['ERR_BODY_TOO_LARGE'] },
  NotJson: { status: 415, codes: ['ERR_CONTENT_TYPE'] },
  Unforeseen: { status: 500, codes: ['ERR_INTERNAL'] },
  Unwritten: { status: 503, codes: ['ERR_STORE_WRITE'] },
} as const

/** The components of problems that many operations have. */
export function sharedProblems(): Record<string, Answer> {
  return Object.fromEntries(Object.entries(shared).map(([name, { status, codes }]) => [name, answered(status, codes)]))
}

/** All problems that an operation may answer with, by status. */
export function problemAnswers(route: Route, isOpen: boolean): Record<string, Answered> {
  const codes = codesOf(route, isOpen)
  return Object.fromEntries(
    Object.entries(codes).map(([status, each]) => {
      const component = Object.entries(shared).find(([, { codes }]) => String(codes) === String(each))
      const answer = component ? { $ref: `#/components/responses/${component[0]}` } : answered(Number(status), each)
      return [status, answer]
    }),
  )
}

/** The codes of an operation's problems by status: its own, and those of all that are like it. */
export function codesOf(route: Route, isOpen: boolean): Record<number, readonly string[]> {
  const codes: Record<number, string[]> = {}
  for (const [status, each] of [...generalOf(route, isOpen), ...Object.entries(route.problems)]) {
    codes[Number(status)] = [...new Set([...(codes[Number(status)] ?? []), ...each])]
  }
  return codes
}

/** What every operation of a kind may answer with. */
function generalOf({ method, path, body }: Route, isOpen: boolean): [status: number, codes: readonly string[]][] {
  const { NoToken, Foreign, TooLarge, NotJson, Unforeseen, Unwritten } = shared
  const kinds: [boolean, { status: number; codes: readonly string[] }[]][] = [
    [true, [{ status: 400, codes: ['ERR_REQUEST_INVALID'] }, Unforeseen]],
    [body !== undefined, [{ status: 400, codes: ['ERR_BODY_UNREADABLE'] }, TooLarge]],
    [!isOpen, [NoToken, Foreign]],
    [path.includes('{issuer}'), [{ status: 404, codes: ['ERR_ISSUER_UNKNOWN'] }]],
    [method !== 'get', [NotJson, Unwritten]],
  ]
  return kinds.flatMap(([applies, each]) =>
    applies ? each.map(({ status, codes }): [number, readonly string[]] => [status, codes]) : [],
  )
}

function answered(status: number, codes: readonly string[]): Answer {
  return {
    description: codes.map((code) => `\`${code}\`: ${meaningOf(code)}`).join('\n\n') || (STATUS_CODES[status] ?? ''),
    content: {
      'application/problem+json': {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            { properties: { status: { const: status }, code: { enum: [...codes] } } },
          ],
        },
      },
    },
  }
}
