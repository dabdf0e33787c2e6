/**
 * The time of one issuer: real time, moved forward by what a test has advanced it.
 *
 * `Date` is never patched. What is stored remembers the advance in force when it was written and is read back older;
 * what is signed into tokens keeps real time.
 */
export class Clock {
  #advancedSeconds = 0

  /** How far this clock has been moved forward, in seconds. */
  get advancedSeconds(): number {
    return this.#advancedSeconds
  }

  /** Now, in milliseconds since the epoch, on this issuer's clock. */
  nowMs(): number {
    return Date.now() + this.#advancedSeconds * 1000
  }

  /**
   * Moves the clock forward.
   *
   * @param seconds how far; never negative
   */
  advance(seconds: number): void {
    if (!(seconds >= 0)) throw new RangeError('A clock only moves forward')
    this.#advancedSeconds += seconds
  }

  reset(): void {
    this.#advancedSeconds = 0
  }
}
