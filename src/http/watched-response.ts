import { type IncomingMessage, ServerResponse } from 'node:http'
import type { SentAnswer } from '../journal/record.ts'

/** Who is told of an answer. */
export interface AnswerWatcher {
  /** It has gone out, or as much of it as there will be; undefined: nothing of it. No client can have reacted yet. */
  sent(answer: SentAnswer | undefined): void
  /** The connection has gone before all was out; told after the above. */
  broke(): void
}

/**
 * An answer that tells what is sent, by whatever way, to the one who watches it.
 *
 * A class of its own rather than methods put onto each answer: these cost a good part of a small request.
 */
export class WatchedResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  #watcher: AnswerWatcher | undefined
  #body: (string | Uint8Array)[] = []
  #isTold = false
  /** What was sent past this class; undefined: it is not sent by hand. */
  #byHand: { pieces: Buffer[]; wholeBytes: number; isWhole: boolean } | undefined

  watch(watcher: AnswerWatcher): void {
    this.#watcher = watcher
  }

  override write(chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
    this.#keep(chunk)
    return super.write(chunk as string, encoding as BufferEncoding, callback as () => void)
  }

  override end(chunk?: unknown, encoding?: unknown, callback?: unknown): this {
    this.#keep(chunk)
    super.end(chunk as string, encoding as BufferEncoding, callback as () => void)
    this.#tell()
    return this
  }

  /**
   * From now on it is sent past this class, by hand.
   *
   * @param wholeBytes how long the body would be; where less of it goes out, the answer has broken off
   */
  handOver(wholeBytes: number): void {
    this.#byHand = { pieces: [], wholeBytes, isWhole: false }
  }

  /** Tells of bytes that are about to go out by hand. */
  sentByHand(bytes: string | Uint8Array): void {
    if (this.#byHand === undefined) return
    this.#byHand.pieces.push(Buffer.from(bytes as string))
    this.#byHand.isWhole = bodyBytesIn(this.#byHand.pieces) >= this.#byHand.wholeBytes
    if (this.#byHand.isWhole) this.#tell()
  }

  /** Nothing more goes out by hand. */
  endByHand(): void {
    this.#tell()
    if (this.#byHand?.isWhole === false) this.#watcher?.broke()
  }

  override emit(event: string | symbol, ...told: unknown[]): boolean {
    if (event === 'close' && this.#watcher !== undefined) {
      this.#tell()
      if (!(this.#byHand?.isWhole ?? this.writableFinished)) this.#watcher.broke()
    }
    return super.emit(event as string, ...told)
  }

  #keep(chunk: unknown): void {
    if (this.#watcher === undefined) return
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) this.#body.push(chunk)
  }

  #tell(): void {
    if (this.#watcher === undefined || this.#isTold) return
    this.#isTold = true
    if (this.#byHand !== undefined) {
      this.#watcher.sent(answerByHand(this.#byHand.pieces))
      return
    }
    // Node's own text of status line and header fields: exact, and there already.
    const { _header: head } = this as unknown as { _header: string | null }
    this.#watcher.sent(head === null ? undefined : answerOf(head, this.#body))
  }
}

/** Longer bodies may well be the same for many, who share them then. */
const joinedUpTo = 2048

/** One short text is far cheaper to keep than a few; joining lets go of the many pieces that the head is made of. */
function answerOf(head: string, body: (string | Uint8Array)[]): SentAnswer {
  const [only = ''] = body
  return body.length < 2 && typeof only === 'string' && only.length <= joinedUpTo
    ? [head, only].join('')
    : { head: [head, ''].join(''), body }
}

const headEnd = '\r\n\r\n'

/** How much of the body has been sent by hand; below zero: not even the whole head. */
function bodyBytesIn(pieces: readonly Buffer[]): number {
  const sent = Buffer.concat(pieces)
  const end = sent.indexOf(headEnd)
  return end === -1 ? -1 : sent.length - end - headEnd.length
}

/** An answer that was sent by hand, perhaps in part; undefined where not even its status was. */
function answerByHand(pieces: readonly Buffer[]): SentAnswer | undefined {
  const sent = Buffer.concat(pieces)
  const end = sent.indexOf(headEnd)
  if (!/^HTTP\/1\.1 \d{3}/.test(sent.subarray(0, 12).toString('latin1'))) return undefined
  // Of a head that broke off, the whole lines.
  if (end === -1) {
    const head = sent.subarray(0, sent.lastIndexOf('\r\n') + 2).toString()
    return head.length > 2 ? { head, body: [] } : undefined
  }
  const headBytes = end + headEnd.length
  return { head: sent.subarray(0, headBytes).toString(), body: [sent.subarray(headBytes)] }
}
