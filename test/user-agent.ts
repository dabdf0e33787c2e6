interface Cookie {
  name: string
  value: string
  path: string
  origin: string
}

/** A form of a page: where it goes, and the fields that it holds already. */
export interface Form {
  action: string
  method: string
  fields: Record<string, string>
  html: string
}

export interface Page {
  url: URL
  status: number
  headers: Headers
  html: string
  forms: Form[]
}

/**
 * A person's browser without a browser: keeps cookies, follows redirects and submits forms, and stops where a redirect
 * leaves for a client.
 */
export class UserAgent {
  readonly #cookies: Cookie[] = []
  readonly #send: typeof fetch

  /** @param send what reaches servers that go by another name here, such as behind a proxy */
  constructor(send: typeof fetch = fetch) {
    this.#send = send
  }

  /** Opens a URL and follows redirects, up to a page or to a URL of a client (which is then not fetched). */
  async open(url: string | URL, isClient: (url: URL) => boolean = isCallback, init: RequestInit = {}): Promise<Page> {
    let target = new URL(url)
    let request = init
    for (let hop = 0; hop < 20; hop += 1) {
      if (isClient(target)) return { url: target, status: 0, headers: new Headers(), html: '', forms: [] }
      const response = await this.fetch(target, request)
      const location = response.headers.get('location')
      if (location === null) return pageOf(target, response)
      target = new URL(location, target)
      request = {}
    }
    throw new Error(`Too many redirects, the last to ${target}`)
  }

  /** Submits a form of a page with more fields; the first form whose HTML matches. */
  async submit(page: Page, form: RegExp, fields: Record<string, string> = {}): Promise<Page> {
    const found = page.forms.find(({ html }) => form.test(html))
    if (found === undefined) throw new Error(`No form of ${page.url} matches ${form}:\n${page.html}`)
    const body = new URLSearchParams({ ...found.fields, ...fields })
    return this.open(new URL(found.action, page.url), isCallback, { method: 'POST', body })
  }

  /** One request, with this browser's cookies. */
  async fetch(url: URL, init: RequestInit = {}): Promise<Response> {
    const sent = this.#cookies.filter(({ origin, path }) => origin === url.hostname && url.pathname.startsWith(path))
    const headers = new Headers(init.headers)
    if (sent.length > 0) headers.set('cookie', sent.map(({ name, value }) => `${name}=${value}`).join('; '))
    if (!headers.has('accept')) headers.set('accept', 'text/html,application/xhtml+xml')
    const response = await this.#send(url, { ...init, headers, redirect: 'manual' })
    for (const header of response.headers.getSetCookie()) this.#keep(header, url)
    return response
  }

  /** Cookies by name, whatever their path. */
  get cookies(): Record<string, string> {
    return Object.fromEntries(this.#cookies.map(({ name, value }) => [name, value]))
  }

  /** Has it hold a cookie that no answer has set. */
  give(name: string, value: string, url: URL): void {
    this.#keep(`${name}=${value}`, url)
  }

  #keep(header: string, url: URL): void {
    const [pair = '', ...attributes] = header.split(/;\s*/)
    const at = pair.indexOf('=')
    const named = Object.fromEntries(attributes.map((each) => each.toLowerCase().split('=', 2))) as Record<
      string,
      string
    >
    const cookie = { name: pair.slice(0, at), value: pair.slice(at + 1), path: named.path ?? '/', origin: url.hostname }
    const same = this.#cookies.findIndex(({ name, path, origin }) => {
      return name === cookie.name && path.toLowerCase() === cookie.path && origin === cookie.origin
    })
    if (same !== -1) this.#cookies.splice(same, 1)
    const expires = attributes.find((each) => /^expires=/i.test(each))
    if (expires !== undefined && Date.parse(expires.slice(8)) < Date.now()) return
    if (Number(named['max-age'] ?? 1) <= 0) return
    const path = attributes.find((each) => /^path=/i.test(each))?.slice(5) ?? '/'
    this.#cookies.push({ ...cookie, path })
  }
}

/** Clients of the tests wait at paths that end so. */
export function isCallback(url: URL): boolean {
  return /\/(?:callback|signed-out)$/.test(url.pathname)
}

async function pageOf(url: URL, response: Response): Promise<Page> {
  const html = await response.text()
  return { url, status: response.status, headers: response.headers, html, forms: formsOf(html) }
}

function formsOf(html: string): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([whole, attributes = '', inner = '']) => {
    const inputs = [...inner.matchAll(/<input\b([^>]*)>/g)].map(([, input = '']) => input)
    const fields = inputs.flatMap((input) => {
      const name = attribute(input, 'name')
      return name === undefined ? [] : [[name, attribute(input, 'value') ?? '']]
    })
    return {
      action: attribute(attributes, 'action') ?? '',
      method: attribute(attributes, 'method') ?? 'get',
      fields: Object.fromEntries(fields) as Record<string, string>,
      html: whole,
    }
  })
}

function attribute(tag: string, name: string): string | undefined {
  const value = tag.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1]
  return value
    ?.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}
