import type { z } from 'zod'
import { ended, formatPath, joinErrors, UnderstudyError } from '../errors.ts'
import { validate } from '../fixtures/validate.ts'
import { findUnwalkable } from '../fixtures/walkable.ts'

/**
 * What a schema makes of what an operation is given, by a request or by a program, told of mistakes in the words in which
 * the fixtures tell of theirs.
 *
 * @throws UnderstudyError `ERR_REQUEST_INVALID` (400) with every mistake as `errors`
 */
export function check<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  // Schemas would pass over such a name without a word.
  const unnameable = findUnwalkable(given).filter(({ on }) => on === 'key')
  const { value, findings = [] } = unnameable.length > 0 ? { findings: unnameable } : validate(schema, given)
  if (findings.length === 0) return value as z.output<Schema>
  const errors = findings.map(({ path, message }) => ({ path: formatPath(path), message }))
  const text = `Failed to read the request: ${ended(joinErrors(errors))}`
  throw new UnderstudyError('ERR_REQUEST_INVALID', 400, text, { errors })
}
