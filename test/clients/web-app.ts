import type { Express } from 'express'
import { UserAgent } from '../user-agent.ts'
import { type Part, Refusal, type Seen, seenOf } from './library.ts'
import { sendOff } from './person.ts'

/** A web app that uses a library: it signs in at `/login`, is called back at `/callback`, and has a page for each part that comes after. */
export interface WebApp {
  origin: string
  close(): Promise<void>
}

/** Listens on a free port. */
export async function serve(app: Express): Promise<WebApp> {
  const server = await new Promise<ReturnType<Express['listen']>>((resolve, reject) => {
    const listening = app.listen(0, '127.0.0.1', (error?: Error) => (error ? reject(error) : resolve(listening)))
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('Failed to serve an app: it has no port.')
  return {
    origin: `http://localhost:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** How an app tells its visitor that its library has refused. */
export interface RefusedPage {
  refused: string
}

/**
 * Signs in at a web app as a person does, with a browser that has been nowhere yet.
 *
 * @param login where the app's button leads to
 * @param after the pages that are opened then
 * @throws Error where the app says nothing that one can make sense of
 */
export function visit(origin: string, login: string, after: readonly Part[] = []): Promise<Seen> {
  const agent = new UserAgent()
  const isElsewhere = (url: URL) => url.origin !== origin
  const open = async (part: Part, path: string | URL, init?: RequestInit): Promise<URL> => {
    const { url, status, html } = await agent.open(new URL(path, origin), isElsewhere, init)
    if (status >= 400) throw new Refusal({ did: 'reject', part, code: refusedBy(html) ?? `HTTP ${status}` })
    return url
  }
  return seenOf(async () => {
    const away = await open('authorization', login)
    for (const { url, form } of await sendOff(away, `${origin}/callback`)) {
      await open('callback', url, form && { method: 'POST', body: form })
    }
    for (const part of after) await open(part, `/${part}`)
  })
}

function refusedBy(body: string): string | undefined {
  try {
    return (JSON.parse(body) as RefusedPage).refused
  } catch {
    return undefined
  }
}
