import type * as z from 'zod'
import { errorsOf, plainly } from '../domain/schema-words.ts'
import { ended, joinErrors, UnderstudyError } from '../errors.ts'

/**
 * Reads what somebody has written for the journal.
 *
 * @param what it is, as it is told where it has mistakes
 * @throws UnderstudyError `ERR_REQUEST_INVALID` (400) with all of them as `errors`
 */
export function read<Schema extends z.ZodType>(schema: Schema, written: unknown, what: string): z.output<Schema> {
  const { data, error } = schema.safeParse(written, { error: plainly })
  if (error === undefined) return data as z.output<Schema>
  const errors = errorsOf(error)
  const message = `Failed to read ${what}: ${ended(joinErrors(errors))}`
  throw new UnderstudyError('ERR_REQUEST_INVALID', 400, message, { errors })
}
