import type { Armed } from './armed.ts'
import type { Site } from './jwt.ts'
import type { Maker } from './maker.ts'
import { readArmedFault } from './read.ts'
import { armedRecord, withoutArmed } from './records.ts'
import type { ArmedFaultSpec } from './spec.ts'

/** What belongs together: the faults of the fixtures, or those of one scenario. */
export type Group = { origin: 'fixtures' } | { origin: 'scenario'; scenario: string }

/** How many are kept before those that are spent and were armed by hand are forgotten. */
const keptFaults = 1000

const nobody: readonly Armed[] = []

/** The armed faults of an issuer in arming order, and at hand by site those that may still fire. */
export class Roster {
  readonly #maker: Maker
  #all: readonly Armed[] = []
  #live: Partial<Record<Site, Armed[]>> = {}

  constructor(maker: Maker) {
    this.#maker = maker
  }

  /** Those that are armed, spent or not. */
  get present(): readonly Armed[] {
    return this.#all.filter(({ state }) => !state.disarmed)
  }

  /** Those that are decided on at a site and may still fire, in arming order. */
  at(site: Site): readonly Armed[] {
    return this.#live[site] ?? nobody
  }

  /** Arms one by hand, behind all others. */
  add(written: unknown): Armed {
    const read = readArmedFault(written, this.#maker.known)
    this.#maker.checkFit(read)
    const armed = this.#maker.make(read, { origin: 'admin' })
    if (this.#all.length >= keptFaults) {
      const spent = this.#all.find((old) => old.state.origin === 'admin' && old.isSpent(this.#maker.nowMs))
      if (spent) this.#forget([spent])
    }
    this.#set([...this.#all, armed])
    this.#maker.tell(armedRecord(armed))
    return armed
  }

  /** Puts what a group declares in place of what it declared: those that did not change keep what they have counted. */
  declare(group: Group, specs: readonly ArmedFaultSpec[]): void {
    const before = this.#all.filter((armed) => belongsTo(group, armed))
    const first = before[0] ? this.#all.indexOf(before[0]) : this.#all.length
    const place = group.origin === 'fixtures' ? 0 : first
    const ahead = this.#all.slice(0, place).filter((armed) => !before.includes(armed))
    const left = new Set(before)
    const after = specs.map((written) => {
      const read = readArmedFault(written, this.#maker.known)
      const kept = [...left].find(({ state }) => JSON.stringify(state.spec) === JSON.stringify(read.spec))
      const armed = kept ?? this.#maker.make(read, group)
      left.delete(armed)
      if (!kept) this.#maker.tell(armedRecord(armed))
      return armed
    })
    this.#forget([...left])
    const behind = this.#all.filter((armed) => !before.includes(armed) && !ahead.includes(armed))
    this.#set([...ahead, ...after, ...behind])
  }

  /** Disarms some; of those that the fixtures declare it is remembered, so that a reload does not arm them again. */
  disarm(chosen: readonly Armed[]): void {
    this.#forget(chosen.filter(({ state }) => state.origin === 'admin'))
    for (const armed of chosen.filter(({ state }) => state.origin !== 'admin')) {
      armed.state.disarmed = true
      this.#maker.tell(armedRecord(armed))
    }
    this.refresh()
  }

  /** Forgets all, and what they have counted. */
  clear(): void {
    this.#forget(this.#all)
  }

  /** Takes over what was stored. */
  adopt(all: readonly Armed[]): void {
    this.#set(all)
  }

  /** All, those that were disarmed included. */
  get remembered(): readonly Armed[] {
    return this.#all
  }

  /** Sorts out which may still fire; to be called when one is spent. */
  refresh(): void {
    const live: Partial<Record<Site, Armed[]>> = {}
    for (const armed of this.#all) {
      if (armed.isSpent(this.#maker.nowMs)) continue
      for (const site of armed.plan.sites) {
        live[site] ??= []
        live[site].push(armed)
      }
    }
    this.#live = live
  }

  #set(all: readonly Armed[]): void {
    this.#all = all
    this.refresh()
  }

  #forget(some: readonly Armed[]): void {
    if (some.length === 0) return
    const gone = new Set(some)
    for (const armed of some) this.#maker.tell(...withoutArmed(armed))
    this.#set(this.#all.filter((armed) => !gone.has(armed)))
  }
}

function belongsTo(group: Group, { state }: Armed): boolean {
  if (state.origin !== group.origin) return false
  return group.origin === 'fixtures' || state.scenario === group.scenario
}
