import type { JournalRecord, SentAnswer } from './record.ts'

/** Where an authorization's answer sends the browser, with what it tells the client. */
export interface Redirect {
  url: string
  params: Record<string, string>
}

/** An answer, read. */
export interface ReadAnswer {
  status: number
  headers: Readonly<Record<string, string | string[]>>
  body: string
  redirect: Redirect | undefined
}

/** Reads what was answered; undefined where nothing was. */
export function readAnswer(record: JournalRecord): ReadAnswer | undefined {
  const sent = record.kind === 'call' ? record.call.answer : record.answer
  if (sent === undefined) return undefined
  const headers = textHeaders(sent.headers)
  const body = typeof sent.body === 'string' ? sent.body : bodyText(sent.body)
  const { location } = headers
  const redirect = typeof location === 'string' ? readLocation(location) : readFormPost(headers, body)
  return { status: sent.status, headers, body, redirect }
}

/** The members of a JSON object; undefined for anything else. */
export function jsonObject(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined
  const value = parseJson(text)
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
}

/** What a text says as JSON; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The error code that an answer carries, in its body, its redirect, or its challenge. */
export function errorIn({
  status,
  headers,
  body,
  redirect,
}: ReadAnswer): { error: string; description?: string } | undefined {
  const told = redirect?.params ?? (status >= 400 ? (jsonObject(body) ?? {}) : {})
  const challenge =
    status === 401 || status === 403 ? /\berror="([^"]*)"/.exec(String(headers['www-authenticate'])) : null
  const error = typeof told.error === 'string' ? told.error : challenge?.[1]
  if (error === undefined) return undefined
  const description = told.error_description
  return typeof description === 'string' ? { error, description } : { error }
}

function bodyText(body: SentAnswer['body']): string {
  const [only] = body
  if (body.length === 1 && typeof only === 'string') return only
  return Buffer.concat(body.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))).toString()
}

function textHeaders(headers: SentAnswer['headers']): Record<string, string | string[]> {
  const given = Object.entries(headers).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given.map(([name, value]) => [name, Array.isArray(value) ? value : String(value)]))
}

function readLocation(location: string): Redirect {
  const at = location.search(/[?#]/)
  if (at === -1) return { url: location, params: {} }
  const params = new URLSearchParams(location.slice(at + 1).replaceAll(/[?#]/g, '&'))
  return { url: location.slice(0, at), params: Object.fromEntries(params) }
}

/** A page that posts the answer to the client tells it as a redirect would. */
function readFormPost({ 'content-type': type }: ReadAnswer['headers'], body: string): Redirect | undefined {
  if (!String(type).startsWith('text/html')) return undefined
  const action = /<form method="post" action="([^"]*)"/.exec(body)?.[1]
  const inputs = [...body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)]
  if (
    action === undefined ||
    !inputs.some(([, name]) => name === 'code' || name === 'error' || name === 'response' || name === 'id_token')
  )
    return undefined
  return {
    url: unescapeHtml(action),
    params: Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, unescapeHtml(value)])),
  }
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#34': '"' }

function unescapeHtml(text: string): string {
  return text.replaceAll(/&([a-z]+|#\d+);/g, (whole, name: string) => entities[name] ?? whole)
}
