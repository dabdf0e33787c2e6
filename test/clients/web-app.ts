import type { Express } from 'express'
import { Agent, fetch as send } from 'undici'
import { type Page, UserAgent } from '../user-agent.ts'
import { type Part, Refusal } from './library.ts'
import { sendOff } from './person.ts'

/** An app that listens. */
export interface WebApp {
  origin: string
  close(): Promise<void>
}

/** Has an app listen on a free port. */
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

/** How an app tells its visitor that its library has refused; with a status of 400 or more. */
export interface RefusedPage {
  refused: string
}

/** Of a size that browsers take: an app may keep all that it knows in cookies. */
const dispatcher = new Agent({ maxHeaderSize: 256 * 1024 })

const sendAsBrowser = ((url: URL, init: object) => send(url, { ...init, dispatcher })) as unknown as typeof fetch

/** Longer than any app waits that does not wait for ever, in milliseconds. */
const patienceMs = 10_000

/** Whoever uses a web app, with a browser that has been nowhere yet. */
export class Visitor {
  readonly #origin: string
  readonly #agent: UserAgent

  /** @param reach what sends requests to the app */
  constructor(origin: string, reach: typeof fetch = sendAsBrowser) {
    this.#origin = origin
    this.#agent = new UserAgent((url, init) => reach(url, { ...init, signal: AbortSignal.timeout(patienceMs) }))
  }

  /**
   * Opens a page of the app and follows redirects, up to a page or to where the app sends the browser away.
   *
   * @throws Refusal where the app tells of one, has no such page, or never answers
   */
  async open(part: Part, path: string | URL, init?: RequestInit): Promise<Page> {
    const isElsewhere = (url: URL) => url.origin !== this.#origin
    const page = await this.#agent.open(new URL(path, this.#origin), isElsewhere, init).catch((error: Error) => {
      if (error.name === 'TimeoutError') throw new Refusal({ did: 'reject', part, code: 'never answers' })
      throw error
    })
    if (page.status < 400) return page
    throw new Refusal({ did: 'reject', part, code: refusedBy(page.html) ?? `HTTP ${page.status}` })
  }

  /**
   * Goes where the app has sent the browser, and comes back with what is said there.
   *
   * @throws Refusal as `open` does; and where the app makes nothing of it, and sends the browser off anew
   */
  async goAndComeBack({ url: away }: Page, callback: string): Promise<void> {
    for (const { url, form } of await sendOff(away, new URL(callback, this.#origin).href)) {
      const { status } = await this.open('callback', url, form && { method: 'POST', body: form })
      if (status === 0) throw new Refusal({ did: 'reject', part: 'callback', code: 'begins anew' })
    }
  }
}

function refusedBy(body: string): string | undefined {
  try {
    return (JSON.parse(body) as RefusedPage).refused
  } catch {
    return undefined
  }
}
