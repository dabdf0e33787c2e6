import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Context } from 'koa'
import type { Answer, Wire } from '../faults/fault.ts'
import type { WatchedResponse } from './watched-response.ts'

/** How a request is let wait, so that whoever resets or closes the server need not. */
type Sleep = (ms: number) => Promise<unknown>

/**
 * Takes the connection of a request over: from now on nobody else answers it.
 *
 * @param answer what would have been answered
 */
export function takeOver(ctx: Context, answer: Answer, sleep: Sleep): Wire {
  ctx.respond = false
  const { socket } = ctx.req
  const response = ctx.res as WatchedResponse
  // An answer to HEAD tells of its body, and has none.
  const body = Buffer.from(ctx.method === 'HEAD' ? '' : answer.body)
  response.handOver(body.length)

  return {
    answer: { body, head: (changed) => headOf(answer, changed) },
    get isGone() {
      return !socket.writable
    },
    write(bytes) {
      if (!socket.writable) return Promise.resolve()
      response.sentByHand(bytes)
      return new Promise((resolve) => socket.write(bytes, () => resolve()))
    },
    async sleep(ms) {
      await sleep(ms)
    },
    end() {
      response.endByHand()
      // A request that comes now would be done, and never answered.
      socket.pause()
      socket.destroySoon()
    },
    reset() {
      response.endByHand()
      reset(socket)
    },
  }
}

function headOf({ status, headers, body }: Answer, changed: Readonly<Record<string, string | undefined>> = {}): string {
  const usual = { date: new Date().toUTCString(), connection: 'close', 'content-length': `${Buffer.byteLength(body)}` }
  const lines = Object.entries({ ...usual, ...headers, ...changed }).flatMap(([name, value]) =>
    [value ?? []].flat().map((each) => `${name}: ${each}\r\n`),
  )
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`
}

/** Breaks off what is written directly; under TLS what is written below it. */
function reset(socket: Socket): void {
  const { _parent: below } = socket as { _parent?: Socket }
  const plain = below ?? socket
  plain.resetAndDestroy()
  if (plain !== socket) socket.destroy()
}
