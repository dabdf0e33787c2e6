import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** One request to the admin API with its answer, as they went over the wire. */
export interface Exchange {
  method: string
  url: URL
  sent: string
  status: number
  type: string
  answer: string
}

/** Hears every request that an admin API in this process answers, whoever asks and whichever server it is on. */
export function recordAdminTraffic(): { exchanges: Exchange[]; stop(): void } {
  const exchanges: Exchange[] = []

  function onRequest(message: unknown): void {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
    if (!/^\/_understudy(?:[/?]|$)/.test(request.url ?? '')) return
    const sent = hear(request, 'emit', (args) => (args[0] === 'data' ? args[1] : undefined))
    const answer = [hear(response, 'write', ([chunk]) => chunk), hear(response, 'end', ([chunk]) => chunk)]
    const { method = '', url = '' } = request
    response.once('close', () => {
      // Stand-ins for servers that are no Understudy do not send it.
      if (response.getHeader('x-content-type-options') !== 'nosniff') return
      // Who leaves before the answer gets none.
      if (!response.headersSent) return
      exchanges.push({
        method,
        url: new URL(url, 'http://localhost'),
        sent: textOf(sent),
        status: response.statusCode,
        type: String(response.getHeader('content-type') ?? '').split(';', 1)[0] ?? '',
        answer: answer.map(textOf).join(''),
      })
    })
  }

  subscribe('http.server.request.start', onRequest)
  return { exchanges, stop: () => void unsubscribe('http.server.request.start', onRequest) }
}

/** Hears what passes through a method, and changes nothing of it. */
function hear<Name extends string>(
  target: { [Key in Name]: (...args: never[]) => unknown },
  name: Name,
  chunkOf: (args: unknown[]) => unknown,
): Buffer[] {
  const chunks: Buffer[] = []
  const original = target[name] as (...args: unknown[]) => unknown
  Object.defineProperty(target, name, {
    configurable: true,
    writable: true,
    value(this: unknown, ...args: unknown[]) {
      const chunk = chunkOf(args)
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk as string))
      return original.apply(this, args)
    },
  })
  return chunks
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString()
}
