import type { Exchange, SignIn } from '../domain/exchange.ts'
import type { FaultStep } from '../domain/issuer.ts'
import { UnderstudyError } from '../errors.ts'
import type { Armed } from './armed.ts'
import type { KnownFaults } from './catalog.ts'
import { Declared, type DeclaredScenario, type ScenarioState } from './declared.ts'
import { type Concerned, Encounters, type Holder } from './encounters.ts'
import { readOnce } from './fire-once.ts'
import type { Fired, FiredHandshake, FiredNotice, FiredResponse, FiredToken } from './fired.ts'
import { FlowFaults } from './flow-faults.ts'
import type { TokenType } from './jwt.ts'
import { type ArmingOptions, Maker } from './maker.ts'
import { signingOf } from './plan.ts'
import {
  type ArmingRecord,
  armedRecord,
  countRecord,
  flowRecord,
  readRecords,
  scenarioRecord,
  withoutFlow,
} from './records.ts'
import { Roster } from './roster.ts'
import type { ArmedFaultSpec } from './spec.ts'
import { type ArmedFaultView, viewOf } from './view.ts'

export type { DeclaredScenario, ScenarioState } from './declared.ts'
export type { ArmingOptions } from './maker.ts'
export { checkArmedFault } from './plan.ts'
export type { ArmingRecord } from './records.ts'
export type { ArmedFaultView } from './view.ts'

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
  readonly #encounters: Encounters

  constructor(options: ArmingOptions) {
    this.#maker = new Maker(options)
    this.#roster = new Roster(this.#maker)
    this.#declared = new Declared(this.#maker, this.#roster)
    this.#flows = new FlowFaults((flowId) => this.#maker.tell(withoutFlow(flowId)))
    this.#encounters = new Encounters(this.#maker, this.#roster, this.#flows)
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

  /** The faults that can be armed. */
  get known(): KnownFaults {
    return this.#maker.known
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
  concerns(exchange: Concerned): boolean {
    return this.#encounters.concerns(exchange)
  }

  /** Whether `takeToken` could have anything to say of a token; costs next to nothing. */
  concernsToken(exchange: Exchange, token: TokenType): boolean {
    return this.#encounters.concernsLater(exchange, signingOf(token))
  }

  /** Whether `takeResponse` could have anything to say; costs next to nothing. */
  concernsResponse(exchange: Exchange): boolean {
    return this.#encounters.concernsLater(exchange, 'responding')
  }

  /**
   * Decides which faults a request meets, and counts; to be asked once a request, and once a flow at the authorization
   * endpoint. Of those that answer, the first armed fires, what the request's own flow has armed before all others.
   *
   * Whose request it is gets looked up only where an armed fault cannot be judged without. Faults of tokens are not
   * among them, but what a script has due for one is put by until `takeToken` asks for it.
   *
   * @returns at once where nothing must be looked up
   * @throws UnderstudyError with status 400 where the request arms a fault that there is not, or that cannot fire in its flow
   */
  take(exchange: Exchange): Fired[] | Promise<Fired[]> {
    return this.#encounters.take(exchange)
  }

  /**
   * Decides which faults an authorization meets by who has just signed in during it, and counts: those of `when.user`
   * that were not meant for whoever was there before, and so have not met it yet.
   *
   * @param exchange the hop by which the person has signed in, with the parameters of the authorization
   */
  takeSignIn(exchange: Exchange, signIn: SignIn): Fired[] | Promise<Fired[]> {
    return this.#encounters.takeSignIn(exchange, signIn)
  }

  /**
   * Decides which faults change a token that is about to be signed in answer to a request, and counts; to be asked once
   * a token. They are to be applied in order, each to what the one before has made.
   *
   * @param holder whom the token is made for, as `client`, `user` and `scope` are to be judged
   */
  takeToken(exchange: Exchange, token: TokenType, holder: Holder): Promise<FiredToken[]> {
    return this.#encounters.takeToken(exchange, token, holder)
  }

  /**
   * Decides which faults change the response that is about to send a browser back to its client, and counts; to be asked
   * once a response. They are to be applied in order.
   *
   * @param holder whose authorization it is
   */
  takeResponse(exchange: Exchange, holder: Holder): Promise<FiredResponse[]> {
    return this.#encounters.takeResponse(exchange, holder)
  }

  /** Whether `takeNotice` could have anything to say; costs next to nothing. */
  concernsNotice(exchange: Exchange): boolean {
    return this.#encounters.concernsLater(exchange, 'notifying')
  }

  /**
   * Decides which fault meets the telling of a client that somebody has logged out, and counts; to be asked once a
   * client and logout.
   *
   * @param holder who is told, and whose logout it is
   */
  takeNotice(exchange: Exchange, holder: Holder): Promise<FiredNotice | undefined> {
    return this.#encounters.takeNotice(exchange, holder)
  }

  /**
   * Decides which fault meets a handshake, and counts; to be asked once a handshake.
   *
   * @param servername the host name that the client asks for, in lower case
   */
  takeHandshake(servername: string): FiredHandshake | undefined {
    return this.#encounters.takeHandshake(servername)
  }

  /**
   * Fires a fault at one request, without arming it.
   *
   * @returns undefined for a fault of tokens or responses, which fires when they are made
   * @throws UnderstudyError `ERR_FAULT_INVALID` (500) where there is no such fault, or it cannot fire here or so
   */
  fireOnce(step: FaultStep, exchange: Exchange): Fired | undefined {
    return this.#encounters.fireOnce(readOnce(step, exchange, this.#maker.known), exchange)
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

  #view(armed: Armed): ArmedFaultView {
    return viewOf(armed, armed.isSpent(this.#maker.nowMs))
  }
}
