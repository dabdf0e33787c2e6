import * as z from 'zod'
import { didYouMean, UnderstudyError } from '../errors.ts'

/**
 * Reads what somebody has written for the journal.
 *
 * @param what it is, as it is told where it has mistakes
 * @throws UnderstudyError `ERR_REQUEST_INVALID` (400) with all of them
 */
export function read<Schema extends z.ZodType>(schema: Schema, written: unknown, what: string): z.output<Schema> {
  const { data, error } = schema.safeParse(written, { error: explainStranger })
  if (error === undefined) return data as z.output<Schema>
  const said = error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '))
  throw new UnderstudyError('ERR_REQUEST_INVALID', 400, `Failed to read ${what}: ${said.join('; ')}.`)
}

/** Says which member was likely meant, where there is none of that name. */
const explainStranger: z.core.$ZodErrorMap = ({ code, keys, inst }) => {
  if (code !== 'unrecognized_keys' || !(inst instanceof z.ZodObject)) return undefined
  const members = Object.keys(inst.shape)
  return (keys as string[]).map((key) => `no such member "${key}".${didYouMean(key, members)}`).join(' ')
}
