import type { Control } from '../control/control.ts'
import type { SessionFilter, SessionView, SignInInput } from '../control/sessions.ts'
import type { BrowserCookie } from './cookies.ts'

/** Who is signed in at one issuer. */
export interface Sessions {
  list(filter?: SessionFilter): Promise<SessionView[]>
  /** Ends one by its id, those of a user, or all of the issuer. */
  end(which?: string | { user: string }): Promise<void>
}

export function sessionsOf(control: Control, issuer: string): Sessions {
  return {
    list: (filter) => control.sessions(issuer, filter),
    end: (which) =>
      typeof which === 'string' ? control.endSession(issuer, which) : control.endSessions(issuer, which),
  }
}

/** The cookies of a browser in which a user is signed in. */
export interface SessionCookies extends Array<BrowserCookie> {
  /** The id of the session. */
  readonly id: string
  /** As a `Cookie` header has them. */
  readonly header: string
}

/** How somebody is signed in: how long ago (`age`), and further `origins` that the browser will ask. */
export type SessionOptions = Omit<SignInInput, 'user'>

/** Signs a user in, in a browser that is yet to be given the cookies. */
export async function sessionCookies(
  control: Control,
  issuer: string,
  hosts: readonly string[],
  { user, ...options }: SignInInput,
): Promise<SessionCookies> {
  const { id, cookies } = await control.signIn(issuer, { ...options, user })
  const header = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const asked = (options.origins ?? []).map((origin) => new URL(origin).hostname)
  const given = [...new Set([...hosts, ...asked])].flatMap((domain) =>
    cookies.map(({ http_only: httpOnly, same_site: sameSite, expires, ...cookie }): BrowserCookie => {
      const seconds = Math.floor(Date.parse(expires) / 1000)
      return { ...cookie, domain, expires: seconds, httpOnly, secure: false, sameSite }
    }),
  )
  return Object.assign(given, { id, header })
}
