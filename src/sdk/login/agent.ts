import { UnderstudyError } from '../../errors.ts'
import { type Form, formsOf, type Page } from './forms.ts'

/** Where a walk through the pages ends: at a page, or at a URL of the client, which is not asked for. */
export type Stop = { at: 'page'; page: Page } | { at: 'client'; url: URL }

/** What is sent back below a path. */
export interface Cookie {
  name: string
  value: string
  path: string
  /** The host that has set it; left out: it is sent to all. */
  host?: string
}

/**
 * A person's browser without a browser: it keeps cookies, follows redirects and sends forms, and stops where one leaves
 * for the client.
 */
export class Agent {
  readonly #cookies = new Map<string, Cookie>()
  readonly #isClient: (url: URL) => boolean
  readonly #signal: AbortSignal | undefined

  /**
   * @param isClient whether a URL is none of the provider's
   * @param signal gives up what is under way
   */
  constructor(isClient: (url: URL) => boolean, signal?: AbortSignal) {
    this.#isClient = isClient
    this.#signal = signal
  }

  /** Takes a cookie that somebody else was given. */
  keep(cookie: Cookie): void {
    this.#cookies.set(keyOf(cookie), cookie)
  }

  /** Opens a URL and follows redirects. */
  async open(url: URL, init: RequestInit = {}): Promise<Stop> {
    let target = url
    let request = init
    for (let hop = 0; hop < 20; hop += 1) {
      if (this.#isClient(target)) return { at: 'client', url: target }
      const response = await this.#fetch(target, request)
      const location = response.headers.get('location')
      if (location === null || response.status < 300 || response.status > 399) return pageOf(target, response)
      target = new URL(location, target)
      request = {}
    }
    const message = `Failed to log in: too many redirects, the last to ${target.origin}${target.pathname}.`
    throw new UnderstudyError('ERR_LOGIN_FAILED', 502, message, { origin: target.origin })
  }

  /** Sends a form of a page with more fields; one whose target is the client's is not sent, but becomes its URL. */
  async submit(page: Page, { action, fields }: Form, more: Record<string, string> = {}): Promise<Stop> {
    const target = new URL(action, page.url)
    const body = new URLSearchParams({ ...fields, ...more })
    if (!this.#isClient(target)) return this.open(target, { method: 'POST', body })
    for (const [name, value] of body) target.searchParams.append(name, value)
    return { at: 'client', url: target }
  }

  async #fetch(url: URL, init: RequestInit): Promise<Response> {
    const headers: Record<string, string> = { accept: 'text/html' }
    const sent = [...this.#cookies.values()].filter(
      ({ path, host = url.hostname }) => url.pathname.startsWith(path) && host === url.hostname,
    )
    if (sent.length > 0) headers.cookie = sent.map(({ name, value }) => `${name}=${value}`).join('; ')
    const asking = { ...init, headers, redirect: 'manual', ...(this.#signal && { signal: this.#signal }) } as const
    const response = await fetch(url, asking).catch((error: unknown) => {
      // What refuses to send a request tells the headers that it was to send, and they are secret.
      const { name, cause } = error as Error & { cause?: { code?: string } }
      const why = cause?.code ?? name
      throw new UnderstudyError(
        'ERR_LOGIN_FAILED',
        502,
        `Failed to log in: ${url.origin} broke off (${why}).`,
        { origin: url.origin },
        { cause },
      )
    })
    for (const header of setCookies(response.headers)) this.#take(header, url)
    return response
  }

  #take(header: string, { hostname: host }: URL): void {
    const [pair = '', ...attributes] = header.split(/;\s*/)
    const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
    const said = new Map(
      attributes.map((each) => each.split('=', 2) as [string, string]).map(([key, of]) => [key.toLowerCase(), of]),
    )
    const cookie = { name, value, path: said.get('path') ?? '/', host }
    const isOver = Date.parse(said.get('expires') ?? '') < Date.now() || Number(said.get('max-age') ?? 1) <= 0
    if (isOver) this.#cookies.delete(keyOf(cookie))
    else this.keep(cookie)
  }
}

function keyOf({ name, path, host }: Cookie): string {
  return [name, path, host].join(';')
}

/** Node before 18.15 has all cookies in one text; a comma inside of one is never followed by a name and `=`. */
function setCookies(headers: Headers): string[] {
  const { getSetCookie } = headers as Partial<Headers>
  const listed = getSetCookie?.call(headers) ?? []
  return listed.length > 0 ? listed : (headers.get('set-cookie')?.split(/,\s*(?=[^;,=\s]+=)/) ?? [])
}

async function pageOf(url: URL, response: Response): Promise<Stop> {
  const html = await response.text()
  return { at: 'page', page: { url, status: response.status, html, forms: formsOf(html) } }
}
