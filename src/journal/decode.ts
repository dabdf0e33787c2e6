import { decodeJwt, decodeProtectedHeader } from 'jose'
import { bearerOf } from '../domain/bearer.ts'
import { jsonObject, type ReadAnswer } from './answer.ts'

/** A token as one can read it: of an encrypted one the header alone. */
export interface DecodedToken {
  header: Record<string, unknown>
  claims?: Record<string, unknown>
}

const received = [
  'access_token',
  'actor_token',
  'assertion',
  'client_assertion',
  'id_token_hint',
  'login_hint_token',
  'logout_token',
  'refresh_token',
  'request',
  'subject_token',
  'token',
] as const

const issued = ['access_token', 'id_token', 'logout_token', 'refresh_token', 'response'] as const

/** The JWTs that a request brought. */
export function receivedTokens(
  params: Readonly<Record<string, string | undefined>>,
  authorization: string | undefined,
): Record<string, DecodedToken> {
  const bearer = bearerOf(authorization)
  return decodeAll({ ...pick(params, received), ...(bearer !== undefined && { access_token: bearer }) })
}

/** The JWTs in an answer: by member or parameter; a body that is one as a whole goes by the name of its type. */
export function issuedTokens(answer: ReadAnswer, endpoint: string): Record<string, DecodedToken> {
  const type = String(answer.headers['content-type'] ?? '')
  if (/^application\/(?:[\w-]+\+)?jwt\b/.test(type)) return decodeAll({ [endpoint]: answer.body })
  return decodeAll({ ...pick(jsonObject(answer.body) ?? {}, issued), ...pick(answer.redirect?.params ?? {}, issued) })
}

function pick(from: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (typeof from[name] === 'string' ? [[name, from[name]]] : [])))
}

function decodeAll(tokens: Record<string, string>): Record<string, DecodedToken> {
  return Object.fromEntries(
    Object.entries(tokens).flatMap(([name, token]) => {
      const decoded = decode(token)
      return decoded === undefined ? [] : [[name, decoded]]
    }),
  )
}

function decode(token: string): DecodedToken | undefined {
  try {
    const header = decodeProtectedHeader(token) as Record<string, unknown>
    return token.split('.').length === 5 ? { header } : { header, claims: decodeJwt(token) }
  } catch {
    return undefined
  }
}
