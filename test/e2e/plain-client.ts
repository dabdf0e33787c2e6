import { createHash } from 'node:crypto'
import { UserAgent } from '../user-agent.ts'

export const secret = 'a-secret-of-at-least-thirty-two-bytes'
export const redirectUri = 'http://localhost/callback'

/** Metadata of a client whose user is logged in and consents at once. */
export const atOnce = {
  client_secret: secret,
  redirect_uris: [redirectUri],
  consent: 'skip' as const,
  auto_login: 'alice',
}

export interface Answer {
  status: number
  headers: Headers
  text: string
  /** Empty where it is no JSON object. */
  json: Record<string, string>
}

/** A client without a library, which looks at nothing: it takes whatever comes. */
export class PlainClient {
  readonly #issuer: string
  readonly #id: string

  constructor(issuer: string, id = 'app') {
    this.#issuer = issuer
    this.#id = id
  }

  async post(path: string, params: Readonly<Record<string, string>>, headers: Record<string, string> = {}) {
    const authorization = `Basic ${btoa(`${this.#id}:${secret}`)}`
    const init = { method: 'POST', headers: { authorization, ...headers }, body: new URLSearchParams(params) }
    return answerOf(await fetch(this.#issuer + path, init))
  }

  token(params: Readonly<Record<string, string>>, headers?: Record<string, string>): Promise<Answer> {
    return this.post('/token', params, headers)
  }

  async userinfo(accessToken: string): Promise<Answer> {
    return answerOf(await fetch(`${this.#issuer}/me`, { headers: { authorization: `Bearer ${accessToken}` } }))
  }

  /** Asks for an authorization, and goes where it leads; what came back to the client is in `fields`. */
  async authorize(
    params: Readonly<Record<string, string>> = {},
    { agent = new UserAgent(), headers = {} }: { agent?: UserAgent; headers?: Record<string, string> } = {},
  ) {
    const usual = { client_id: this.#id, response_type: 'code', scope: 'openid', redirect_uri: redirectUri, state: 's' }
    const query = new URLSearchParams({ ...usual, ...params })
    const page = await agent.open(`${this.#issuer}/auth?${query}`, undefined, { headers })
    const fields = { ...Object.fromEntries(page.url.searchParams), ...fragmentOf(page.url) }
    return { ...page, fields: fields as Record<string, string> }
  }

  redeem(code: string | undefined, headers?: Record<string, string>): Promise<Answer> {
    const grant = { grant_type: 'authorization_code', code: code ?? '', redirect_uri: redirectUri }
    return this.token(grant, headers)
  }

  /** Logs in: what came by the browser, and what the code was worth. */
  async login(params: Readonly<Record<string, string>> = {}) {
    const { fields } = await this.authorize({ nonce: 'n', ...params })
    return { fields, tokens: (await this.redeem(fields.code)).json }
  }
}

/** The left half of the SHA-256 digest of a value, as ID tokens have it. */
export function halfHash(value: string): string {
  return createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url')
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: members(text) }
}

function members(text: string): Record<string, string> {
  try {
    return JSON.parse(text) as Record<string, string>
  } catch {
    return {}
  }
}

function fragmentOf(url: URL): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(url.hash.slice(1)))
}
