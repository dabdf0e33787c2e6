import QuickLRU from 'quick-lru'
import type { Exchange } from '../domain/exchange.ts'
import type { Armed } from './armed.ts'
import type { Site } from './jwt.ts'
import { type Step, signingOf } from './plan.ts'

/** A step that was taken when a request came in, and waits for what it is to change: a script's, or a hook's. */
export type WaitingStep = { due: Step } & ({ armed: Armed; subject: string | undefined } | { armedId: string })

/** How many authorizations may be under way with a step that waits; of more, the oldest give way. */
const rememberedAuthorizations = 1000

/** What waits for tokens and authorization responses: of one request each, but of an authorization, which may take several, for its flow. */
export class WaitingSteps {
  readonly #byExchange = new WeakMap<Exchange, WaitingStep[]>()
  readonly #byFlow = new QuickLRU<string, WaitingStep[]>({ maxSize: rememberedAuthorizations })

  add(exchange: Exchange, step: WaitingStep): void {
    this.#set(exchange, [...this.#of(exchange), step])
  }

  has(exchange: Exchange): boolean {
    return this.#of(exchange).length > 0
  }

  /** Those that are for a site, which wait no longer. */
  take(exchange: Exchange, site: Site): WaitingStep[] {
    const isFor = ({ due: { fault } }: WaitingStep) =>
      fault.acts === 'token'
        ? fault.tokens.map(signingOf).some((signing) => signing === site)
        : site === (fault.acts === 'notice' ? 'notifying' : 'responding')
    const all = this.#of(exchange)
    const taken = all.filter(isFor)
    if (taken.length > 0) {
      this.#set(
        exchange,
        all.filter((step) => !isFor(step)),
      )
    }
    return taken
  }

  #of(exchange: Exchange): WaitingStep[] {
    if (exchange.endpoint !== 'authorization') return this.#byExchange.get(exchange) ?? []
    return (exchange.flow && this.#byFlow.get(exchange.flow.id)) ?? []
  }

  #set(exchange: Exchange, steps: WaitingStep[]): void {
    if (exchange.endpoint === 'authorization') this.#byFlow.set(exchange.ownFlow.id, steps)
    else this.#byExchange.set(exchange, steps)
  }
}
