import { errors } from 'oidc-provider'
import type { User } from '../domain/user.ts'
import type { IssuerContext } from './context.ts'
import { userByHint } from './login-hint.ts'
import { cookie } from './request-words.ts'

/**
 * Who is logged in without a page by an authorization request: whom its `login_hint` means where client or issuer take
 * it for a login, else whom the client always logs in; nobody where the request asks for the page.
 *
 * @param clientId as the request claims it
 * @param params of the request
 */
export function loggedInWithoutPage(
  { clients, users, settings }: Pick<IssuerContext, 'clients' | 'users' | 'settings'>,
  clientId: string | undefined,
  { login_hint: hint, prompt }: Readonly<Record<string, unknown>>,
): User | undefined {
  if (typeof prompt === 'string' && prompt.split(' ').some(isLoginPrompt)) return undefined
  const client = clients.get(clientId ?? '')
  const isLogin = (client?.login_hint ?? settings.login_hint) === 'login'
  const hinted = isLogin && typeof hint === 'string' ? userByHint(users, hint) : undefined
  return hinted ?? (client?.auto_login === undefined ? undefined : users.byName(client.auto_login))
}

/**
 * Refuses to log in somebody else without a page than a test has said in its cookie that it means: of a request that was
 * pushed, or is encrypted, nobody else can tell.
 *
 * @throws InvalidRequest 409, on a page
 */
export function requireMeantUser(
  issuer: Pick<IssuerContext, 'clients' | 'users' | 'settings'>,
  clientId: string | undefined,
  params: Readonly<Record<string, unknown>>,
  cookies: string | undefined,
): void {
  const meant = cookie(cookies, 'understudy_user')
  const found = meant === undefined ? undefined : loggedInWithoutPage(issuer, clientId, params)?.username
  if (found === undefined || found === meant) return
  const isByClient = issuer.clients.get(clientId ?? '')?.auto_login === found
  const why = isByClient
    ? `the client "${clientId}" logs "${found}" in by itself. Use another client`
    : `the login_hint "${params.login_hint}" of the request logs "${found}" in without a page. Leave it out`
  const error = new errors.InvalidRequest(`${why}, or ask with prompt=login`)
  throw Object.assign(error, { allow_redirect: false, status: 409, statusCode: 409 })
}

/** Whether a prompt is for the login page, which nobody may be spared then. */
export function isLoginPrompt(prompt: string): boolean {
  return prompt === 'login' || prompt === 'select_account'
}
