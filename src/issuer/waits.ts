import type { Exchange, WaitEnding } from '../domain/exchange.ts'
import { noRequest } from '../domain/no-request.ts'
import type { HoldUntil } from '../faults/fault.ts'
import type { Delays } from '../faults/fired.ts'

/** A request that a fault holds. */
export interface HeldRequest {
  /** By which it can be released alone: they are counted as they come, anew when none is held any more. */
  request: number
  endpoint: string
  client?: string | undefined
  tag?: string | undefined
  heldMs: number
}

/** Calls back when nobody waits for the answer any more: at once, if that is so already. */
export type OnGone = (told: () => void) => void

interface Held {
  exchange: Exchange
  sinceMs: number
  end(why: WaitEnding): void
}

/** What an armed fault holds, by number. */
interface Queue {
  last: number
  held: Map<number, Held>
}

/** One request on its way through its faults. */
interface Visit {
  isGone: boolean
  /** Ends what it waits for now. */
  end?: ((why: WaitEnding) => void) | undefined
  /** What it will wait for once it is answered. */
  later: ((delays: Delays) => Promise<void>)[]
}

/** The requests of an issuer that faults let wait. */
export class Waits {
  readonly #queues = new Map<string, Queue>()
  readonly #visits = new WeakMap<Exchange, Visit>()
  readonly #pauses = new Set<(why: WaitEnding) => void>()
  #hasEnded = false

  /** Begins with a request that may have to wait. */
  attend(exchange: Exchange, onGone: OnGone): void {
    const visit: Visit = { isGone: false, later: [] }
    this.#visits.set(exchange, visit)
    onGone(function gone() {
      visit.isGone = true
      visit.end?.('gone')
    })
  }

  /** How a request is let wait. */
  for(exchange: Exchange): Delays {
    return {
      sleep: (ms) => this.#pause(exchange, ms),
      hold: (armedId, until) => this.#hold(exchange, armedId, until),
    }
  }

  /** Waits for a time in milliseconds, whoever is there; false where that was cut short. */
  async pass(ms: number): Promise<boolean> {
    return (await this.#pause(noRequest('end_session'), ms)) === 'elapsed'
  }

  /** Whether nobody waits for the answer of a request any more. */
  isGone(exchange: Exchange): boolean {
    return this.#visits.get(exchange)?.isGone === true
  }

  /** Has a request wait once it is answered. */
  postpone(exchange: Exchange, delay: (delays: Delays) => Promise<void>): void {
    this.#visits.get(exchange)?.later.push(delay)
  }

  /** Waits for what an answered request is to wait for before its answer leaves. */
  async beforeAnswer(exchange: Exchange): Promise<void> {
    for (const delay of this.#visits.get(exchange)?.later ?? []) await delay(this.for(exchange))
  }

  /** What an armed fault holds, in the order in which it came. */
  heldBy(armedId: string): HeldRequest[] {
    const nowMs = performance.now()
    return [...(this.#queues.get(armedId)?.held ?? [])].map(([request, { exchange, sinceMs }]) => ({
      request,
      endpoint: exchange.endpoint,
      client: exchange.client,
      tag: exchange.flow?.tag ?? exchange.requested.tag,
      heldMs: Math.round(nowMs - sinceMs),
    }))
  }

  /**
   * Lets go on what an armed fault holds.
   *
   * @param request the one that is meant; left out: all
   * @returns how many there were
   */
  release(armedId: string, request?: number, why: WaitEnding = 'released'): number {
    const held = this.#queues.get(armedId)?.held ?? new Map<number, Held>()
    const meant = [...held].filter(([number]) => request === undefined || number === request)
    for (const [, each] of meant) each.end(why)
    return meant.length
  }

  /** Lets everything go on that waits now. */
  letGo(): void {
    for (const end of [...this.#pauses]) end('let_go')
  }

  /** Lets everything go on, now and from now on. */
  end(): void {
    this.#hasEnded = true
    this.letGo()
  }

  async #hold(exchange: Exchange, armedId: string, { until, timeoutMs }: HoldUntil): Promise<WaitEnding> {
    const queue = this.#queues.get(armedId) ?? { last: 0, held: new Map() }
    if (until !== undefined && queue.held.size + 1 >= until) {
      this.release(armedId, undefined, 'gathered')
      return 'gathered'
    }
    this.#queues.set(armedId, queue)
    queue.last += 1
    const number = queue.last
    return this.#pause(exchange, timeoutMs, {
      begun: (end) => queue.held.set(number, { exchange, sinceMs: performance.now(), end }),
      ended: () => {
        queue.held.delete(number)
        if (queue.held.size === 0 && this.#queues.get(armedId) === queue) this.#queues.delete(armedId)
      },
    })
  }

  /** Waits for a time, or until it is ended; what it leaves keeps neither a server nor a process up. */
  #pause(
    exchange: Exchange,
    ms: number,
    { begun, ended }: { begun?: (end: (why: WaitEnding) => void) => void; ended?: () => void } = {},
  ): Promise<WaitEnding> {
    const visit = this.#visits.get(exchange)
    if (this.#hasEnded) return Promise.resolve('let_go')
    if (visit?.isGone) return Promise.resolve('gone')
    return new Promise((resolve) => {
      const end = (why: WaitEnding) => {
        clearTimeout(timer)
        this.#pauses.delete(end)
        if (visit !== undefined) visit.end = undefined
        ended?.()
        resolve(why)
      }
      const timer = setTimeout(end, ms, 'elapsed')
      this.#pauses.add(end)
      if (visit !== undefined) visit.end = end
      begun?.(end)
    })
  }
}
