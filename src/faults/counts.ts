import QuickLRU from 'quick-lru'

/** How often something matched, and how often it fired. */
export interface Count {
  matches: number
  fires: number
}

/** How many clients or flows each armed fault counts for, at least; those that were not seen for longest are forgotten. */
export const countedSubjects = 10_000

/** The counts of one armed fault: in all, and for each client or flow where it counts by those. */
export class Counts {
  readonly total: Count
  readonly #bySubject: QuickLRU<string, Count>

  /** @param onForget told of each subject whose count is given up */
  constructor(total: Count, onForget: (subject: string) => void) {
    this.total = total
    this.#bySubject = new QuickLRU({ maxSize: countedSubjects, onEviction: onForget })
  }

  /** The count of a subject; undefined: the total. */
  of(subject: string | undefined): Count {
    if (subject === undefined) return this.total
    const known = this.#bySubject.get(subject)
    if (known) return known
    const fresh = { matches: 0, fires: 0 }
    this.#bySubject.set(subject, fresh)
    return fresh
  }

  set(subject: string, count: Count): void {
    this.#bySubject.set(subject, count)
  }

  /** Oldest first. */
  subjects(): Iterable<[string, Count]> {
    return this.#bySubject.entriesAscending()
  }
}
