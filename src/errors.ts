/** Where a mistake stands: a file's path, with the line and column (1-based) and the path inside the document where known. */
export interface Location {
  file?: string
  line?: number
  column?: number
  path?: string
}

/**
 * An error with a stable code and the HTTP status it answers with; its message says what failed, why, and the way out.
 *
 * Messages read "Failed to X: Y. Way out."; they are shown to people as they are, so they never hold a secret.
 */
export class UnderstudyError extends Error {
  readonly code: string
  readonly status: number
  readonly details: Record<string, unknown> | undefined

  /**
   * @param code stable and upper case, such as `ERR_FAULT_UNKNOWN`
   * @param status the HTTP status that the admin API answers with
   * @param message one or more sentences for people
   * @param details members that a problem document carries beside the message
   */
  constructor(
    code: string,
    status: number,
    message: string,
    details?: Record<string, unknown>,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'UnderstudyError'
    this.code = code
    this.status = status
    this.details = details
  }
}

/** Where a value stands inside a document. */
export type Path = readonly (string | number)[]

/** A path as people write it: `clients[0].redirect_uris`. */
export function formatPath(path: Path): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (/^[\w$-]+$/.test(step)) text += text === '' ? step : `.${step}`
    else text += `[${JSON.stringify(step)}]`
  }
  return text
}

/** What is wrong with a value, as the details of an error have it. */
export interface ErrorDetail {
  /** As people write it; empty for the whole. */
  path: string
  message: string
}

/** What is wrong, each with its path, as one text. */
export function joinErrors(errors: readonly ErrorDetail[], between = '; '): string {
  return errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join(between)
}

/** A text as a sentence: with an end mark, and one alone. */
export function ended(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`
}

/** The candidate nearest to a mistyped word, or undefined where none is near enough to be meant. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = mostSlips(word) + 1
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** How many letters of a word may be wrong for it to be recognized: in a short one, most would be another word. */
function mostSlips(word: string): number {
  return word.length < 5 ? 1 : Math.max(2, Math.floor(word.length / 3))
}

/** ` Did you mean "x"?`, or nothing: ready to be appended to a message. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const found = nearest(word, candidates)
  return found === undefined ? '' : ` Did you mean "${found}"?`
}

/** The candidates, those first that are most like a word. */
export function byNearness(word: string, candidates: Iterable<string>): string[] {
  const measured = [...candidates].map((candidate) => {
    return { candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase(), Number.POSITIVE_INFINITY) }
  })
  return measured.sort((a, b) => a.distance - b.distance).map(({ candidate }) => candidate)
}

/** How many letters are wrong, missing, too many or swapped with the next, given up early once that must exceed `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const isSwapped = row > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const swap = isSwapped ? (before[column - 2] ?? 0) + 1 : substitution
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, substitution, swap))
    }
    before = previous
    previous = current
  }
  return previous[b.length] ?? limit
}
