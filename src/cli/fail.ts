import { UnderstudyError } from '../errors.ts'

/** Says on standard error what failed, and has the process end with 1. */
export function fail(error: unknown): void {
  process.stderr.write(`error: ${describe(error)}\n`)
  process.exitCode = 1
}

function describe(error: unknown): string {
  if (error instanceof UnderstudyError) return error.message
  if (error instanceof Error) return error.message.replaceAll(/\s*\n\s*/g, ' ')
  return String(error)
}
