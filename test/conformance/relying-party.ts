import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose'
import type { Understudy } from '../../src/index.ts'
import { type Page, UserAgent } from '../user-agent.ts'

export const redirectUri = 'http://localhost:3000/callback'

export interface Answer {
  status: number
  headers: Headers
  body: Record<string, unknown>
  text: string
}

/** A relying party as the OpenID Foundation's suite plays it: it registers itself, and its browser runs no script. */
export class RelyingParty {
  readonly metadata: Record<string, unknown>
  readonly client: Record<string, unknown>

  constructor(metadata: Record<string, unknown>, client: Record<string, unknown>) {
    this.metadata = metadata
    this.client = client
  }

  static async register(idp: Understudy, members: Record<string, unknown> = {}): Promise<RelyingParty> {
    const { metadata, answer } = await RelyingParty.attempt(idp, members)
    if (answer.status !== 201) throw new Error(`Not registered: ${answer.text}`)
    return new RelyingParty(metadata, answer.body)
  }

  /** A registration, however it ends. */
  static async attempt(idp: Understudy, members: Record<string, unknown> = {}) {
    const { body: metadata } = await ask(`${idp.url}/.well-known/openid-configuration`)
    const sent = { redirect_uris: [redirectUri], grant_types: ['authorization_code', 'refresh_token'], ...members }
    const answer = await ask(metadata.registration_endpoint as string, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(sent),
    })
    return { metadata, answer }
  }

  /** The authorization request; a parameter that is undefined is left out. */
  request(parameters: Record<string, string | undefined> = {}): URL {
    const usual = {
      response_type: 'code',
      scope: 'openid',
      redirect_uri: redirectUri,
      state: 'the-state',
      nonce: 'the-nonce',
    }
    const all = { client_id: this.client.client_id as string, ...usual, ...parameters }
    const url = new URL(this.metadata.authorization_endpoint as string)
    for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value)
    return url
  }

  /** Where the request ends, once a person has logged in and consented by the forms of the pages. */
  async authorize(parameters: Record<string, string | undefined> = {}, agent = new UserAgent()): Promise<Landing> {
    return land(await passByNames(agent, await agent.open(this.request(parameters))))
  }

  async exchange(code = '', more: Record<string, string> = {}): Promise<Answer> {
    return this.token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...more })
  }

  async token(form: Record<string, string>): Promise<Answer> {
    const { client_id: id, client_secret: secret } = this.client as Record<string, string>
    const posts = this.client.token_endpoint_auth_method === 'client_secret_post'
    const authorization = `Basic ${btoa(`${encodeURIComponent(id ?? '')}:${encodeURIComponent(secret ?? '')}`)}`
    return ask(this.metadata.token_endpoint as string, {
      method: 'POST',
      headers: posts ? {} : { authorization },
      body: new URLSearchParams({ ...form, ...(posts && { client_id: id ?? '', client_secret: secret ?? '' }) }),
    })
  }

  /** A whole login: the tokens, and the checked claims of the ID token. */
  async login(parameters: Record<string, string | undefined> = {}, agent?: UserAgent) {
    const { answer, html } = await this.authorize(parameters, agent)
    const { status, body, text } = await this.exchange(answer.code, {
      redirect_uri: parameters.redirect_uri ?? redirectUri,
    })
    if (status !== 200) throw new Error(`No tokens for ${JSON.stringify(answer)} ${html}: ${text}`)
    const tokens = body as Record<string, string>
    return { tokens, claims: await this.verify(tokens.id_token) }
  }

  async verify(idToken = ''): Promise<JWTPayload> {
    const { payload } = await jwtVerify(idToken, createRemoteJWKSet(new URL(this.metadata.jwks_uri as string)), {
      issuer: this.metadata.issuer as string,
      audience: this.client.client_id as string,
      requiredClaims: ['sub', 'exp', 'iat'],
    })
    return payload
  }

  /** Userinfo that is signed; how long it is good for is not its to say. */
  async verifyUserinfo(jwt: string): Promise<JWTPayload> {
    const { payload } = await jwtVerify(jwt, createRemoteJWKSet(new URL(this.metadata.jwks_uri as string)), {
      issuer: this.metadata.issuer as string,
      audience: this.client.client_id as string,
    })
    return payload
  }

  userinfo(token = '', init: RequestInit = {}): Promise<Answer> {
    return ask(this.metadata.userinfo_endpoint as string, { headers: { authorization: `Bearer ${token}` }, ...init })
  }
}

export interface Landing {
  /** What the relying party was sent, whichever way; empty where the browser is at a page of the provider. */
  answer: Record<string, string>
  url: URL
  html: string
  status: number
}

/** Fills the forms as the suite's browser does: it finds their fields by name, and sends them. */
export async function passByNames(agent: UserAgent, page: Page): Promise<Page> {
  let at = page
  for (let step = 0; step < 4 && at.status === 200; step += 1) {
    if (at.forms.some(({ html }) => html.includes('name="password"'))) {
      at = await agent.submit(at, /name="password"/, { username: 'alice', password: 'wonderland' })
    } else if (at.forms.some(({ action }) => /\/interaction\/[\w-]+$/.test(action))) {
      at = await agent.submit(at, /interaction\/[\w-]+"/)
    } else return at
  }
  return at
}

export function land(page: Page): Landing {
  const { url, html, status } = page
  const form = page.forms.find(({ action }) => /\/callback/.test(action))
  const parameters = url.hash.length > 1 ? new URLSearchParams(url.hash.slice(1)) : url.searchParams
  const isThere = status === 0 || form !== undefined
  return { url, html, status, answer: isThere ? (form?.fields ?? Object.fromEntries(parameters)) : {} }
}

export async function ask(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init })
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} }
}
