import type { Delays } from '../faults/fired.ts'

/** The requests of an issuer that a fault lets wait. */
export class Waits implements Delays {
  readonly #held = new Map<string, Set<() => void>>()

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => setTimeout(wake, ms))
  }

  hold(armedId: string, until?: number): Promise<void> {
    return new Promise((goOn) => {
      const held = this.#held.get(armedId) ?? new Set()
      this.#held.set(armedId, held.add(goOn))
      if (until !== undefined && held.size >= until) this.release(armedId)
    })
  }

  /**
   * Lets the requests go on that an armed fault holds.
   *
   * @returns how many there were
   */
  release(armedId: string): number {
    const held = [...(this.#held.get(armedId) ?? [])]
    this.#held.delete(armedId)
    for (const goOn of held) goOn()
    return held.length
  }
}
