import { UnderstudyError } from '../../errors.ts'

/**
 * Reads JSON, and says where it ends to be JSON; never what stands there, which may be a secret.
 *
 * @throws UnderstudyError `ERR_BODY_UNREADABLE` (400) with `line` and `column`
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const position = positionOf(text, (error as Error).message)
    const before = text.slice(0, position).split('\n')
    const [line, column] = [before.length, (before.at(-1)?.length ?? 0) + 1]
    const what = position >= text.length ? 'it ends too early' : 'something else was expected there'
    throw new UnderstudyError(
      'ERR_BODY_UNREADABLE',
      400,
      `Failed to read the request: its body is not JSON from line ${line}, column ${column} on: ${what}.`,
      { line, column },
    )
  }
}

/** Most messages of V8 name the position; others only the token, with what is around it. */
function positionOf(text: string, message: string): number {
  const [, named] = /at position (\d+)/.exec(message) ?? []
  if (named !== undefined) return Number(named)
  return isForeignToken(message) ? firstForeign(text) : text.length
}

const isForeignToken = (message: string): boolean => message.endsWith('is not valid JSON')

/** The length of the longest beginning that could still become JSON. */
function firstForeign(text: string): number {
  let [good, bad] = [0, text.length]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (breaks(text.slice(0, middle))) bad = middle
    else good = middle
  }
  return good
}

function breaks(beginning: string): boolean {
  try {
    JSON.parse(beginning)
    return false
  } catch (error) {
    return isForeignToken((error as Error).message)
  }
}
