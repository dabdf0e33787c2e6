import { UnderstudyError } from '../../errors.ts'
import type { KnownClient, LoginAt } from './authorization-url.ts'

/**
 * Refuses a login in which no page would ask who it is, and somebody else be logged in than is meant: by the client
 * itself, or by the `login_hint` of the request. What a pushed request says is not seen here.
 *
 * @throws UnderstudyError `ERR_LOGIN_FAILED`
 */
export async function requireSameUser(
  at: LoginAt,
  user: string,
  url: URL,
  client: KnownClient | undefined,
): Promise<void> {
  const asked = parametersOf(url)
  const prompts = String(asked.prompt ?? '').split(' ')
  if (prompts.includes('login') || prompts.includes('select_account')) return
  const hint = asked.login_hint
  const hinted = typeof hint === 'string' ? await loggedInByHint(at, client, hint) : undefined
  const found = hinted ?? client?.auto_login
  if (found === undefined || found === user) return
  const why =
    hinted === undefined
      ? `the client "${url.searchParams.get('client_id')}" logs "${found}" in by itself. Use another client`
      : `the login_hint "${hint}" of the request logs "${found}" in without a page. Leave it out`
  const message = `Failed to log "${user}" in: ${why}, or ask with prompt=login.`
  throw new UnderstudyError('ERR_LOGIN_FAILED', 409, message)
}

/** What a request asks for: inside of its request object, where it has one. */
function parametersOf({ searchParams }: URL): Readonly<Record<string, unknown>> {
  const [, payload] = searchParams.get('request')?.split('.') ?? []
  if (payload === undefined) return Object.fromEntries(searchParams)
  try {
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (each) => each.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
  } catch {
    // An encrypted one is for the issuer alone to read, and what is none is for it to refuse.
    return {}
  }
}

/** Whom a hint logs in: by username, subject identifier or e-mail address, in this order. */
async function loggedInByHint(
  { control, name }: LoginAt,
  client: KnownClient | undefined,
  hint: string,
): Promise<string | undefined> {
  const { login_hint: ofIssuer, open } = await control.fixtures(name)
  if ((client?.login_hint ?? ofIssuer) !== 'login') return undefined
  const users = await control.users(name)
  const isAddress = hint.includes('@')
  const found =
    users.find(({ username }) => username === hint) ??
    users.find(({ sub }) => sub === hint) ??
    users.find(({ claims }) => isAddress && String(claims?.email).toLowerCase() === hint.toLowerCase())
  // An open issuer has a user by every name.
  return found?.username ?? (open === true ? hint : undefined)
}
