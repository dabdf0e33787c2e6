import QuickLRU from 'quick-lru'
import type { Armed } from './armed.ts'
import type { Site } from './jwt.ts'

/** How many flows are remembered, at least; those that were not seen for longest are forgotten. */
export const rememberedFlows = 10_000

/** How many faults one flow may have armed; of more, the oldest give way. */
const faultsOfAFlow = 100

/** The faults that requests have armed for their own flows. A flow is remembered when they are spent, so that they do not begin anew. */
export class FlowFaults {
  readonly #flows: QuickLRU<string, Armed[]>
  readonly #live = new Map<Site, Set<Armed>>()

  /** @param onForget told of each flow that is given up */
  constructor(onForget: (flowId: string) => void) {
    this.#flows = new QuickLRU<string, Armed[]>({
      maxSize: rememberedFlows,
      onEviction: (flowId, faults) => {
        for (const armed of faults) this.settle(armed)
        onForget(flowId)
      },
    })
  }

  /** Whether any flow has a fault that is decided on at a site and may still fire. */
  concern(site: Site): boolean {
    return (this.#live.get(site)?.size ?? 0) > 0
  }

  of(flowId: string): readonly Armed[] | undefined {
    return this.#flows.get(flowId)
  }

  /** Oldest first. */
  all(): Iterable<[flowId: string, faults: Armed[]]> {
    return this.#flows.entriesAscending()
  }

  add(flowId: string, faults: readonly Armed[]): void {
    const all = [...(this.#flows.get(flowId) ?? []), ...faults]
    for (const armed of all.splice(0, Math.max(0, all.length - faultsOfAFlow))) this.settle(armed)
    this.#flows.set(flowId, all)
    for (const armed of faults) this.revive(armed)
  }

  /** Has one be asked for again. */
  revive(armed: Armed): void {
    for (const site of armed.plan.sites) {
      const live = this.#live.get(site) ?? new Set()
      this.#live.set(site, live.add(armed))
    }
  }

  /** Takes one that is spent out of the way. */
  settle(armed: Armed): void {
    for (const site of armed.plan.sites) this.#live.get(site)?.delete(armed)
  }

  /**
   * Disarms everything, and goes on remembering the flows, so that what descends from them does not arm it anew.
   *
   * @returns the flows that had anything armed
   */
  disarm(): string[] {
    const all = [...this.all()]
    this.clear()
    for (const [flowId] of all) this.#flows.set(flowId, [])
    return all.flatMap(([flowId, faults]) => (faults.length > 0 ? flowId : []))
  }

  clear(): void {
    this.#flows.clear()
    this.#live.clear()
  }
}
