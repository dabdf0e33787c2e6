import QuickLRU from 'quick-lru'
import type { Endpoint } from '../domain/exchange.ts'
import type { Armed } from './armed.ts'

/** How many flows are remembered, at least; those that were not seen for longest are forgotten. */
export const rememberedFlows = 10_000

/** How many faults one flow may have armed; of more, the oldest give way. */
const faultsOfAFlow = 100

/** The faults that requests have armed for their own flows. A flow is remembered when they are spent, so that they do not begin anew. */
export class FlowFaults {
  readonly #flows: QuickLRU<string, Armed[]>
  readonly #live = new Map<Endpoint, Set<Armed>>()

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

  /** Whether any flow has a fault that may fire at an endpoint. */
  concern(endpoint: Endpoint): boolean {
    return (this.#live.get(endpoint)?.size ?? 0) > 0
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
    for (const armed of faults) {
      for (const endpoint of armed.plan.endpoints) {
        const live = this.#live.get(endpoint) ?? new Set()
        this.#live.set(endpoint, live.add(armed))
      }
    }
  }

  /** Takes one that is spent out of the way. */
  settle(armed: Armed): void {
    for (const endpoint of armed.plan.endpoints) this.#live.get(endpoint)?.delete(armed)
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
