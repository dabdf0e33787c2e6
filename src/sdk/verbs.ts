import type { FixturesDocument, PatchCounts } from '../control/fixtures.ts'
import type { LoginInitiation } from '../control/initiate-login.ts'
import type { BackchannelLogoutReport, BackchannelLogoutRequest } from '../control/logout.ts'
import type { Resettable } from '../control/resettable.ts'
import type { ScenarioView } from '../control/scenarios.ts'
import type { MintedToken, TokenOrder } from '../control/tokens.ts'
import type { VerifyReport, WrittenVerification } from '../control/verify.ts'
import type { IssuerInput } from '../fixtures/schema.ts'
import type { Ciba } from './ciba.ts'
import type { IssuerClock } from './clock.ts'
import type { BrowserCookie } from './cookies.ts'
import type { Device } from './device.ts'
import type { Clients, Scopes, Users } from './entries.ts'
import type { Faults } from './faults.ts'
import type { Grants } from './grants.ts'
import type { Keys } from './keys.ts'
import type { LoginOptions } from './login/login.ts'
import type { Requests } from './requests.ts'
import type { SessionCookies, SessionOptions, Sessions } from './sessions.ts'

/** What became of the logout token that one client was sent. */
export type LogoutDelivery = BackchannelLogoutReport['deliveries'][number]

/**
 * An issuer as one of several tests that run at once has it: `reset` forgets its own faults and entries alone, and
 * `scenario`, which is for all, is refused with `ERR_TAG_SCOPE`.
 */
export interface TaggedIssuer extends UnderstudyIssuer {
  readonly tag: string
  /** What tags a browser, for Playwright's `addCookies`. */
  readonly cookies: BrowserCookie[]
}

/** The verbs of one issuer, the same in process and over the wire. */
export interface UnderstudyIssuer extends Faults {
  readonly name: string
  /** The issuer identifier: what a client discovers. */
  readonly url: string
  /** Toggles a scenario of the fixtures. */
  scenario(name: string, enabled: boolean): Promise<ScenarioView>
  readonly requests: Requests
  /**
   * Checks that requests were made as expected, and that every armed fault has fired.
   *
   * @param expected a list of expectations, or a whole verification
   * @throws UnderstudyError `ERR_VERIFY_FAILED`, whose message explains what was missing, and what came near
   */
  verify(expected?: WrittenVerification | NonNullable<WrittenVerification['expect']>): Promise<VerifyReport>
  readonly device: Device
  readonly ciba: Ciba
  readonly clock: IssuerClock
  readonly keys: Keys
  readonly sessions: Sessions
  readonly grants: Grants
  readonly users: Users
  readonly clients: Clients
  readonly scopes: Scopes
  /** What is in force, as a fixtures document that loads again to the same. */
  fixtures(): Promise<FixturesDocument>
  /**
   * Merges a document in, as one more fixtures file would be.
   *
   * @throws UnderstudyError `ERR_FIXTURES_INVALID` with every mistake, and then nothing has changed
   */
  patch(document: IssuerInput): Promise<PatchCounts>
  /**
   * Mints a token without a flow, as good as one that has come of a flow, or as bad as it is asked to be.
   *
   * @throws UnderstudyError `ERR_CLIENT_UNKNOWN`, `ERR_USER_UNKNOWN`, `ERR_FAULT_INVALID` and others that say why
   */
  tokens(order: TokenOrder): Promise<MintedToken>
  /**
   * Signs a user in without a page, and hands over the cookies: for Playwright's `addCookies`, or as a header.
   *
   * @throws UnderstudyError `ERR_USER_UNKNOWN`, `ERR_USER_STATE`
   */
  sessionCookies(user: string, options?: SessionOptions): Promise<SessionCookies>
  /**
   * Logs a user in at a client as a person would, through the pages, but without a browser.
   *
   * @param options the authorization URL that the app under test has made, or what one is to be made of; default: one for
   *   the first client that has a redirect URI
   * @returns the URL that the client would be called back at
   * @throws UnderstudyError `ERR_LOGIN_FAILED` with what the page says, where there is no way on to the client
   */
  login(user: string, options?: LoginOptions): Promise<URL>
  /**
   * The link by which a third party has a client begin a login: the client's `initiate_login_uri`, to be opened in a browser.
   *
   * @throws UnderstudyError `ERR_CLIENT_UNKNOWN`, `ERR_NO_INITIATE_LOGIN`
   */
  initiateLogin(client: string, initiation?: LoginInitiation): Promise<URL>
  /**
   * Tells clients by the back channel that somebody has logged out.
   *
   * @returns what became of the logout token of each client
   * @throws UnderstudyError `ERR_USER_UNKNOWN`, `ERR_SESSION_UNKNOWN`, `ERR_CLIENT_UNKNOWN`, `ERR_NO_BACKCHANNEL_LOGOUT`
   */
  logout(who: BackchannelLogoutRequest): Promise<LogoutDelivery[]>
  /**
   * The same issuer for one of several tests that run at once: faults, journal, `verify`, `login` and `reset` are those
   * of requests with this tag, and of all that comes of them.
   *
   * @param tag text on one line, that is no `/regex/`
   * @throws UnderstudyError `ERR_TAG_INVALID`
   */
  tagged(tag: string): TaggedIssuer
  /** Back to the fixtures. */
  reset(options?: { keep?: readonly Resettable[] }): Promise<void>
}
