import type Provider from 'oidc-provider'
import { defaultLifetimes } from '../domain/tokens.ts'
import { userStates } from '../domain/user.ts'
import { didYouMean, UnderstudyError } from '../errors.ts'
import type { IssuerContext } from './context.ts'
import { bySince, issuerTime } from './issuer-time.ts'
import { knownUser, namesOf } from './known-user.ts'
import { revokeGrant } from './live-grants.ts'

/** A browser in which somebody is signed in. */
export interface LiveSession {
  id: string
  user: string
  /** ISO 8601, on the issuer's clock. */
  since: string
  expires: string
  /** The clients that the user is signed in to; `sid` is what their ID tokens call the session. */
  clients: { client_id: string; sid: string }[]
}

/** A cookie as a browser takes it. */
export interface BrowserCookie {
  name: string
  value: string
  path: string
  http_only: boolean
  same_site: 'Lax'
  /** ISO 8601, in real time. */
  expires: string
}

/** Who is to be signed in, and since when. */
export interface SignIn {
  user: string
  /** How long ago it was, in seconds. Default: just now. */
  ageSeconds?: number | undefined
  /** Origins by which the browser will ask, beside those by which the issuer knows itself. */
  origins?: readonly string[] | undefined
}

export interface SignedInBrowser {
  id: string
  user: string
  cookies: BrowserCookie[]
}

/** Who is signed in, seen and changed without a page. */
export interface Sessions {
  /**
   * The newest last.
   *
   * @throws UnderstudyError `ERR_USER_UNKNOWN` (404)
   */
  list(user?: string): Promise<LiveSession[]>
  /** @throws UnderstudyError `ERR_SESSION_UNKNOWN` (404) */
  end(id: string): Promise<void>
  /** @throws UnderstudyError `ERR_USER_UNKNOWN` (404) */
  endAll(user?: string): Promise<void>
  /** @throws UnderstudyError `ERR_USER_UNKNOWN` (404), `ERR_USER_STATE` (409), `ERR_REQUEST_INVALID` (400) for an age that no session has */
  create(options: SignIn): Promise<SignedInBrowser>
}

type Session = InstanceType<Provider['Session']> & { authorizations?: Record<string, Authorization> }

/** What a session knows of a client. */
interface Authorization {
  sid?: string
  grantId?: string
  /** Whether what was granted outlives the session. */
  persistsLogout?: boolean
}

/** What a browser's cookie depends on. */
export interface SessionCookies {
  /** The name of the session's cookie at a port. */
  nameAt(port: string): string
  /** How long a session lives on from now, in seconds. */
  lifetimeSeconds(session: InstanceType<Provider['Session']>): number
}

export function createSessions(provider: Provider, issuer: IssuerContext, cookies: SessionCookies): Sessions {
  const { bucket, clock, users, naming } = issuer

  async function select(user: string | undefined): Promise<Session[]> {
    const found: Session[] = []
    for (const id of await bucket.ids('Session')) {
      const session: Session | undefined = await provider.Session.find(id)
      if (session?.accountId !== undefined) found.push(session)
    }
    if (user === undefined) return found
    const sub = knownUser(
      users,
      user,
      found.flatMap(({ accountId }) => accountId ?? []),
    )
    return found.filter(({ accountId }) => accountId === sub)
  }

  function describe({ uid, accountId = '', loginTs, exp, authorizations = {} }: Session): LiveSession {
    return {
      id: uid,
      user: users.bySub(accountId)?.username ?? accountId,
      since: issuerTime(loginTs, clock),
      expires: issuerTime(exp, clock),
      clients: Object.entries(authorizations).flatMap(([clientId, { sid }]) => {
        return sid === undefined ? [] : [{ client_id: clientId, sid }]
      }),
    }
  }

  /** Ends a session as a logout would: with what was granted for as long as it lasts. */
  async function end(session: Session): Promise<void> {
    for (const { grantId, persistsLogout } of Object.values(session.authorizations ?? {})) {
      if (grantId !== undefined && !persistsLogout) await revokeGrant(bucket, grantId)
    }
    await session.destroy()
  }

  function cookiesFor({ jti, exp }: Session, origins: readonly string[]): BrowserCookie[] {
    const ports = new Set([naming.issuerFor(undefined), ...naming.names(), ...origins].map(portOfOrigin))
    const expires = new Date((exp ?? 0) * 1000).toISOString()
    return [...ports].flatMap((port) => {
      const name = cookies.nameAt(port)
      const pairs = { [name]: jti, [`${name}.sig`]: issuer.cookieSigner.sign(`${name}=${jti}`) }
      return Object.entries(pairs).map(([each, value]) => {
        return { name: each, value, path: '/', http_only: true, same_site: 'Lax' as const, expires }
      })
    })
  }

  async function create({ user: username, ageSeconds = 0, origins = [] }: SignIn) {
    const user = users.byName(username)
    const failed = `Failed to sign "${username}" in`
    if (user === undefined) {
      const hint = didYouMean(username, namesOf(users))
      throw new UnderstudyError('ERR_USER_UNKNOWN', 404, `${failed}: no such user.${hint}`)
    }
    const { login, message } = userStates[user.state]
    if (!login) throw new UnderstudyError('ERR_USER_STATE', 409, `${failed}: ${message}`)
    const longestSeconds = issuer.settings.lifetimes.session ?? defaultLifetimes.session
    if (ageSeconds >= longestSeconds) {
      const why = `age: a session ends ${longestSeconds} s after the login. Give less, or a longer lifetimes.session.`
      throw new UnderstudyError('ERR_REQUEST_INVALID', 400, `${failed}: ${why}`)
    }
    const session: Session = new provider.Session()
    const loginTs = Math.floor(Date.now() / 1000 - ageSeconds)
    session.loginAccount({ accountId: user.sub, loginTs, amr: ['pwd'] })
    await session.save(cookies.lifetimeSeconds(session))
    return { id: session.uid, user: username, cookies: cookiesFor(session, origins) }
  }

  return {
    list: async (user) => (await select(user)).map(describe).sort(bySince),
    async end(id) {
      const session: Session | undefined = await provider.Session.findByUid(id)
      if (session?.accountId === undefined) {
        const message = `Failed to end "${id}": nobody is signed in by this id. GET sessions lists them.`
        throw new UnderstudyError('ERR_SESSION_UNKNOWN', 404, message)
      }
      await end(session)
    },
    async endAll(user) {
      for (const session of await select(user)) await end(session)
    },
    create,
  }
}

function portOfOrigin(origin: string): string {
  const { port, protocol } = new URL(origin)
  return port || (protocol === 'https:' ? '443' : '80')
}
