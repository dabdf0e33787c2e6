import type { UnderstudyIssuer } from 'understudy-idp'

/** A browser as far as the app can tell: it keeps cookies. */
export class Visitor {
  readonly #app: string
  readonly #cookies = new Map<string, string>()

  /** @param app where the app listens */
  constructor(app: string) {
    this.#app = app
  }

  /** Opens a page of the app; a redirect is handed over, not followed. */
  async open(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(new URL(path, this.#app), { ...init, headers: { cookie }, redirect: 'manual' })
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      this.#cookies.set(name, value)
    }
    return response
  }

  /** Sends a form to the app. */
  send(path: string, form: Record<string, string> = {}): Promise<Response> {
    return this.open(path, { method: 'POST', body: new URLSearchParams(form) })
  }

  /** Logs in as the app asks for it, through the pages of the issuer, and gives what the app says in the end. */
  async logIn(idp: UnderstudyIssuer, user: string): Promise<Response> {
    const begun = await this.open('/login')
    const callback = await idp.login(user, { url: begun.headers.get('location') ?? '' })
    return this.open(callback.pathname + callback.search)
  }
}
