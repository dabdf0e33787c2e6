import type { Armed, ArmedState } from './armed.ts'
import type { Count } from './counts.ts'

/** One piece of what an Arming must remember beyond a restart, as plain JSON. */
export interface ArmingRecord {
  /** Unique within an Arming: what it is, and whose. */
  key: string
  /** Undefined: forget it. */
  value: unknown
}

/** Everything that was remembered, sorted out. */
export interface Remembered {
  armed: ArmedState[]
  counts: Map<string, [subject: string, count: Count][]>
  flows: [flowId: string, faults: ArmedState[]][]
  scenarios: string[]
}

/** An armed fault and its totals. */
export function armedRecord({ state }: Armed): ArmingRecord {
  return { key: `armed/${state.id}`, value: { ...state } }
}

/** What an armed fault has counted for one client or flow. */
export function countRecord({ state }: Armed, subject: string, count: Count): ArmingRecord {
  return { key: countKey(state, subject), value: { ...count } }
}

/** What requests have armed for their flow. */
export function flowRecord(flowId: string, faults: readonly Armed[]): ArmingRecord {
  return { key: `flow/${flowId}`, value: faults.map(({ state }) => ({ ...state })) }
}

/** That a scenario is on, or no longer. */
export function scenarioRecord(name: string, enabled: boolean): ArmingRecord {
  return { key: `scenario/${name}`, value: enabled || undefined }
}

/** To forget a flow. */
export function withoutFlow(flowId: string): ArmingRecord {
  return { key: `flow/${flowId}`, value: undefined }
}

/** To forget what an armed fault has counted for one client or flow. */
export function withoutCount(state: ArmedState, subject: string): ArmingRecord {
  return { key: countKey(state, subject), value: undefined }
}

/** To forget an armed fault, and what it has counted. */
export function withoutArmed({ state, counts }: Armed): ArmingRecord[] {
  const counted = [...counts.subjects()].map(([subject]) => withoutCount(state, subject))
  return [...counted, { key: `armed/${state.id}`, value: undefined }]
}

/** The armed fault that a record tells to be disarmed; undefined where it tells something else. */
export function disarmedBy({ key, value }: ArmingRecord): string | undefined {
  if (!key.startsWith('armed/')) return undefined
  const isArmed = value !== undefined && !(value as ArmedState).disarmed
  return isArmed ? undefined : key.slice('armed/'.length)
}

function countKey({ id }: ArmedState, subject: string): string {
  return `count/${id}/${subject}`
}

/** Sorts records out, whatever their order. */
export function readRecords(records: Iterable<ArmingRecord>): Remembered {
  const remembered: Remembered = { armed: [], counts: new Map(), flows: [], scenarios: [] }
  for (const { key, value } of records) {
    const [, kind, rest = ''] = /^(\w+)\/(.*)$/s.exec(key) ?? []
    if (value === undefined) continue
    if (kind === 'armed') remembered.armed.push(value as ArmedState)
    if (kind === 'flow') remembered.flows.push([rest, value as ArmedState[]])
    if (kind === 'scenario') remembered.scenarios.push(rest)
    if (kind !== 'count') continue
    const id = rest.slice(0, rest.indexOf('/'))
    const counts = remembered.counts.get(id) ?? []
    remembered.counts.set(id, counts)
    counts.push([rest.slice(id.length + 1), value as Count])
  }
  remembered.armed.sort((one, other) => one.order - other.order)
  return remembered
}
