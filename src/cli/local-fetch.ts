import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { BlockList } from 'node:net'
import { Readable } from 'node:stream'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/**
 * What asks a server on this very machine by HTTPS: whose certificate is looked at by nobody, since nothing leaves the
 * machine, and a server of which one's own authority is known to others alone has to be found healthy as well.
 *
 * @returns undefined for servers elsewhere, and for those without HTTPS: the usual `fetch` will do
 */
export function localFetch(server: string): typeof fetch | undefined {
  const url = URL.parse(server)
  if (url?.protocol !== 'https:' || !isLoopback(url.hostname)) return undefined
  return async function fetchLocally(input, { method, headers, body, signal } = {}) {
    const { request } = await import('node:https')
    const asking = request(String(input), {
      method,
      headers: headers as Record<string, string>,
      rejectUnauthorized: false,
      ...(signal && { signal }),
    })
    asking.end(body)
    const [answer] = await (once(asking, 'response') as Promise<[IncomingMessage]>).catch((cause: Error) => {
      // As fetch fails, for those who tell what has happened.
      throw signal?.aborted ? signal.reason : new TypeError('fetch failed', { cause })
    })
    const { statusCode: status = 502, rawHeaders } = answer
    const pairs = rawHeaders.flatMap((name, i) =>
      i % 2 === 0 ? [[name, rawHeaders[i + 1] ?? ''] as [string, string]] : [],
    )
    return new Response(status === 204 ? null : (Readable.toWeb(answer) as ReadableStream), { status, headers: pairs })
  }
}

function isLoopback(hostname: string): boolean {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1')
  return bare === 'localhost' || loopback.check(bare, bare.includes(':') ? 'ipv6' : 'ipv4')
}
