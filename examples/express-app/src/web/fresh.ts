import * as client from 'openid-client'
import type { Oidc, SignedIn } from './oidc.ts'
import type { Session } from './sessions.ts'

/** Nobody is signed in, or no token of theirs is good for anything: they have to log in. */
export class SignedOut extends Error {}

/** An access token was refused. */
export class TokenRefused extends Error {}

/** Does something with a user's access token, and once more with a fresh one where the first is refused. */
export type WithAccess = <Result>(session: Session, act: (user: SignedIn) => Promise<Result>) => Promise<Result>

export function createWithAccess(oidc: Oidc): WithAccess {
  const renewals = new WeakMap<Session, Promise<SignedIn>>()

  return async function withAccess(session, act) {
    const { user } = session
    if (user === undefined) throw new SignedOut('Nobody is signed in here.')
    try {
      return await act(user)
    } catch (error) {
      if (!isRefused(error)) throw error
      return act(await freshened(session, user))
    }
  }

  /** One renewal serves all requests that wait for it: a refresh token is good for one use, a second looks like theft. */
  function freshened(session: Session, stale: SignedIn): SignedIn | Promise<SignedIn> {
    if (session.user !== undefined && session.user !== stale) return session.user
    const renewal = renewals.get(session) ?? renew(session, stale).finally(() => renewals.delete(session))
    renewals.set(session, renewal)
    return renewal
  }

  async function renew(session: Session, stale: SignedIn): Promise<SignedIn> {
    try {
      const fresh = await oidc.refresh(stale)
      // Who was logged out while the provider took its time stays logged out.
      if (session.user === undefined) throw new SignedOut('You have been logged out meanwhile.')
      session.user = fresh
      return fresh
    } catch (error) {
      if (!(error instanceof client.ResponseBodyError && error.error === 'invalid_grant')) throw error
      session.user = undefined
      throw new SignedOut('You have been away for too long.')
    }
  }
}

/** Whether the API, or userinfo, says that the token is not good. */
function isRefused(error: unknown): boolean {
  return (
    error instanceof TokenRefused || (error instanceof client.WWWAuthenticateChallengeError && error.status === 401)
  )
}
