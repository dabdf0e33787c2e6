import type { Armed } from './armed.ts'

/** A request that a fault holds. */
export interface HeldView {
  /** By which it can be released alone: they are counted as they come, anew when none is held any more. */
  request: number
  endpoint: string
  client?: string
  tag?: string
  /** Milliseconds. */
  held_ms: number
}

/** An armed fault with its counters, as people see it. */
export interface ArmedFaultView {
  id: string
  /** The fault's name, or absent for a script. */
  fault?: string
  script?: unknown[]
  with?: Record<string, unknown>
  when: Record<string, unknown>
  skip: number
  times: number | 'always'
  per: 'issuer' | 'client' | 'flow'
  probability?: number
  /** Of the dice: as it was given, or as it was chosen. */
  seed?: number
  /** How long it stays armed, in seconds from when it was armed. */
  for?: number
  /** Where it came from. */
  origin: 'fixtures' | 'admin' | 'scenario'
  scenario?: string
  /** Requests that matched, whether or not it fired. */
  matches: number
  fires: number
  /** Whether it can never fire again. */
  spent: boolean
  /** How many requests it holds now; left out of faults that never hold any. */
  waiting?: number
  /** Those, in the order in which they came. */
  held?: HeldView[]
}

export function viewOf({ state, plan }: Armed, spent: boolean): ArmedFaultView {
  const { fault, script, with: params, when = {}, skip, probability } = state.spec
  return {
    id: state.id,
    ...(fault !== undefined && { fault }),
    ...(script !== undefined && { script }),
    ...(params !== undefined && { with: params }),
    when,
    skip,
    times: plan.times,
    per: plan.per,
    ...(probability !== undefined && { probability, seed: state.seed }),
    ...(state.spec.for !== undefined && { for: state.spec.for }),
    origin: state.origin as ArmedFaultView['origin'],
    ...(state.scenario !== undefined && { scenario: state.scenario }),
    matches: state.matches,
    fires: state.fires,
    spent,
  }
}
