import { UnderstudyError } from '../errors.ts'

/**
 * Takes whose things are to end: those of who is named, or all where nothing is given. What was to name somebody, and
 * names nobody, is a mistake that would end all.
 *
 * @throws UnderstudyError `ERR_REQUEST_INVALID`
 */
export function whose<Filter extends object>(filter: Filter | undefined): Filter | undefined {
  const names = typeof filter === 'object' ? Object.values(filter ?? {}) : []
  if (filter === undefined || names.some((name) => name !== undefined && name !== null)) return filter
  const message = 'it does not say whose. Name somebody, or give nothing at all to mean everybody.'
  const errors = [{ path: '', message }]
  throw new UnderstudyError('ERR_REQUEST_INVALID', 400, `Failed to read the request: ${message}`, { errors })
}
