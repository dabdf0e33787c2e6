import type { IncomingMessage } from 'node:http'
import { parse as parseQuery } from 'node:querystring'
import { decodeJwt } from 'jose'

/** What a request says by name. */
export type Params = Record<string, string | undefined>

/** The parameters of a query or a form; of one that is repeated the first. */
export function firstValues(text: string): Params {
  const params = parseQuery(text)
  for (const name in params) {
    const value = params[name]
    if (Array.isArray(value)) params[name] = value[0]
  }
  return params as Params
}

/** All values of a parameter of a query or a form. */
export function allValues(text: string, name: string): string[] {
  return text.includes(name) ? [parseQuery(text)[name] ?? []].flat().filter(Boolean) : []
}

/** The members of a JSON object that are as simple as a form's fields. */
export function simpleMembers(json: string): Params {
  try {
    const members = Object.entries((JSON.parse(json) ?? {}) as Record<string, unknown>)
    const simple = members.filter(([, value]) => typeof value === 'string' || typeof value === 'boolean')
    return Object.fromEntries(simple.map(([name, value]) => [name, String(value)]))
  } catch {
    return {}
  }
}

/** The claims of a request object that are text; whether it is to be trusted is not asked yet. */
export function claimsOf(request: string): Params {
  try {
    const texts = Object.entries(decodeJwt(request)).filter(([, value]) => typeof value === 'string')
    return Object.fromEntries(texts) as Params
  } catch {
    return {}
  }
}

/** Whether a JWT has the five parts of one that is encrypted. */
export function isEncrypted(jwt: string): boolean {
  return jwt.split('.').length === 5
}

/** A header field, as one text. */
export function header(headers: IncomingMessage['headers'], name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

/** The value of a cookie. */
export function cookie(cookies: string | undefined, name: string): string | undefined {
  if (cookies === undefined || !cookies.includes(name)) return undefined
  const match = cookies.split(/;\s*/).find((pair) => pair.startsWith(`${name}=`))
  if (match === undefined) return undefined
  const value = match.slice(name.length + 1)
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** The client id of HTTP Basic credentials, where they can be read. */
export function basicClient(authorization: string | undefined): string | undefined {
  const encoded = authorization?.match(/^basic +([A-Za-z0-9+/=]+)$/i)?.[1]
  if (encoded === undefined) return undefined
  const [id] = Buffer.from(encoded, 'base64').toString().split(':', 1)
  try {
    return decodeURIComponent((id ?? '').replaceAll('+', ' ')) || undefined
  } catch {
    return undefined
  }
}

/** The client id of a client assertion, unverified. */
export function assertionClient(assertion: string | undefined): string | undefined {
  if (assertion === undefined) return undefined
  try {
    return decodeJwt(assertion).sub
  } catch {
    return undefined
  }
}
