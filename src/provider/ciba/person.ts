import { hash } from 'node:crypto'
import type Provider from 'oidc-provider'
import type { PageUser } from '../../domain/pages.ts'
import type { IssuerContext } from '../context.ts'
import { pageUser } from '../pages.ts'

/** Whoever is signed in in a browser, as pages that no client has led to know them. */
export interface PersonAtBrowser {
  /** The username. */
  username: string
  shown: PageUser
  /** What their forms carry, so that no page of another origin can post them. */
  xsrf: string
}

/** Who is signed in in a browser, by the value of its session cookie. */
export async function personAtBrowser(
  provider: Provider,
  { users }: Pick<IssuerContext, 'users'>,
  sessionId: string | undefined,
): Promise<PersonAtBrowser | undefined> {
  const session = sessionId === undefined ? undefined : await provider.Session.find(sessionId)
  const user = users.bySub(session?.accountId ?? '')
  if (session === undefined || user === undefined) return undefined
  return { username: user.username, shown: pageUser(user), xsrf: hash('sha256', `xsrf ${session.jti}`, 'base64url') }
}
