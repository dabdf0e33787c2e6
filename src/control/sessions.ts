import * as z from 'zod'
import type { BrowserCookie, LiveSession, SignedInBrowser } from '../provider/live-sessions.ts'
import { durationSeconds } from '../time.ts'

export const sessionView = z
  .strictObject({
    id: z.string(),
    user: z.string(),
    since: z.iso.datetime().describe("When the user logged in, on the issuer's clock."),
    expires: z.iso.datetime().describe("On the issuer's clock; each use may put it off."),
    clients: z
      .array(
        z.strictObject({ client_id: z.string(), sid: z.string().describe('What its ID tokens call the session.') }),
      )
      .describe('Those that the user is signed in to.'),
  })
  .meta({ id: 'Session', description: 'A browser in which somebody is signed in.' }) satisfies z.ZodType<LiveSession>

export type SessionView = LiveSession

export const sessionFilter = z.strictObject({
  user: z.string().optional().describe('A username. Default: everybody.'),
})

export type SessionFilter = z.input<typeof sessionFilter>

const httpOrigin = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' })

export const signIn = z
  .strictObject({
    user: z.string().min(1).describe('A username.'),
    age: durationSeconds
      .optional()
      .describe('How long ago: seconds, or text such as `10m`; less than `lifetimes.session`. Default: just now.'),
    origins: z
      .array(httpOrigin)
      .optional()
      .describe('Further origins by which the browser will ask: their ports are in the names of the cookies.'),
  })
  .meta({ id: 'SignIn', description: 'Who is to be signed in, in a browser of theirs.' })

export type SignInInput = z.input<typeof signIn>

export const browserCookie = z
  .strictObject({
    name: z.string(),
    value: z.string(),
    path: z.string(),
    http_only: z.boolean(),
    same_site: z.literal('Lax'),
    expires: z.iso.datetime().describe('In real time, as browsers have it.'),
  })
  .meta({
    id: 'Cookie',
    description: 'A cookie of the issuer, for a jar or a `Cookie` header.',
  }) satisfies z.ZodType<BrowserCookie>

export const signedInBrowser = z
  .strictObject({ id: z.string().describe('Of the session.'), user: z.string(), cookies: z.array(browserCookie) })
  .meta({
    id: 'SignedInBrowser',
    description: 'What makes a browser be signed in.',
  }) satisfies z.ZodType<SignedInBrowser>

export type SignedIn = SignedInBrowser

export interface SessionsControl {
  /**
   * Who is signed in, in which browser.
   *
   * @throws UnderstudyError `ERR_USER_UNKNOWN`
   */
  sessions(issuer: string, filter?: SessionFilter): Promise<SessionView[]>
  /**
   * Ends one session, and with it single sign-on.
   *
   * @throws UnderstudyError `ERR_SESSION_UNKNOWN`
   */
  endSession(issuer: string, id: string): Promise<void>
  /**
   * Ends all sessions of an issuer, or those of one user.
   *
   * @throws UnderstudyError `ERR_USER_UNKNOWN`, or `ERR_REQUEST_INVALID` for a filter that names nobody
   */
  endSessions(issuer: string, filter?: SessionFilter): Promise<void>
  /**
   * Signs a user in, in a browser that is given the cookies.
   *
   * @throws UnderstudyError `ERR_USER_UNKNOWN`, `ERR_USER_STATE`
   */
  signIn(issuer: string, who: SignInInput): Promise<SignedIn>
}
