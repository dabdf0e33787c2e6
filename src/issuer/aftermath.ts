import type { Exchange } from '../domain/exchange.ts'
import type { FaultAnswer } from '../faults/fault.ts'
import type { Fired, FiredConnection, FiredRewrite, FiredState } from '../faults/fired.ts'

/** What is to be done with a request once there is an answer. */
export interface Due {
  /** The answer that takes the place of any other. */
  answer?: FaultAnswer | undefined
  states: readonly FiredState[]
  rewrites: readonly FiredRewrite[]
  connection?: FiredConnection | undefined
}

const nothing: Due = { states: [], rewrites: [] }

/** What faults put by until the requests that met them are answered. */
export class Aftermath {
  readonly #due = new WeakMap<Exchange, Due>()

  put(exchange: Exchange, fired: readonly Fired[]): void {
    const { states, rewrites, connection, ...due } = this.of(exchange)
    this.#due.set(exchange, {
      ...due,
      states: [...states, ...fired.filter((each) => each.acts === 'state').filter(({ at }) => at === 'answer')],
      rewrites: [...rewrites, ...fired.filter((each) => each.acts === 'rewrite')],
      connection: connection ?? fired.find((each) => each.acts === 'connection'),
    })
  }

  /** Has an answer take the place of whatever the request is answered with. */
  replace(exchange: Exchange, answer: FaultAnswer): void {
    this.#due.set(exchange, { ...this.of(exchange), answer })
  }

  of(exchange: Exchange): Due {
    return this.#due.get(exchange) ?? nothing
  }
}
