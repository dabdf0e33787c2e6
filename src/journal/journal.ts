import type { Exchange } from '../domain/exchange.ts'
import type { Outcome, OutgoingCall, Registrations } from '../domain/outcome.ts'
import { UnderstudyError } from '../errors.ts'
import { bodyOf } from './answer.ts'
import { Clearings } from './clearings.ts'
import { valuesOf } from './fields.ts'
import type { JournalRecord, RequestRecord, SentAnswer } from './record.ts'
import { Ring, type RingLimits } from './ring.ts'
import { PollSpacing } from './spacing.ts'

/** A request that has begun. */
export interface OpenRequest {
  exchange: Exchange
  path: string
  startedAtMs: number
  /** On a clock that never jumps. */
  startMs: number
  /** How often the journal had been cleared. */
  clearings: number
}

/** What is known of a request once it is answered. */
export interface ClosedRequest {
  outcome: Outcome
  registrations: Registrations
  answer: SentAnswer | undefined
}

/** How many may wait for an issuer's journal at once, streams included. */
const maxWaiting = 200

/**
 * The record of what an issuer was asked and what it really answered, and of the calls that it made itself.
 *
 * On the way of a request it keeps references and nothing else: whoever asks to see an entry pays for reading it.
 */
export class Journal {
  readonly #ring: Ring
  readonly #nowMs: () => number
  readonly #spacing = new PollSpacing()
  readonly #clearings = new Clearings()
  readonly #sleepers = new Set<() => void>()
  #waiting = 0
  #hasEnded = false

  /** @param nowMs the issuer's clock, by which polls are measured */
  constructor(limits: RingLimits, nowMs: () => number) {
    this.#ring = new Ring(limits)
    this.#nowMs = nowMs
  }

  /** Whether anything is remembered at all. */
  get isKept(): boolean {
    return this.#ring.isOpen
  }

  open(exchange: Exchange, path: string): OpenRequest {
    return {
      exchange,
      path,
      startedAtMs: Date.now(),
      startMs: performance.now(),
      clearings: this.#clearings.count,
    }
  }

  /** Keeps an answered request, unless the journal was cleared of it meanwhile. */
  close(opened: OpenRequest, { outcome, registrations, answer }: ClosedRequest): RequestRecord | undefined {
    const { exchange, path, startedAtMs } = opened
    const record: RequestRecord = {
      kind: 'request',
      id: this.#ring.nextId,
      startedAtMs,
      durationMs: performance.now() - opened.startMs,
      path,
      exchange,
      outcome,
      answer,
      broken: answer === undefined,
      spacing: undefined,
      registrations,
    }
    if (this.#clearings.includes(opened.clearings, () => valuesOf(record, 'tag'))) return undefined
    const code = exchange.polledCode
    if (code !== undefined) {
      const atMs = this.#nowMs() - record.durationMs
      const wasSlowedDown = answer !== undefined && bodyOf(answer).includes('"slow_down"')
      record.spacing = this.#spacing.note(
        code,
        atMs,
        registrations.pollIntervalSeconds(exchange.grantType),
        wasSlowedDown,
      )
    }
    this.#add(record)
    return record
  }

  /** Keeps a call that the provider made itself. */
  call(call: OutgoingCall): void {
    this.#add({ kind: 'call', id: this.#ring.nextId, startedAtMs: call.startedAtMs, call })
  }

  get(id: number): JournalRecord | undefined {
    return this.#ring.get(id)
  }

  /** What is there with an id above `since`, oldest first. */
  *since(since = 0): Generator<JournalRecord> {
    for (let id = Math.max(since + 1, this.#ring.firstId); id < this.#ring.nextId; id += 1) {
      const record = this.#ring.get(id)
      if (record !== undefined) yield record
    }
  }

  /** The id of the newest record, whether or not it is still there. */
  get lastId(): number {
    return this.#ring.nextId - 1
  }

  /** Keeps so much from now on. */
  limit(limits: RingLimits): void {
    this.#ring.limit(limits)
  }

  /**
   * Forgets everything, or what has a tag, requests under way included; ids go on rising.
   *
   * @param tag left out: all
   */
  clear(tag?: string): void {
    this.#clearings.note(tag)
    if (tag === undefined) {
      this.#ring.clear()
      this.#spacing.clear()
    } else {
      for (const record of this.since()) if (valuesOf(record, 'tag').includes(tag)) this.#ring.remove(record.id)
    }
    this.#wake()
  }

  /** Lets everybody go who waits, now and later. */
  end(): void {
    this.#hasEnded = true
    this.#wake()
  }

  /**
   * Gives records as they come, until the signal is given or the journal ends; slow readers miss what has given way.
   *
   * @param since the id after which to begin
   * @throws UnderstudyError `ERR_TOO_MANY_WAITING` (429)
   */
  async *follow(since: number, signal: AbortSignal): AsyncGenerator<JournalRecord, void> {
    if (this.#waiting >= maxWaiting) throw tooManyWaiting()
    this.#waiting += 1
    try {
      let last = since
      while (!signal.aborted) {
        for (const record of this.since(last)) {
          last = record.id
          yield record
          if (signal.aborted) return
        }
        if (this.#hasEnded) return
        // What has been forgotten will never be read: whoever counted on it would ask for it forever.
        last = Math.max(last, this.lastId)
        await this.#change(signal)
      }
    } finally {
      this.#waiting -= 1
    }
  }

  #add(record: JournalRecord): void {
    this.#ring.add(record)
    if (this.#sleepers.size > 0) this.#wake()
  }

  #wake(): void {
    const sleepers = [...this.#sleepers]
    this.#sleepers.clear()
    for (const wake of sleepers) wake()
  }

  /** Waits for the next record, the end, or the signal. */
  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake)
        this.#sleepers.delete(wake)
        resolve()
      }
      if (signal.aborted || this.#hasEnded) return resolve()
      signal.addEventListener('abort', wake)
      this.#sleepers.add(wake)
    })
  }
}

function tooManyWaiting(): UnderstudyError {
  const message = `Failed to wait for requests: ${maxWaiting} wait for this issuer already. Let some of them go first.`
  return new UnderstudyError('ERR_TOO_MANY_WAITING', 429, message)
}
