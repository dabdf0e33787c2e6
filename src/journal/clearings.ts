import QuickLRU from 'quick-lru'

/** How many tags are remembered; of those that were cleared longest ago, a request that is still under way is kept. */
const rememberedTags = 1000

/** Tells, when a request has been answered, whether the journal was cleared of it meanwhile. */
export class Clearings {
  readonly #tags = new QuickLRU<string, number>({ maxSize: rememberedTags })
  #count = 0
  #whole = 0

  /** How many there have been. */
  get count(): number {
    return this.#count
  }

  /** @param tag left out: everything was cleared */
  note(tag?: string): void {
    this.#count += 1
    if (tag !== undefined) {
      this.#tags.set(tag, this.#count)
      return
    }
    this.#whole = this.#count
    this.#tags.clear()
  }

  /**
   * Whether what had begun when there had been so many is among what was cleared since.
   *
   * @param tags tells those of the request; asked for only where it matters
   */
  includes(countThen: number, tags: () => readonly string[]): boolean {
    if (countThen === this.#count) return false
    if (countThen < this.#whole) return true
    return tags().some((tag) => (this.#tags.get(tag) ?? 0) > countThen)
  }
}
