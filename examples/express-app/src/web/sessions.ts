import { randomBytes } from 'node:crypto'
import type { Request, Response } from 'express'
import type { Checks, SignedIn } from './oidc.ts'

/** What the app remembers of one browser. */
export interface Session {
  /** Logins that are under way, by their `state`. */
  readonly logins: Map<string, Checks>
  user?: SignedIn | undefined
}

const cookieName = 'notes_session'

/** The sessions of all browsers; an app of several processes would keep them in a store that these share. */
export class Sessions {
  readonly #sessions = new Map<string, Session>()

  of(request: Request): Session | undefined {
    return this.#sessions.get(idOf(request))
  }

  /** The session of a browser, begun where there was none. */
  begin(request: Request, response: Response): Session {
    return this.of(request) ?? this.#start(response, {})
  }

  /** Signs a user in, under a new id, so that nobody who knew the old one is signed in too. */
  signIn(request: Request, response: Response, user: SignedIn): void {
    this.#forget(idOf(request))
    this.#start(response, { user })
  }

  end(request: Request): void {
    this.#forget(idOf(request))
  }

  /** Signs out whoever fits. */
  signOut(fits: (user: SignedIn) => boolean): void {
    for (const [id, { user }] of this.#sessions) if (user && fits(user)) this.#forget(id)
  }

  #forget(id: string): void {
    const session = this.#sessions.get(id)
    // Requests that are under way hold the session, and look whether somebody is still signed in.
    if (session) session.user = undefined
    this.#sessions.delete(id)
  }

  #start(response: Response, begun: Partial<Session>): Session {
    const id = randomBytes(24).toString('base64url')
    const session = { logins: new Map(), ...begun }
    this.#sessions.set(id, session)
    response.cookie(cookieName, id, { httpOnly: true, sameSite: 'lax', path: '/' })
    return session
  }
}

function idOf({ headers }: Request): string {
  const cookies = (headers.cookie ?? '').split('; ').map((cookie) => cookie.split('='))
  return cookies.find(([name]) => name === cookieName)?.[1] ?? ''
}
