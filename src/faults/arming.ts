import type { Exchange, Identity } from '../domain/exchange.ts'
import type { FaultStep } from '../domain/issuer.ts'
import { UnderstudyError } from '../errors.ts'
import type { Armed, Turn } from './armed.ts'
import { Declared, type DeclaredScenario, type ScenarioState } from './declared.ts'
import type { Fired } from './fault.ts'
import { firedBy, fireStep } from './fire-once.ts'
import { FlowFaults } from './flow-faults.ts'
import { type ArmingOptions, Maker, type ReadFault } from './maker.ts'
import {
  type ArmingRecord,
  armedRecord,
  countRecord,
  flowRecord,
  readRecords,
  scenarioRecord,
  withoutFlow,
} from './records.ts'
import { readInheritedFaults, readRequestFaults } from './request-faults.ts'
import { Roster } from './roster.ts'
import type { ArmedFaultSpec } from './spec.ts'
import { type ArmedFaultView, viewOf } from './view.ts'

export type { DeclaredScenario, ScenarioState } from './declared.ts'
export type { ArmingOptions } from './maker.ts'
export { checkArmedFault } from './plan.ts'
export type { ArmingRecord } from './records.ts'
export type { ArmedFaultView } from './view.ts'

const nothing: Fired[] = []

/**
 * The armed faults of one issuer: which there are, what each has counted, and which of them a request meets.
 *
 * It decides and counts, and does nothing else: whoever asks gives the answer, and stores what `onChange` tells.
 */
export class Arming {
  readonly #maker: Maker
  readonly #roster: Roster
  readonly #declared: Declared
  readonly #flows: FlowFaults

  constructor(options: ArmingOptions) {
    this.#maker = new Maker(options)
    this.#roster = new Roster(this.#maker)
    this.#declared = new Declared(this.#maker, this.#roster)
    this.#flows = new FlowFaults((flowId) => this.#maker.tell(withoutFlow(flowId)))
  }

  /**
   * Arms a fault, written as the fixtures write it, behind all that are armed.
   *
   * @throws UnderstudyError `ERR_FAULT_UNKNOWN` (404), `ERR_FAULT_INVALID` (400)
   */
  arm(written: unknown): ArmedFaultView {
    return this.#view(this.#roster.add(written))
  }

  /**
   * Disarms one fault, or all; one of the fixtures stays disarmed until a reset or until it changes. What requests have
   * armed for their own flows stays.
   *
   * @throws UnderstudyError `ERR_ARMED_UNKNOWN` (404)
   */
  disarm(id?: string): void {
    const chosen = this.#roster.present.filter(({ state }) => id === undefined || state.id === id)
    if (id !== undefined && chosen.length === 0) {
      throw new UnderstudyError('ERR_ARMED_UNKNOWN', 404, `Failed to disarm "${id}": no armed fault has this id.`)
    }
    this.#roster.disarm(chosen)
    this.#declared.settle()
  }

  /** Every armed fault with its counters, in arming order; those that requests have armed for their own flows are not listed. */
  list(): ArmedFaultView[] {
    return this.#roster.present.map((armed) => this.#view(armed))
  }

  scenarios(): ScenarioState[] {
    return this.#declared.list()
  }

  /**
   * Arms or disarms the faults of a scenario; one that is enabled again starts counting anew.
   *
   * @throws UnderstudyError `ERR_SCENARIO_UNKNOWN` (404)
   */
  toggleScenario(name: string, enabled: boolean): ScenarioState {
    return this.#declared.toggle(name, enabled)
  }

  /** Takes over the scenarios that the fixtures declare; those that are on stay on, with the counters of what did not change. */
  declareScenarios(scenarios: Readonly<Record<string, DeclaredScenario>>): void {
    this.#declared.replaceScenarios(scenarios)
  }

  /** Takes over what the fixtures declare: what did not change keeps its counters, and what was armed by hand stays. */
  replaceFixtures(faults: readonly ArmedFaultSpec[], scenarios: Readonly<Record<string, DeclaredScenario>> = {}): void {
    this.#declared.replaceFaults(faults)
    this.declareScenarios(scenarios)
  }

