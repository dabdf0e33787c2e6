import type { Understudy } from '../../../src/index.ts'
import { UserAgent } from '../../user-agent.ts'
import { passPages } from '../flows.ts'

export const redirectUri = 'http://localhost:3000/callback'

/** What a client sends that authenticates by Basic. */
export function basicOf(clientId: string, secret: string): string {
  return `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`
}

export const basic = basicOf('demo-app', 'demo-secret')

/** An answer, as far as tests look at it. */
export interface Answered {
  status: number
  headers: Headers
  body: Record<string, unknown>
}

/** A provider as a client that was written for the real one asks it: by base URL and documented paths. */
export interface Provider {
  url: string
  /** Goes through the pages, and comes back with what the redirect carries. */
  authorize(path: string, parameters?: Record<string, string>, deny?: boolean): Promise<URLSearchParams>
  ask(path: string, init?: RequestInit): Promise<Answered>
  form(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Answered>
  /** Every parameter in the query of a POST. */
  query(path: string, fields: Record<string, string>): Promise<Answered>
  api(path: string, token: unknown, method?: string): Promise<Answered>
}

/** @param user who signs in */
export function providerAt(idp: Understudy, issuer: string, user: string): Provider {
  const url = `${idp.origin}/${issuer}`
  const ask: Provider['ask'] = async (path, init) => {
    const response = await fetch(url + path, init)
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: membersOf(text) }
  }
  return {
    url,
    ask,
    async authorize(path, parameters = {}, deny = false) {
      const asked = { response_type: 'code', client_id: 'demo-app', redirect_uri: redirectUri, ...parameters }
      const agent = new UserAgent()
      let page = await agent.open(`${url}${path}?${new URLSearchParams(asked)}`)
      if (deny) {
        page = await agent.submit(page, /name="pick"/, { pick: user })
        page = await agent.submit(page, /abort"/)
      } else page = await passPages(agent, page, user)
      if (page.status !== 0) throw new Error(page.html)
      return page.url.searchParams
    },
    form: (path, fields, headers = {}) => ask(path, { method: 'POST', headers, body: new URLSearchParams(fields) }),
    query: (path, fields) => ask(`${path}?${new URLSearchParams(fields)}`, { method: 'POST' }),
    api: (path, token, method = 'GET') => ask(path, { method, headers: { authorization: `Bearer ${token}` } }),
  }
}

/** What an answer says as JSON; nothing where it is none. */
function membersOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
