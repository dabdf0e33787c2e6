import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** How long answers under way are waited for. */
const patienceMs = 10_000

/** How often is looked for connections that have their answer. */
const idleCheckMs = 20

/**
 * Prepares a server to be ended without a request being cut off.
 *
 * @returns ends it: nothing new is let in, what is under way is answered, and connections are let go as soon as they wait
 */
export function drainable(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>()
  function watch(socket: Socket): void {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  }

  // Of a connection with TLS both are told: the bare one counts bytes before there is a request, the other does not.
  for (const event of ['connection', 'secureConnection']) server.on(event, watch)

  /** Connections between two requests; the server itself does not count those that wait for their first. */
  function letGoOfIdle(): void {
    server.closeIdleConnections()
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  }

  return async function drain() {
    const closed = once(server, 'close')
    server.close()
    letGoOfIdle()
    const lettingGo = setInterval(letGoOfIdle, idleCheckMs)
    const cutOff = setTimeout(() => {
      for (const socket of sockets) socket.destroy()
    }, patienceMs)
    await closed
    clearInterval(lettingGo)
    clearTimeout(cutOff)
  }
}
