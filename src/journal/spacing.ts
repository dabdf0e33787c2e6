import QuickLRU from 'quick-lru'

/** How a poll stands to the one before it with the same code. */
export interface Spacing {
  sincePreviousMs: number
  /** What the client had to wait: the interval, and five seconds more for each `slow_down` so far. */
  requiredMs: number
}

interface Pace {
  lastAtMs: number
  requiredMs: number
}

/** How many codes are remembered; those that were not polled with for longest are forgotten. */
const rememberedCodes = 1000

const slowDownMs = 5000

/**
 * Measures how far apart clients poll, whoever answered them: the provider, or a fault in its stead.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8628#section-3.5 RFC 8628 section 3.5}
 */
export class PollSpacing {
  readonly #paces = new QuickLRU<string, Pace>({ maxSize: rememberedCodes })

  /**
   * @param atMs when the poll came, on the issuer's clock
   * @param wasSlowedDown whether it was answered `slow_down`
   * @returns undefined for the first poll with a code
   */
  note(code: string, atMs: number, intervalSeconds: number, wasSlowedDown: boolean): Spacing | undefined {
    const previous = this.#paces.get(code)
    const requiredMs = previous?.requiredMs ?? intervalSeconds * 1000
    this.#paces.set(code, { lastAtMs: atMs, requiredMs: requiredMs + (wasSlowedDown ? slowDownMs : 0) })
    return previous && { sincePreviousMs: Math.round(atMs - previous.lastAtMs), requiredMs }
  }

  clear(): void {
    this.#paces.clear()
  }
}
