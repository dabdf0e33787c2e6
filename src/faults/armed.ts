import type { Exchange, FaultOrigin, Identity } from '../domain/exchange.ts'
import { type Count, Counts } from './counts.ts'
import { numberOf, throwOfDice } from './dice.ts'
import type { Plan, Step } from './plan.ts'
import type { Judgement } from './selector.ts'
import type { ArmedFaultSpec } from './spec.ts'
import { isFlowless } from './whose-count.ts'

/** An armed fault as it is written down: plain JSON. */
export interface ArmedState extends Count {
  id: string
  origin: FaultOrigin
  scenario?: string
  /** Rises with each that is armed; of several, the first armed fires. */
  order: number
  spec: ArmedFaultSpec
  /** When it disarms itself, in milliseconds since the epoch on the issuer's clock. */
  untilMs?: number
  /** Of the dice, where there are any. */
  seed?: number
  /** Disarmed by hand, though the fixtures declare it: it stays so until a reset. */
  disarmed?: boolean
}

/** What is due to a request, and whose count it is: a client's or a flow's, or undefined for the issuer's. */
export interface Turn {
  due: Step | undefined
  subject: string | undefined
}

/** One armed fault or script, with what it has counted. */
export class Armed {
  readonly state: ArmedState
  readonly plan: Plan
  readonly counts: Counts

  /** @param onForget told of each client or flow whose count is given up */
  constructor(state: ArmedState, plan: Plan, onForget: (subject: string) => void = () => {}) {
    this.state = state
    this.plan = plan
    this.counts = new Counts(state, onForget)
  }

  /** Whether it can never fire again, whoever asks. */
  isSpent(nowMs: () => number): boolean {
    const { untilMs, disarmed } = this.state
    if (disarmed || (untilMs !== undefined && nowMs() >= untilMs)) return true
    return this.plan.per === 'issuer' && this.#isUsedUp(this.counts.total)
  }

  /** Whether a request at one of its endpoints is meant; undefined: not to be said before it is known whose it is. */
  judge(exchange: Exchange, identity: Identity | undefined): Judgement {
    const { grantTypes, per, selects } = this.plan
    if (grantTypes && exchange.endpoint === 'token' && !grantTypes.includes(exchange.grantType ?? '')) return false
    const judgement = selects(exchange, identity)
    if (judgement !== true || identity || per === 'issuer') return judgement
    return (per === 'client' ? exchange.client : exchange.flow) === undefined ? undefined : true
  }

  /**
   * Counts a request that is meant, and says what is due: a fault, or nothing.
   *
   * @returns undefined where nothing is left for this client or flow, and nothing was counted
   * Whoever acts on the fault says so by `fired()`: one that another fault has forestalled spends nothing of `times`.
   */
  turn(exchange: Exchange, identity: Identity | undefined): Turn | undefined {
    const subject = this.#subjectOf(exchange, identity)
    const count = this.counts.of(subject)
    if (this.#isUsedUp(count)) return undefined
    count.matches += 1
    if (subject !== undefined) this.state.matches += 1
    const played = count.matches - this.plan.skip
    const step = played > 0 ? this.plan.steps[(played - 1) % this.plan.steps.length] : undefined
    return { due: step && this.#diceFall(subject) ? step : undefined, subject }
  }

  fired(subject: string | undefined): void {
    this.counts.of(subject).fires += 1
    if (subject !== undefined) this.state.fires += 1
  }

  /** Takes back what has found nothing to act on. */
  unfired(subject: string | undefined): void {
    this.counts.of(subject).fires -= 1
    if (subject !== undefined) this.state.fires -= 1
  }

  /** A client has dice of its own, which no other client throws; flows have names by chance, and throw the same ones. */
  #diceFall(subject: string | undefined): boolean {
    const { probability, per } = this.plan
    if (probability === undefined) return true
    const { seed = 0, matches } = this.state
    const ofClient = per === 'client' && subject !== undefined
    const fallen = ofClient
      ? throwOfDice(seed ^ numberOf(subject), this.counts.of(subject).matches)
      : throwOfDice(seed, matches)
    return fallen < probability
  }

  #isUsedUp(count: Count): boolean {
    const { times, script, steps, skip } = this.plan
    if (times === 'always') return false
    return script ? count.matches - skip >= times * steps.length : count.fires >= times
  }

  #subjectOf(exchange: Exchange, identity: Identity | undefined): string | undefined {
    if (this.plan.per === 'issuer') return undefined
    if (this.plan.per === 'client') return exchange.client ?? identity?.client ?? ''
    return this.plan.joinsFlowless && isFlowless(exchange) ? '' : exchange.ownFlow.id
  }
}
