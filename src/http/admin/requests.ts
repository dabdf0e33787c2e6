import * as z from 'zod'
import { clearing, journalEntry, type RequestsQuery } from '../../control/requests.ts'
import { longestWaitSeconds } from '../../journal/query.ts'
import { selectorShape } from '../../journal/selector.ts'
import { answerEvents } from './event-stream.ts'
import { goneSignal } from './gone.ts'
import { defineRoute } from './route.ts'

/** Words as a URL lists them: by repeating the name. Names of clients, users and tags may hold commas. */
const words = z.union([z.string(), z.array(z.string())])

const { param, header, ...fields } = selectorShape

const number = z.string().regex(/^\d+$/, 'expected a whole number').transform(Number)
const yesOrNo = z.enum(['true', 'false']).transform((value) => value === 'true')

const secrets = yesOrNo.optional().describe('`true` shows secrets as they are.')

const followed = z.object({
  ...(Object.fromEntries(
    Object.entries(fields).map(([name, { description = '' }]) => [
      name,
      words.optional().describe(`${description} A word or a \`/regex/\`; repeated, one of several.`),
    ]),
  ) as Record<keyof typeof fields, z.ZodOptional<typeof words>>),
  param: z.record(z.string(), words).optional().describe('Parameters by name: `param.redirect_uri=…`.'),
  header: z.record(z.string(), words).optional().describe('Request headers by name: `header.accept=…`.'),
  since: z.string().optional().describe('Only what came after the entry with this id; 0 is before all.'),
  limit: number.optional().describe('So many at the most.'),
  secrets,
})

const listed = followed.extend({
  order: z.enum(['asc', 'desc']).optional().describe('By id: oldest first (asc, the default), or newest.'),
  count: number.optional().describe('How many `wait` waits for. Default: 1.'),
  wait: z
    .string()
    .optional()
    .describe(`How long to wait until \`count\` entries match, such as \`5s\`; at most ${longestWaitSeconds} s.`),
})

export const requestRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/requests',
    summary: 'Show the journal: what was asked, and what was really answered',
    description:
      'All selectors must match. With `wait` it answers once `count` entries match, or when the time is over: with what there is then. Secrets are blotted out.',
    query: listed,
    good: { status: 200, description: 'The entries that match.', schema: z.array(journalEntry) },
    problems: { 429: ['ERR_TOO_MANY_WAITING'] },
    handle: ({ control, params, query, ctx }) =>
      control.requests(params.issuer, query as RequestsQuery, { signal: goneSignal(ctx) }),
  }),
  defineRoute({
    method: 'delete',
    path: '/api/issuers/{issuer}/requests',
    summary: 'Forget the journal, or what has a tag',
    query: clearing,
    good: { status: 204, description: 'It is forgotten; ids go on rising.' },
    handle: ({ control, params, query }) =>
      control.clearRequests(params.issuer, query.tag === undefined ? undefined : query),
  }),
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/requests/stream',
    summary: 'Follow the journal by server-sent events',
    description:
      'An event `request` for each entry that matches, as it comes. It begins with what comes next, or after `since` or the header `Last-Event-ID`.',
    query: followed,
    good: { status: 200, description: 'Events, for as long as the client listens.', type: 'text/event-stream' },
    async handle({ control, params: { issuer }, query, ctx }) {
      const last = ctx.get('Last-Event-ID')
      const asked = { ...query, ...(last !== '' && { since: last }) } as RequestsQuery
      // What is wrong with the query is told before anything is streamed.
      await control.requests(issuer, { ...asked, limit: 1 })
      const gone = goneSignal(ctx)
      const entries = control.followRequests(issuer, asked, { signal: gone })
      answerEvents(ctx, events(entries), gone)
    },
  }),
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/requests/{id}',
    summary: 'Show one entry of the journal',
    query: z.object({ secrets }),
    good: { status: 200, description: 'The entry.', schema: journalEntry },
    problems: { 404: ['ERR_REQUEST_UNKNOWN'] },
    handle: ({ control, params, query }) =>
      control.request(params.issuer, params.id, { secrets: query.secrets ?? false }),
  }),
]

async function* events(entries: AsyncIterable<z.output<typeof journalEntry>>) {
  for await (const entry of entries) yield { id: entry.id, event: 'request', data: entry }
}
