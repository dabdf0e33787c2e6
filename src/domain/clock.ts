import { UnderstudyError } from '../errors.ts'

/** Further than any test looks ahead, and well within what `Date` and JWTs can tell: a thousand years. */
const furthestSeconds = 1000 * 31_536_000

/**
 * The time of one issuer: real time, moved forward by what a test has advanced it.
 *
 * `Date` is never patched. What is stored remembers the advance in force when it was written and is read back older;
 * what is signed into tokens keeps real time, but for the skew.
 */
export class Clock {
  #advancedSeconds = 0
  #skewSeconds = 0

  /** How far this clock has been moved forward, in seconds. */
  get advancedSeconds(): number {
    return this.#advancedSeconds
  }

  /** How far the times that are signed into tokens are off, in seconds; below zero: they are too early. */
  get skewSeconds(): number {
    return this.#skewSeconds
  }

  /** Now, in milliseconds since the epoch, on this issuer's clock. */
  nowMs(): number {
    return Date.now() + this.#advancedSeconds * 1000
  }

  /**
   * Moves the clock forward.
   *
   * @param seconds how far; never negative
   * @throws UnderstudyError `ERR_CLOCK_RANGE` (400) beyond a thousand years
   */
  advance(seconds: number): void {
    if (!(seconds >= 0)) throw new RangeError('A clock only moves forward')
    checkRange(this.#advancedSeconds + seconds, 'advance')
    this.#advancedSeconds += seconds
  }

  /**
   * Has the times that are signed into tokens be off.
   *
   * @param seconds whole ones count; below zero: too early; 0: right again
   * @throws UnderstudyError `ERR_CLOCK_RANGE` (400) beyond a thousand years
   */
  skew(seconds: number): void {
    checkRange(Math.abs(seconds), 'skew')
    // Never minus zero, which is another number to those who compare.
    this.#skewSeconds = Math.trunc(seconds) + 0
  }

  reset(): void {
    this.#advancedSeconds = 0
    this.#skewSeconds = 0
  }
}

function checkRange(seconds: number, verb: string): void {
  if (seconds <= furthestSeconds) return
  const message = `Failed to ${verb} the clock: it goes no further than a thousand years. A reset brings it back.`
  throw new UnderstudyError('ERR_CLOCK_RANGE', 400, message)
}
