import { type JournalRecord, type SentAnswer, statusOf } from './record.ts'

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
  const sent = record.kind === 'call' ? record.call.answer : textsOf(record.answer)
  if (sent === undefined) return undefined
  const { status, headers, body } = sent
  const { location } = headers
  const redirect = typeof location === 'string' ? readLocation(location) : readFormPost(headers, body)
  return { status, headers, body, redirect }
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

const headEnd = '\r\n\r\n'

function textsOf(sent: SentAnswer | undefined): Omit<ReadAnswer, 'redirect'> | undefined {
  if (sent === undefined) return undefined
  const head = typeof sent === 'string' ? sent.slice(0, sent.indexOf(headEnd)) : sent.head
  return { status: statusOf(sent), headers: headersIn(head), body: bodyOf(sent) }
}

/** The body of an answer as text, without a look at its head. */
export function bodyOf(sent: SentAnswer): string {
  if (typeof sent === 'string') return sent.slice(sent.indexOf(headEnd) + headEnd.length)
  return Buffer.concat(sent.body.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))).toString()
}

/** The header fields of a head, by their names in lower case; those that come several times, and cookies, as lists. */
function headersIn(head: string): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  const [, ...fields] = head.trimEnd().split('\r\n')
  for (const field of fields) {
    const at = field.indexOf(':')
    const name = field.slice(0, at).toLowerCase()
    const value = field.slice(at + 1).trim()
    const before = headers[name]
    if (before !== undefined) headers[name] = [before, value].flat()
    else headers[name] = name === 'set-cookie' ? [value] : value
  }
  return headers
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
