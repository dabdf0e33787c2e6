import type { Control } from '../control/control.ts'
import type { SessionView, SignInInput } from '../control/sessions.ts'

/** Who is signed in at one issuer. */
export interface Sessions {
  list(filter?: { user?: string }): Promise<SessionView[]>
  /** Ends one by its id, those of a user, or all of the issuer. */
  end(which?: string | { user: string }): Promise<void>
}

export function sessionsOf(control: Control, issuer: string): Sessions {
  return {
    list: (filter) => control.sessions(issuer, filter),
    end: (which) =>
      typeof which === 'object' ? control.endSessionsOf(issuer, which.user) : control.endSession(issuer, which),
  }
}

/** A cookie as browsers' drivers take it, such as Playwright's `addCookies`. */
export interface SessionCookie {
  name: string
  value: string
  domain: string
  path: string
  /** In seconds since 1970. */
  expires: number
  httpOnly: boolean
  secure: boolean
  sameSite: 'Lax'
}

/** The cookies of a browser in which a user is signed in. */
export interface SessionCookies extends Array<SessionCookie> {
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
  { name, url }: { name: string; url: string },
  user: string,
  options: SessionOptions = {},
): Promise<SessionCookies> {
  const { id, cookies } = await control.signIn(name, { ...options, user })
  const hosts = [url, ...(options.origins ?? [])].map((origin) => new URL(origin).hostname)
  const header = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const given = [...new Set(hosts)].flatMap((domain) =>
    cookies.map(
      ({ name, value, path, expires, http_only: httpOnly, same_site: sameSite }): SessionCookie => ({
        name,
        value,
        domain,
        path,
        expires: Math.floor(Date.parse(expires) / 1000),
        httpOnly,
        secure: false,
        sameSite,
      }),
    ),
  )
  return Object.assign(given, { id, header })
}
