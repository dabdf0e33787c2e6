import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import type { IssuedCertificate, Understudy, UnderstudyIssuer } from '../../../src/index.ts'
import { UserAgent } from '../../user-agent.ts'
import { passPages } from '../flows.ts'
import { fetchTrusting } from '../trusting.ts'

export const redirectUri = 'http://localhost:3000/callback'
export const secret = 'a-secret-of-at-least-sixty-four-bytes-so-that-every-algorithm-has-enough-of-it'

const grants = ['authorization_code', 'implicit', 'refresh_token', 'client_credentials', 'password', 'device_code']
const furtherGrants = ['ciba', 'token_exchange', 'jwt_bearer']

/** What the tests' clients sign with. */
export const signer = await generateKeyPair('ES256', { extractable: true })
const jwks = { keys: [{ ...(await exportJWK(signer.publicKey)), kid: 'sig', alg: 'ES256', use: 'sig' }] }

/** A client as the walk has it: able to do everything, signed in as alice with no page. */
export const able = {
  client_secret: secret,
  redirect_uris: [redirectUri],
  grant_types: [...grants, ...furtherGrants],
  response_types: [
    'code',
    'id_token',
    'code id_token',
    'code token',
    'code id_token token',
    'id_token token',
    'token',
    'none',
  ],
  consent: 'skip',
  auto_login: 'alice',
  jwks,
}

/** What may be asked for in a request object, beside the authorization endpoint. */
const requests = new Set([
  'pushed_authorization_request_endpoint',
  'device_authorization_endpoint',
  'backchannel_authentication_endpoint',
])

export interface Answer {
  status: number
  headers: Headers
  text: string
  body: Record<string, unknown>
}

