import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ProxyOptions {
  /** The origin that it passes requests on to; asked for each, since it may start later. */
  target: () => string
  /** A path that it takes off. */
  strip?: string
  /** Headers that it adds. */
  headers?: Record<string, string>
}

export interface ReverseProxy {
  origin: string
  close(): Promise<void>
}

/** A reverse proxy as people put before their services: names the target as the host, passes the rest on. */
export async function startProxy({ target, strip = '', headers = {} }: ProxyOptions): Promise<ReverseProxy> {
  const server = createServer(passOn)

  function passOn(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const url = incoming.url ?? '/'
    if (!url.startsWith(strip)) {
      outgoing.writeHead(502).end(`The proxy serves ${strip}, not ${url}`)
      return
    }
    const { host } = new URL(target())
    const onwards = request(target() + url.slice(strip.length), {
      method: incoming.method,
      headers: { ...incoming.headers, host, ...headers },
    })
    onwards.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onwards.on('error', () => outgoing.writeHead(502).end())
    incoming.pipe(onwards)
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close().closeAllConnections()
      await once(server, 'close')
    },
  }
}