  /** Back to what the fixtures declare, with counters at zero and every scenario off. */
  reset(): void {
    this.#declared.reset()
    for (const flowId of this.#flows.disarm()) this.#maker.tell(flowRecord(flowId, []))
  }

  /** Whether `take` could have anything to say of a request; costs next to nothing. */
  concerns({ endpoint, requested, flow }: Pick<Exchange, 'endpoint' | 'requested' | 'flow'>): boolean {
    if (this.#roster.at(endpoint).length > 0 || this.#flows.concern(endpoint)) return true
    return requested.faults !== undefined || flow?.faults !== undefined
  }

  /**
   * Decides which faults a request meets, and counts; to be asked once a request, and once a flow at the authorization
   * endpoint. Of those that answer, the first armed fires, what the request's own flow has armed before all others.
   *
   * Whose request it is gets looked up only where an armed fault cannot be judged without.
   *
   * @returns at once where nothing must be looked up
   * @throws UnderstudyError with status 400 where the request arms a fault that there is not, or that cannot fire in its flow
   */
  take(exchange: Exchange): Fired[] | Promise<Fired[]> {
    if (!this.concerns(exchange)) return nothing
    const own = this.#readOwn(exchange)
    if (!this.#mustIdentify(exchange, own)) return this.#decide(exchange, undefined, own)
    return exchange.identify().then((identity) => this.#decide(exchange, identity, own))
  }

  /**
   * Fires a fault at one request, without arming it.
   *
   * @throws UnderstudyError `ERR_FAULT_INVALID` (500) where there is no such fault, or it cannot fire here or so
   */
  fireOnce(step: FaultStep, exchange: Exchange): Fired {
    return fireStep(step, exchange, this.#maker.newId())
  }

  /** Everything that must be remembered beyond a restart; what changes later, `onChange` tells. */
  snapshot(): ArmingRecord[] {
    const armed = this.#roster.remembered
    return [
      ...armed.map(armedRecord),
      ...armed.flatMap((each) =>
        [...each.counts.subjects()].map(([subject, count]) => countRecord(each, subject, count)),
      ),
      ...[...this.#flows.all()].map(([flowId, faults]) => flowRecord(flowId, faults)),
      ...[...this.#declared.enabled].map((name) => scenarioRecord(name, true)),
    ]
  }

  /** Takes over what was remembered, in place of all there is; to be asked before `replaceFixtures`, which then keeps the counters. */
  restore(records: Iterable<ArmingRecord>): void {
    const { armed, counts, flows, scenarios } = readRecords(records)
    const remade = armed.flatMap((state) => this.#maker.remake(state))
    for (const each of remade) {
      for (const [subject, count] of counts.get(each.state.id) ?? []) each.counts.set(subject, count)
    }
    this.#roster.adopt(remade)
    this.#declared.adopt(scenarios)
    this.#flows.clear()
    for (const [flowId, states] of flows) {
      const faults = states.flatMap((state) => this.#maker.remake(state))
      this.#flows.add(flowId, faults)
      for (const each of faults) if (each.isSpent(this.#maker.nowMs)) this.#flows.settle(each)
    }
  }

  #readOwn(exchange: Exchange): ReadFault[] {
    const { faults } = exchange.requested
    if (faults === undefined) return []
    if (this.#maker.takesRequestFaults()) return readRequestFaults(faults, exchange)
    const text =
      'Failed to arm the faults of a request: this issuer takes none (request_faults: false). Arm it by the admin API.'
    throw new UnderstudyError('ERR_FAULT_INVALID', 400, text)
  }

  #mustIdentify(exchange: Exchange, own: readonly ReadFault[]): boolean {
    if (own.length > 0 || this.#flows.concern(exchange.endpoint)) return true
    return this.#roster.at(exchange.endpoint).some((armed) => armed.judge(exchange, undefined) === undefined)
  }

  /** Decides without a pause, so that of two requests at once only one can take the last of something. */
  #decide(exchange: Exchange, identity: Identity | undefined, own: readonly ReadFault[]): Fired[] {
    const flowId = this.#armForFlow(exchange, identity, own)
    const ofFlow = flowId === undefined ? [] : (this.#flows.of(flowId) ?? [])
    const here = ofFlow.filter(({ plan }) => plan.endpoints.has(exchange.endpoint))
    const fired = this.#play([...here, ...this.#roster.at(exchange.endpoint)], exchange, identity)
    if (flowId !== undefined && (own.length > 0 || here.length > 0)) this.#maker.tell(flowRecord(flowId, ofFlow))
    return fired
  }

  #play(candidates: readonly Armed[], exchange: Exchange, identity: Identity | undefined): Fired[] {
    const fired: Fired[] = []
    for (const armed of candidates) {
      const turn = this.#turnOf(armed, exchange, identity)
      if (turn === undefined) continue
      const { due, subject } = turn
      const forestalled = due?.fault.acts === 'answer' && fired.some(({ fault }) => fault.acts === 'answer')
      if (due && !forestalled) {
        armed.fired(subject)
        fired.push(firedBy(armed.state.id, armed.state.origin, due, exchange))
      }
      this.#remember(armed, subject)
      if (armed.isSpent(this.#maker.nowMs)) this.#settle(armed)
    }
    return fired
  }

  #turnOf(armed: Armed, exchange: Exchange, identity: Identity | undefined): Turn | undefined {
    if (!armed.isSpent(this.#maker.nowMs)) {
      return armed.judge(exchange, identity) === true ? armed.turn(exchange, identity) : undefined
    }
    this.#settle(armed)
    return undefined
  }

  /** Arms what a request, or the one that began its flow, has asked for; says which flow has anything armed. */
  #armForFlow(exchange: Exchange, identity: Identity | undefined, own: readonly ReadFault[]): string | undefined {
    const flow = exchange.flow ?? identity?.flow
    const known = flow !== undefined && this.#flows.of(flow.id) !== undefined
    const text = known || flow?.faults === exchange.requested.faults ? undefined : flow?.faults
    const inherited = text === undefined ? [] : readInheritedFaults(text, exchange)
    const added = [...inherited, ...own].map((read) => this.#maker.make(read, { origin: 'request' }))
    if (added.length === 0) return known ? flow.id : undefined
    const { id } = flow ?? exchange.ownFlow
    this.#flows.add(id, added)
    return id
  }

  #settle(armed: Armed): void {
    if (armed.state.origin === 'request') this.#flows.settle(armed)
    else this.#roster.refresh()
  }

  #remember(armed: Armed, subject: string | undefined): void {
    if (armed.state.origin === 'request') return
    this.#maker.tell(armedRecord(armed))
    if (subject !== undefined) this.#maker.tell(countRecord(armed, subject, armed.counts.of(subject)))
  }

  #view(armed: Armed): ArmedFaultView {
    return viewOf(armed, armed.isSpent(this.#maker.nowMs))
  }
}
