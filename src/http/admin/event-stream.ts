import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { Context } from 'koa'
import { UnderstudyError } from '../../errors.ts'

/** How often a comment says that the connection is alive, in milliseconds. */
const heartbeatMs = 15_000

/** One event, by the id from which a client can go on after a break. */
export interface StreamedEvent {
  id: string
  event: string
  data: unknown
}

/**
 * Answers with events as they come, no faster than the client reads; what breaks is told by an event `problem`.
 *
 * @param gone given when the client is gone, which is to end the events
 * @see {@link https://html.spec.whatwg.org/multipage/server-sent-events.html HTML 9.2}
 */
export function answerEvents(ctx: Context, events: AsyncIterable<StreamedEvent>, gone: AbortSignal): void {
  const stream = new PassThrough()
  const heartbeat = setInterval(() => {
    if (!stream.writableNeedDrain) stream.write(':\n\n')
  }, heartbeatMs)
  heartbeat.unref()
  ctx.status = 200
  ctx.set('X-Accel-Buffering', 'no')
  ctx.body = stream
  ctx.type = 'text/event-stream'
  // The first bytes take the headers with them.
  stream.write(': following\n\n')
  void pump().finally(() => {
    clearInterval(heartbeat)
    stream.end()
  })

  async function pump(): Promise<void> {
    try {
      for await (const event of events) await send(event)
    } catch (error) {
      if (!gone.aborted) stream.write(format({ id: '', event: 'problem', data: problemOf(error) }))
    }
  }

  async function send(event: StreamedEvent): Promise<void> {
    if (!stream.write(format(event))) await once(stream, 'drain', { signal: gone })
  }
}

function format({ id, event, data }: StreamedEvent): string {
  return `${id === '' ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

function problemOf(error: unknown): Record<string, unknown> {
  if (error instanceof UnderstudyError) return { code: error.code, status: error.status, detail: error.message }
  return { code: 'ERR_INTERNAL', status: 500, detail: 'Failed to go on: something unforeseen went wrong.' }
}