/** What walks one issuer: its metadata, and requests to what they name. */
export interface Walk {
  issuer: UnderstudyIssuer
  url: string
  https: boolean
  metadata: Record<string, unknown>
  /** Whether all pairs of algorithms are tried here: where the keys are like those of another issuer, a few will do. */
  thorough: boolean
  /** Whether it speaks OpenID Connect. */
  isOpenId: boolean
  /** A scope that may be asked for. */
  scope: string
  /** Declares a client like `able` but for some members; a member that is undefined is left out. */
  client(members?: Record<string, unknown>): Promise<string>
  /** Where an authorization request ends: at the client, or at the page that refuses it. */
  authorize(client: string, parameters?: Record<string, string>, agent?: UserAgent): Promise<Landing>
  /** Posts a form to an endpoint that the metadata name; authenticated by Basic, or by post, unless told otherwise. */
  post(
    endpoint: string,
    client: string,
    form: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<Answer>
  /** @param shown the certificate that the client shows, where TLS asks for one */
  ask(url: string, init?: RequestInit, shown?: IssuedCertificate): Promise<Answer>
  certificate(order: { subject: string; self_signed?: boolean }): Promise<IssuedCertificate>
  /** The fetch that reaches the issuer. */
  fetch: typeof fetch
  /** Logs alice in by a code, and exchanges it; by her password where nothing can be authorized. */
  login(client: string, parameters?: Record<string, string>, agent?: UserAgent): Promise<Record<string, string>>
  /** Signs claims as one of the walk's clients. */
  sign(claims: JWTPayload, client: string): Promise<string>
}

export interface Landing {
  url: URL
  /** 0: the browser has come back to the client. */
  status: number
  /** The parameters that the client got, whichever way. */
  answer: Record<string, string>
  html: string
}

export async function walkOf(
  issuer: UnderstudyIssuer,
  metadata: Record<string, unknown>,
  certificates: Understudy['certificates'],
  thorough: boolean,
): Promise<Walk> {
  const url = issuer.url
  const https = url.startsWith('https:')
  const authority = https ? await certificates.authority() : ''
  const send = fetch

  const isOpenId = metadata.id_token_signing_alg_values_supported !== undefined
  const scope = isOpenId ? 'openid' : 'crate'
  // A persona may have no metadata at all.
  const methods = (metadata.token_endpoint_auth_methods_supported ?? []) as string[]
  const takesBasic = methods.includes('client_secret_basic')
  const mustSign = metadata.require_signed_request_object === true

  async function client(members: Record<string, unknown> = {}): Promise<string> {
    const id = `client-${randomUUID()}`
    const signing = mustSign ? { backchannel_authentication_request_signing_alg: 'ES256' } : {}
    await issuer.clients.put(id, JSON.parse(JSON.stringify({ ...able, ...signing, ...members })))
    return id
  }

  async function sign(claims: JWTPayload, id: string): Promise<string> {
    const jwt = new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'sig' }).setIssuer(id).setAudience(url)
    return jwt.setIssuedAt().setExpirationTime('1m').setNotBefore('0s').setJti(randomUUID()).sign(signer.privateKey)
  }

  async function authorize(id: string, parameters: Record<string, string> = {}, agent = new UserAgent(send)) {
    const asked = { redirect_uri: redirectUri, response_type: 'code', scope, state: 's', nonce: 'n' }
    const target = new URL(metadata.authorization_endpoint as string)
    const all: Record<string, string> = { client_id: id, ...asked, ...parameters }
    const isIn = 'request' in all || 'request_uri' in all
    const sent = mustSign && !isIn ? { client_id: id, request: await sign(all, id) } : all
    target.search = new URLSearchParams(Object.entries(sent).filter(([, value]) => value !== '')).toString()
    const page = await passPages(agent, await agent.open(target), 'alice')
    return { url: page.url, status: page.status, html: page.html, answer: answerOf(page.url, page.forms[0]?.fields) }
  }

  async function ask(target: string, init?: RequestInit, shown?: IssuedCertificate): Promise<Answer> {
    const through = https && shown !== undefined ? fetchTrusting(authority, shown) : send
    const response = await through(target, { redirect: 'manual', ...init })
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} }
  }

  async function post(
    endpoint: string,
    id: string,
    form: Record<string, string>,
    told: Record<string, string> = {},
  ): Promise<Answer> {
    const isKnown = 'authorization' in told
    const basic = takesBasic && !isKnown && { authorization: `Basic ${btoa(`${id}:${secret}`)}` }
    const credentials: Record<string, string> = takesBasic || isKnown ? {} : { client_id: id, client_secret: secret }
    const inside = mustSign && requests.has(endpoint) && !('request' in form)
    const sent: Record<string, string> = inside
      ? { request: await sign({ client_id: id, ...form }, id) }
      : { ...credentials, ...form }
    const body = new URLSearchParams(sent)
    return ask(metadata[endpoint] as string, { method: 'POST', body, headers: { ...basic, ...told } })
  }

  async function login(id: string, parameters: Record<string, string> = {}, agent?: UserAgent) {
    if (metadata.authorization_endpoint === undefined) return byPassword(id, parameters)
    const { answer } = await authorize(id, parameters, agent)
    const code = { grant_type: 'authorization_code', code: answer.code ?? '', redirect_uri: redirectUri }
    const { status, text, body } = await post('token_endpoint', id, code)
    if (status !== 200) throw new Error(`No tokens for ${JSON.stringify(answer)}: ${status} ${text}`)
    return body as Record<string, string>
  }

  async function byPassword(id: string, parameters: Record<string, string>) {
    const person = { grant_type: 'password', username: 'alice', password: 'wonderland', scope, ...parameters }
    const { status, text, body } = await post('token_endpoint', id, person)
    if (status !== 200) throw new Error(`No tokens by password: ${status} ${text}`)
    return body as Record<string, string>
  }

  const certificate = (order: { subject: string; self_signed?: boolean }) => certificates.issue(order)

  return {
    fetch: send,
    certificate,
    issuer,
    url,
    https,
    metadata,
    thorough,
    isOpenId,
    scope,
    client,
    authorize,
    post,
    ask,
    login,
    sign,
  }
}

/** What a client gets by query, fragment, or the form of a page that sends itself. */
function answerOf(url: URL, form: Record<string, string> | undefined): Record<string, string> {
  const parameters = url.hash.length > 1 ? new URLSearchParams(url.hash.slice(1)) : url.searchParams
  return form !== undefined ? form : Object.fromEntries(parameters)
}

/** All of a list where the walk is thorough, else its first and its last. */
export function some<Item>({ thorough }: Walk, list: readonly Item[]): Item[] {
  return list.filter((_, index) => thorough || index === 0 || index === list.length - 1)
}

/** The list that a member of the metadata is. */
export function listOf({ metadata }: Walk, member: string): string[] {
  return (metadata[member] ?? []) as string[]
}
