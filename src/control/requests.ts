import * as z from 'zod'
import type { JournalEntry } from '../journal/entry.ts'
import type { WrittenQuery } from '../journal/query.ts'

export type { JournalEntry } from '../journal/entry.ts'
export type { WrittenQuery as RequestsQuery } from '../journal/query.ts'

const texts = z.record(z.string(), z.string())
const headers = z.record(z.string(), z.union([z.string(), z.array(z.string())]))
const json = z.record(z.string(), z.unknown())
const decodedTokens = z.record(
  z.string(),
  z.strictObject({ header: json, claims: json.optional().describe('Left out where it is encrypted.') }),
)

const answer = z.strictObject({
  status: z.int(),
  headers,
  body: z.string().describe('As it was sent.'),
  json: z.unknown().optional().describe('The body, where it is JSON.'),
  location: z
    .strictObject({ url: z.string(), params: texts })
    .optional()
    .describe('Where the browser was sent, with what the client is told there, by redirect or by a form.'),
})

export const journalEntry = z
  .strictObject({
    id: z.string().describe('Rising in the order of the answers.'),
    time: z.iso.datetime().describe('When it came, in real time.'),
    kind: z.enum(['request', 'call']).describe('`call`: made by the provider itself.'),
    endpoint: z.string().describe('Later hops of an authorization are `interaction`.'),
    method: z.string(),
    url: z.string().describe('The path; of a call all of it.'),
    client: z.string().optional(),
    user: z.string().optional().describe('The username.'),
    grant_type: z.string().optional().describe('Short name.'),
    scope: z.string().optional(),
    grant: z.string().optional().describe('The id of the grant that it rests on, as `grants` lists it.'),
    flow: z.string().optional().describe('Shared by an authorization and all that comes of it.'),
    tag: z.string().optional().describe('Of the request or of its flow.'),
    params: texts.describe('Of query and body together.'),
    headers,
    body: z.string().optional().describe('Where it is no form.'),
    tokens: z
      .strictObject({ received: decodedTokens, issued: decodedTokens })
      .describe('The JWTs of request and answer, decoded, by parameter or member.'),
    answer: answer.optional(),
    broken: z.literal(true).optional().describe('The connection was gone before all was sent.'),
    failure: z.string().optional().describe('Of a call: why no answer came.'),
    faults: z
      .array(
        z.strictObject({
          id: z.string(),
          fault: z.string(),
          origin: z.enum(['fixtures', 'admin', 'scenario', 'request', 'hook']),
          waited: z
            .enum(['elapsed', 'released', 'gathered', 'let_go', 'gone'])
            .optional()
            .describe(
              'Of one that lets requests wait, what ended that: its time, a release, the last of those that it gathered, a disarming or reset, or that the client went away.',
            ),
        }),
      )
      .describe('Those that fired, in order.'),
    duration_ms: z.number(),
    since_previous_ms: z
      .number()
      .optional()
      .describe('Of a poll: how long after the one before, on the issuer’s clock.'),
    required_ms: z.number().optional().describe('Of a poll: how long the client had to wait.'),
    refusal: z
      .strictObject({
        error: z.string(),
        description: z.string().optional(),
        why: z.string().describe('What was wrong and what to do, in words.'),
      })
      .optional(),
  })
  .meta({
    id: 'JournalEntry',
    description: 'What was asked, and what was really answered.',
  }) satisfies z.ZodType<JournalEntry>

export const clearing = z.strictObject({
  tag: z
    .string()
    .min(1, { error: 'expected a tag' })
    .optional()
    .describe('Only what has this tag, of its own or of its flow; it is no `/regex/`.'),
})

/** What of a journal is to be forgotten. */
export type RequestsClearing = z.input<typeof clearing>

export const entryOptions = z.strictObject({ secrets: z.boolean().optional() })

/** Gives up what takes its time. */
export interface Waiting {
  signal?: AbortSignal | undefined
}

export interface RequestsControl {
  /**
   * The journal: what the issuer was asked and what it answered, oldest first, secrets blotted out.
   *
   * With `wait` it answers once `count` entries match, or when the time is over or the issuer ends: with what there is then.
   *
   * @throws UnderstudyError `ERR_REQUEST_INVALID`, `ERR_TOO_MANY_WAITING`
   */
  requests(issuer: string, query?: WrittenQuery, waiting?: Waiting): Promise<JournalEntry[]>
  /** @throws UnderstudyError `ERR_REQUEST_UNKNOWN` */
  request(issuer: string, id: string, options?: { secrets?: boolean }): Promise<JournalEntry>
  /**
   * Forgets all entries, or those with a tag, requests under way included; ids go on rising.
   *
   * @throws UnderstudyError `ERR_REQUEST_INVALID`
   */
  clearRequests(issuer: string, which?: RequestsClearing): Promise<void>
  /**
   * Entries as they come, until the signal is given, whoever iterates leaves, or the server ends; with `since` those
   * that there are already come first. `limit` ends it after so many; `order`, `count` and `wait` have no meaning here.
   *
   * @throws UnderstudyError while iterating: `ERR_REQUEST_INVALID`, `ERR_TOO_MANY_WAITING`
   */
  followRequests(issuer: string, query?: WrittenQuery, waiting?: Waiting): AsyncIterable<JournalEntry>
}
