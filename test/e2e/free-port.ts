import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startUnderstudy, type Understudy, type UnderstudyOptions } from '../../src/index.ts'

/** How often another process may be quicker to take a port that was free. */
const attempts = 5

/** Starts an Understudy whose options need to know its port, such as one with a fixed issuer. */
export async function startAtFreePort(options: (port: number) => UnderstudyOptions): Promise<Understudy> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort()
    try {
      return await startUnderstudy({ ...options(port), port })
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_PORT_IN_USE' || attempt === attempts) throw error
    }
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
