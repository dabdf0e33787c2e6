import { createHash } from 'node:crypto'

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

const names = [...secretNames].join('|')
const jsonMember = new RegExp(`("(?:${names})"\\s*:\\s*")((?:[^"\\\\]|\\\\.)*)`, 'g')
const urlParam = new RegExp(`((?:^|[?&#]|&amp;)(?:${names})=)([^&#"'\\s<>]+)`, 'g')
const formInput = new RegExp(`(name="(?:${names})" value=")([^"]*)`, 'g')
const jwt = /\b(eyJ[\w-]+\.[\w-]*\.)([\w-]+)/g
const credentials = /^(\w+) +(.+)$/

/** What stands in a secret's place: the same for the same secret, so that two can be told apart. */
export function redacted(secret: string): string {
  return `[redacted ${createHash('sha256').update(secret).digest('hex').slice(0, 8)}]`
}

/** The value of a parameter with secrets blotted out. */
export function redactParam(name: string, value: string): string {
  return secretNames.has(name) ? redacted(value) : redactText(value)
}

/**
 * A text with secrets blotted out, whatever it is: JSON (whole or broken off), a form, a URL, a page. What was JSON
 * stays JSON.
 */
export function redactText(text: string): string {
  const blot = (_: string, before: string, secret: string) => (secret === '' ? before : before + redacted(secret))
  return text.replaceAll(jsonMember, blot).replaceAll(urlParam, blot).replaceAll(formInput, blot).replaceAll(jwt, blot)
}

/** The value of a header with secrets blotted out. */
export function redactHeader(name: string, value: string): string {
  switch (name) {
    case 'authorization':
      return redactCredentials(value)
    case 'cookie':
      return value.split(/;\s*/).map(redactPair).join('; ')
    case 'set-cookie': {
      const [pair = '', ...attributes] = value.split('; ')
      return [redactPair(pair), ...attributes].join('; ')
    }
    case 'dpop':
      return redacted(value)
    default:
      return redactText(value)
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
