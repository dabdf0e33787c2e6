import type { Exchange, SignIn } from '../domain/exchange.ts'
import type { IssuerHooks } from '../domain/issuer.ts'
import type { Arming } from '../faults/arming.ts'
import type { Answer, FaultAnswer, StateEffect } from '../faults/fault.ts'
import type { FiredNotice, FiredResponse, FiredToken } from '../faults/fired.ts'
import { Aftermath, type Due } from './aftermath.ts'
import { meetFaults, meetOwnFaults } from './meet-faults.ts'
import type { OnGone, Waits } from './waits.ts'

/** What an issuer's faults act on. */
interface Parts {
  arming: Arming
  waits: Waits
  /** Has an effect come true. */
  state(effect: StateEffect | undefined): Promise<void>
  onRequest(): IssuerHooks['onRequest']
  /** Waits until what has been counted is stored. */
  settled(): Promise<void>
}

/** Has the requests of one issuer meet the faults that are armed on it, from their arrival until their answers leave. */
export class IssuerFaults {
  readonly #parts: Parts
  readonly #aftermath = new Aftermath()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Whether a fault could take this request; costs next to nothing. */
  mayTake(exchange: Exchange): boolean {
    return this.#parts.onRequest() !== undefined || this.#parts.arming.concerns(exchange)
  }

  /** Begins with a request that a fault may take. */
  attend(exchange: Exchange, onGone: OnGone): void {
    this.#parts.waits.attend(exchange, onGone)
  }

  /**
   * The answer of the fault that takes this request, if one does; after what lets the request wait.
   *
   * @param signIn who has just signed in by it, where only the faults that are meant for this person are left to ask
   */
  answerTo(exchange: Exchange, signIn?: SignIn): Promise<FaultAnswer | undefined> {
    const meeting = { ...this.#parts, onRequest: this.#parts.onRequest(), aftermath: this.#aftermath }
    return signIn === undefined ? meetFaults(exchange, meeting) : meetOwnFaults(exchange, signIn, meeting)
  }

  /** What is to be done with a request once there is an answer. */
  due(exchange: Exchange): Due {
    return this.#aftermath.of(exchange)
  }

  /** Has happen what is to happen once a request is answered. */
  async actOnState(exchange: Exchange, answer: Answer): Promise<void> {
    const identity = await exchange.identify()
    for (const each of this.due(exchange).states) await this.#parts.state(each.effect(identity, answer))
  }

  /** Lets an answered request wait before its answer leaves. */
  beforeAnswer(exchange: Exchange): Promise<void> {
    return this.#parts.waits.beforeAnswer(exchange)
  }

  /** Lets a request wait for a time in milliseconds, or until nobody waits for its answer any more. */
  async sleep(exchange: Exchange, ms: number): Promise<void> {
    await this.#parts.waits.for(exchange).sleep(ms)
  }

  /** The faults that change a token, once what they have counted is stored; undefined where there are none, for sure. */
  ofToken(...asked: Parameters<Arming['takeToken']>): Promise<FiredToken[]> | undefined {
    const { arming } = this.#parts
    return arming.concernsToken(asked[0], asked[1]) ? this.#stored(arming.takeToken(...asked)) : undefined
  }

  /** The faults that change an authorization response, likewise. */
  ofResponse(...asked: Parameters<Arming['takeResponse']>): Promise<FiredResponse[]> | undefined {
    const { arming } = this.#parts
    return arming.concernsResponse(asked[0]) ? this.#stored(arming.takeResponse(...asked)) : undefined
  }

  /** The fault of how a client is told of a logout, likewise. */
  ofNotice(...asked: Parameters<Arming['takeNotice']>): Promise<FiredNotice | undefined> | undefined {
    const { arming } = this.#parts
    return arming.concernsNotice(asked[0]) ? this.#stored(arming.takeNotice(...asked)) : undefined
  }

  async #stored<Taken>(taken: Promise<Taken>): Promise<Taken> {
    const fired = await taken
    await this.#parts.settled()
    return fired
  }
}
