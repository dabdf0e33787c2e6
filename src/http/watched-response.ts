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

  override emit(event: string | symbol, ...told: unknown[]): boolean {
    if (event === 'close' && this.#watcher !== undefined) {
      this.#tell()
      if (!this.writableFinished) this.#watcher.broke()
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
