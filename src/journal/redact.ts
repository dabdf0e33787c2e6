import { createHash } from 'node:crypto'
import { parseJson } from './answer.ts'

/** Parameters and members that nobody should read who need not. */
export const secretNames: ReadonlySet<string> = new Set([
  'access_token',
  'actor_token',
  'assertion',
  'auth_req_id',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'device_code',
  'id_token',
  'id_token_hint',
  'login_hint_token',
  'logout_token',
  'password',
  'refresh_token',
  'registration_access_token',
  'request',
  'response',
  'subject_token',
  'token',
  'user_code',
])

/** A name in the one form that `client_secret`, `clientSecret` and `Client-Secret` share: those who guess write any. */
const plainName = (name: string) => name.toLowerCase().replaceAll(/[_-]/g, '')

const plainNames: ReadonlySet<string> = new Set([...secretNames].map(plainName))

/** Whether what goes by a name is a secret. */
const isSecret = (name: string) => plainNames.has(plainName(name))

const names = [...secretNames].map((name) => name.replaceAll('_', '[_-]?')).join('|')
const jsonMember = new RegExp(`("(?:${names})"\\s*:\\s*")((?:[^"\\\\]|\\\\.)*)`, 'gi')
const urlParam = new RegExp(`((?:^|[?&#]|&amp;)(?:${names})=)([^&#"'\\s<>]+)`, 'gi')
const formInput = new RegExp(`(name="(?:${names})" value=")([^"]*)`, 'gi')
const namedSecret = new RegExp(`secret|${names}`, 'i')
const jwt = /\b(eyJ[\w-]+\.[\w-]*\.)([\w-]+)/g
/** @see {@link https://www.rfc-editor.org/rfc/rfc9126#section-2.2 RFC 9126 section 2.2}: whoever has it may begin with it */
const pushedRequest = /(\burn(?::|%3A)ietf(?::|%3A)params(?::|%3A)oauth(?::|%3A)request_uri(?::|%3A))([^&#"'\s<>[]+)/gi
const formText = /^[\w.~-]+=[^&="'\s<>]*(?:&[\w.~-]+=[^&="'\s<>]*)*$/
const credentials = /^(\w+) +(.+)$/
const secretHeader = /(?:^|-)(?:(?:api|access|auth|secret)-?key|token|secret|password|credentials?|dpop)$/

/** What stands in a secret's place: the same for the same secret, so that two can be told apart. */
export function redacted(secret: string): string {
  return `[redacted ${createHash('sha256').update(secret).digest('hex').slice(0, 8)}]`
}

/** A parameter with secrets blotted out; one of a name that is no name, but names one, as a whole. */
export function redactParam(name: string, value: string): [name: string, value: string] {
  if (isSecret(name)) return [name, redacted(value)]
  const shown = redactName(name)
  return [shown, shown === name ? redactText(value) : redacted(value)]
}

/** The name of a parameter, unless it is something else that names a secret: JSON where a form should be. */
export function redactName(name: string): string {
  return /^[\w.~:/-]*$/.test(name) || !namesSecret(name) ? name : redacted(name)
}

/**
 * A text with secrets blotted out, whatever it is: JSON (whole or broken off), a form, a URL, a page. What was JSON
 * stays JSON.
 */
export function redactText(text: string): string {
  const blot = (_: string, before: string, secret: string) => (secret === '' ? before : before + redacted(secret))
  return [jsonMember, urlParam, formInput, jwt, pushedRequest].reduce(
    (told, secret) => told.replaceAll(secret, blot),
    text,
  )
}

/** The body of a request that is no form: of JSON its secrets are blotted out, of anything else all if it names one. */
export function redactBody(text: string): string {
  const said = parseJson(text)
  const told = redactText(text)
  if (typeof said !== 'object' || said === null)
    return formText.test(text) || !namesSecret(text) ? told : redacted(text)
  // As it was written, where that has the same blots as what it says.
  const members = JSON.stringify(redactMembers(said))
  return JSON.stringify(parseJson(told)) === members ? told : members
}

/** The members of an object with secrets blotted out, however deep. */
export function redactMembers<Members extends object>(members: Members): Members {
  return redactValue(members, 'members') as Members
}

function redactValue(value: unknown, name: string): unknown {
  if (isSecret(name) && value !== null && value !== '') return redacted(wordOf(value))
  if (typeof value === 'string') return redactText(value)
  if (Array.isArray(value)) return value.map((each) => redactValue(each, 'each'))
  if (typeof value !== 'object' || value === null) return value
  // What a request asks of an ID token goes by the token's name, and is none.
  const inner = (member: string) => (name === 'claims' ? 'members' : member)
  return Object.fromEntries(Object.entries(value).map(([member, each]) => [member, redactValue(each, inner(member))]))
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Whether a text names a secret anywhere, also where it is encoded as in a URL. */
function namesSecret(text: string): boolean {
  const decoded = text.replaceAll(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return namedSecret.test(decoded)
}

/** The value of a header with secrets blotted out. */
export function redactHeader(name: string, value: string): string {
  switch (name) {
    case 'authorization':
    case 'proxy-authorization':
      return redactCredentials(value)
    case 'cookie':
      return value.split(/;\s*/).map(redactPair).join('; ')
    case 'set-cookie': {
      const [pair = '', ...attributes] = value.split('; ')
      return [redactPair(pair), ...attributes].join('; ')
    }
    default:
      return secretHeader.test(name) ? redacted(value) : redactText(value)
  }
}

/** Keeps the scheme, and of Basic the client id, which is no secret. */
function redactCredentials(value: string): string {
  const [, scheme, secret] = credentials.exec(value) ?? []
  if (scheme === undefined || secret === undefined) return redacted(value)
  if (scheme.toLowerCase() !== 'basic') return `${scheme} ${redacted(secret)}`
  const decoded = Buffer.from(secret, 'base64').toString()
  const at = decoded.indexOf(':')
  return at === -1
    ? `${scheme} ${redacted(secret)}`
    : `${scheme} ${decoded.slice(0, at)}:${redacted(decoded.slice(at + 1))}`
}

function redactPair(pair: string): string {
  const at = pair.indexOf('=')
  if (at === -1) return redacted(pair)
  const value = pair.slice(at + 1)
  return value === '' ? pair : `${pair.slice(0, at)}=${redacted(value)}`
}
