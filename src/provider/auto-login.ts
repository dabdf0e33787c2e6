import type { User } from '../domain/user.ts'
import type { IssuerContext } from './context.ts'
import { userByHint } from './login-hint.ts'

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

/** Whether a prompt is for the login page, which nobody may be spared then. */
export function isLoginPrompt(prompt: string): boolean {
  return prompt === 'login' || prompt === 'select_account'
}
