import { didYouMean, UnderstudyError } from '../errors.ts'
import type { Maker } from './maker.ts'
import { readArmedFault } from './read.ts'
import { scenarioRecord } from './records.ts'
import type { Roster } from './roster.ts'
import type { ArmedFaultSpec } from './spec.ts'

/** A scenario as the fixtures declare it. */
export interface DeclaredScenario {
  description?: string | undefined
  faults: readonly ArmedFaultSpec[]
}

export interface ScenarioState {
  name: string
  description?: string
  enabled: boolean
}

/** What the fixtures declare: faults that are armed from the start, and scenarios that are toggled on and off. */
export class Declared {
  readonly #maker: Maker
  readonly #roster: Roster
  readonly #enabled = new Set<string>()
  #faults: readonly ArmedFaultSpec[] = []
  #scenarios: Readonly<Record<string, DeclaredScenario>> = {}

  constructor(maker: Maker, roster: Roster) {
    this.#maker = maker
    this.#roster = roster
  }

  /** The names of the scenarios that are on. */
  get enabled(): ReadonlySet<string> {
    return this.#enabled
  }

  replaceFaults(faults: readonly ArmedFaultSpec[]): void {
    this.#faults = faults
    this.#roster.declare({ origin: 'fixtures' }, faults)
  }

  replaceScenarios(scenarios: Readonly<Record<string, DeclaredScenario>>): void {
    this.#scenarios = scenarios
    for (const name of [...this.#enabled]) {
      this.#roster.declare({ origin: 'scenario', scenario: name }, this.#find(name)?.faults ?? [])
      if (!this.#find(name)) this.#mark(name, false)
    }
  }

  list(): ScenarioState[] {
    return Object.keys(this.#scenarios).map((name) => this.#state(name))
  }

  /**
   * Arms or disarms the faults of a scenario; one that is enabled again starts counting anew.
   *
   * @throws UnderstudyError `ERR_SCENARIO_UNKNOWN` (404), `ERR_FAULT_INVALID` (400) where the issuer has no place
   * or no token for one of its faults
   */
  toggle(name: string, enabled: boolean): ScenarioState {
    const scenario = this.#find(name)
    if (!scenario) {
      const known = Object.keys(this.#scenarios)
      const way = didYouMean(name, known) || ` The fixtures declare ${known.length > 0 ? known.join(', ') : 'none'}.`
      const verb = enabled ? 'enable' : 'disable'
      throw new UnderstudyError('ERR_SCENARIO_UNKNOWN', 404, `Failed to ${verb} "${name}": no such scenario.${way}`)
    }
    if (enabled) for (const spec of scenario.faults) this.#maker.checkDeclared(readArmedFault(spec, this.#maker.known))
    const group = { origin: 'scenario', scenario: name } as const
    this.#roster.declare(group, [])
    if (enabled) this.#roster.declare(group, scenario.faults)
    this.#mark(name, enabled)
    return this.#state(name)
  }

  /** A scenario none of whose faults is left armed is off. */
  settle(): void {
    const left = new Set(this.#roster.present.map(({ state }) => state.scenario))
    for (const name of [...this.#enabled]) if (!left.has(name)) this.#switchOff(name)
  }

  /** Arms what the fixtures declare as if nothing had happened yet. */
  reset(): void {
    this.#roster.clear()
    for (const name of [...this.#enabled]) this.#mark(name, false)
    this.#roster.declare({ origin: 'fixtures' }, this.#faults)
  }

  /** Takes over which scenarios were on. */
  adopt(enabled: readonly string[]): void {
    this.#enabled.clear()
    for (const name of enabled) this.#enabled.add(name)
  }

  #switchOff(name: string): void {
    this.#roster.declare({ origin: 'scenario', scenario: name }, [])
    this.#mark(name, false)
  }

  #find(name: string): DeclaredScenario | undefined {
    return Object.hasOwn(this.#scenarios, name) ? this.#scenarios[name] : undefined
  }

  #mark(name: string, enabled: boolean): void {
    if (enabled) this.#enabled.add(name)
    else this.#enabled.delete(name)
    this.#maker.tell(scenarioRecord(name, enabled))
  }

  #state(name: string): ScenarioState {
    const description = this.#find(name)?.description
    return { name, ...(description !== undefined && { description }), enabled: this.#enabled.has(name) }
  }
}
