import * as z from 'zod'
import { durationSeconds } from '../time.ts'
import type { Journal } from './journal.ts'
import { read } from './read.ts'
import type { JournalRecord } from './record.ts'
import { selectorShape, selects } from './selector.ts'

/** The longest time that a query may wait. */
export const longestWaitSeconds = 120

const idError = 'expected the id of an entry'

const idSchema = z
  .union([z.int().nonnegative({ error: idError }), z.string().regex(/^\d+$/, { error: idError })], { error: idError })
  .transform(Number)

const waitSchema = durationSeconds.refine((seconds) => seconds <= longestWaitSeconds, {
  error: `expected at most ${longestWaitSeconds} s. Ask again, with since, to wait longer`,
})

const queryShape = {
  ...selectorShape,
  since: idSchema.optional().describe('Only what came after the entry with this id; 0 is before all.'),
  limit: z.int().min(1).optional().describe('So many at the most: the first in the order asked for.'),
  order: z.enum(['asc', 'desc']).default('asc').describe('By id: oldest first (asc), or newest.'),
  count: z.int().min(1).default(1).describe('How many `wait` waits for.'),
  wait: waitSchema.optional().describe('How long to wait until `count` entries match; what there is then is answered.'),
  secrets: z.boolean().default(false).describe('Shows secrets as they are.'),
}

/** Which entries of a journal to show, and how. */
export const querySchema = z.strictObject(queryShape)

export type JournalQuery = z.output<typeof querySchema>

/** A query as it is written. */
export type WrittenQuery = z.input<typeof querySchema>

/**
 * Reads a query.
 *
 * @throws UnderstudyError `ERR_REQUEST_INVALID` (400)
 */
export function readQuery(written: unknown): JournalQuery {
  return read(querySchema, written, 'the query')
}

/**
 * Finds what a query asks for, once there is as much as it waits for, or its time is over.
 *
 * @param signal ends the waiting
 * @throws UnderstudyError `ERR_TOO_MANY_WAITING` (429)
 */
export async function findRecords(
  journal: Journal,
  query: JournalQuery,
  signal: AbortSignal,
): Promise<JournalRecord[]> {
  if (query.wait !== undefined) await untilEnough(journal, query, signal)
  const found = [...journal.since(query.since)].filter(selects(query))
  if (query.order === 'desc') found.reverse()
  return found.slice(0, query.limit)
}

async function untilEnough(journal: Journal, query: JournalQuery, signal: AbortSignal): Promise<void> {
  const meant = selects(query)
  const over = new AbortController()
  const giveUp = () => over.abort()
  const timer = setTimeout(giveUp, (query.wait ?? 0) * 1000)
  signal.addEventListener('abort', giveUp)
  if (signal.aborted) giveUp()
  try {
    let missing = query.count
    for await (const record of journal.follow(query.since ?? 0, over.signal)) {
      if (meant(record)) missing -= 1
      if (missing <= 0) return
    }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }
}
