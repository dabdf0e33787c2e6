import { once } from 'node:events'
import { createServer, type ServerOptions as HttpOptions, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, isIPv6 } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { UnderstudyError } from '../errors.ts'
import { drainable } from './drain.ts'
import { WatchedResponse } from './watched-response.ts'

/** Where and how a server listens. */
export interface ListenOptions {
  /** 0 takes a free one. */
  port: number
  /** The option of the command line that would choose another port, for the message. */
  portOption: '--port' | '--admin-port' | '--http-port'
  /** Default: 127.0.0.1. */
  host?: string | undefined
  /** How long a request may take to arrive, in milliseconds, before it is cut off with 408. Default: 30,000. */
  requestTimeoutMs?: number | undefined
  /** Of a server that speaks HTTPS. */
  tls?: TlsOptions | undefined
  /** Told why a client and the server found no way to speak TLS. */
  onTlsFailure?: ((error: Error) => void) | undefined
}

/** A server that listens. */
export interface Listening {
  origin: string
  port: number
  /** Answers what is under way, then lets go of the port. */
  drain(): Promise<void>
}

/**
 * Listens.
 *
 * @throws UnderstudyError `ERR_PORT_IN_USE`, `ERR_LISTEN`
 */
export async function listen(
  answer: RequestListener,
  { port, portOption, host = '127.0.0.1', requestTimeoutMs = 30_000, tls, onTlsFailure = () => {} }: ListenOptions,
): Promise<Listening> {
  const connectionsCheckingInterval = Math.min(1000, requestTimeoutMs)
  const options: HttpOptions = {
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval,
    ServerResponse: WatchedResponse,
  }
  const server = tls === undefined ? createServer(options, answer) : await createSecure({ ...options, ...tls }, answer)
  server.on('tlsClientError', onTlsFailure)
  const drain = drainable(server)
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const failed = `Failed to listen on ${host}:${port}`
    if (code === 'EADDRINUSE') {
      const way = `Choose another with ${portOption}, or 0 for a free one.`
      throw new UnderstudyError('ERR_PORT_IN_USE', 500, `${failed}: the port is in use. ${way}`)
    }
    throw new UnderstudyError('ERR_LISTEN', 500, `${failed}: ${message}.`)
  }
  const taken = (server.address() as AddressInfo).port
  return { origin: originAt(taken, host, tls === undefined ? 'http' : 'https'), port: taken, drain }
}

/** Loaded by those alone that speak it. */
async function createSecure(options: TlsOptions, answer: RequestListener): Promise<Server> {
  const { createServer } = await import('node:https')
  return createServer(options, answer)
}

/** Listening at these, it can be reached as localhost. */
const localHosts = new Set(['localhost', '127.0.0.1', '0.0.0.0', '::'])

/** The origin at which a server that listens on a host and port is asked. */
export function originAt(port: number, host = 'localhost', protocol: 'http' | 'https' = 'http'): string {
  const name = localHosts.has(host) ? 'localhost' : isIPv6(host) ? `[${host}]` : host
  return `${protocol}://${name}:${port}`
}
