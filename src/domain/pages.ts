import type { ReferencePage } from './reference.ts'
import type { UserState } from './user.ts'

/** An issuer as its pages name it. */
export interface PageIssuer {
  name: string
  url: string
  look?: PageLook | undefined
}

/** How the pages of an issuer look that plays a named provider. */
export interface PageLook {
  /** The provider's name. */
  name?: string | undefined
  /** A colour, such as `#0069ff`. */
  accent?: string | undefined
  /** What the button says that allows. */
  allow?: string | undefined
}

/** A client as people know it. */
export interface PageClient {
  id: string
  name: string
}

/** A user as people know them. */
export interface PageUser {
  username: string
  name?: string | undefined
  email?: string | undefined
}

/** A scope, and what it means to a person. */
export interface PageScope {
  name: string
  description?: string | undefined
}

/** One of the things that a client asks to be allowed, in detail. */
export interface PageDetail {
  /** What it means to a person. */
  title: string
  members: readonly { name: string; value: string }[]
}

/** Who is signing in, and to what. One form posts `pick` (a username), the other `username` and `password`, both to `action`. */
export interface LoginPage {
  issuer: PageIssuer
  /** Left out: it is a page of ours that asks who is there. */
  client?: PageClient | undefined
  action: string
  /** Left out: there is nowhere to go back to. */
  abortAction?: string | undefined
  /** The users to pick from; the first 50 are enough. */
  users: readonly (PageUser & { state: UserState })[]
  /** How many users there are beyond those. */
  moreUsers: number
  /** What the box for claims holds at first, as JSON; posted as `claims` with the username. Left out: there is none. */
  claims?: string | undefined
  /** What the username field holds at first. */
  username?: string | undefined
  /** Why the last attempt failed. */
  error?: string | undefined
}

/** What a client asks of a user. Allow posts to `action`, Deny to `abortAction`, another account to `switchAction`. */
export interface ConsentPage {
  issuer: PageIssuer
  client: PageClient
  user: PageUser
  scopes: readonly PageScope[]
  /** Names of the claims that those scopes release. */
  claims: readonly string[]
  /** What it wants to do beyond its scopes. Default: nothing. */
  details?: readonly PageDetail[]
  action: string
  abortAction: string
  switchAction: string
}

/** Where a person types the code that a device shows; posts `user_code` and `xsrf`. */
export interface DeviceInputPage {
  issuer: PageIssuer
  action: string
  xsrf: string
  userCode?: string | undefined
  error?: string | undefined
}

/** Whether the code belongs to the device in the person's hands; posts `user_code`, `xsrf` and `confirm=yes` or `abort=yes`. */
export interface DeviceConfirmPage {
  issuer: PageIssuer
  action: string
  xsrf: string
  userCode: string
  client: PageClient
  scopes: readonly PageScope[]
  device: { ip?: string | undefined; ua?: string | undefined }
}

/** The device is connected, or refused; nothing is left to do here. */
export interface DeviceDonePage {
  issuer: PageIssuer
  client: PageClient
  /** Whether the person refused. Default: false. */
  refused?: boolean
}

export type DeviceScreenState = 'pending' | 'approved' | 'denied' | 'expired'

/** What the device itself (a TV, say) would show; asks again every few seconds while pending. */
export interface DeviceScreenPage {
  issuer: PageIssuer
  client?: PageClient | undefined
  userCode: string
  verificationUri: string
  /** Drawn as a QR code. */
  verificationUriComplete: string
  state: DeviceScreenState
}

/**
 * What clients ask of a person by the back channel; each request posts `auth_req_id`, `xsrf` and `decision` (`approve`
 * or `deny`) to `action`, where `as=another` asks who is there.
 */
export interface WaitingPage {
  issuer: PageIssuer
  user: PageUser
  requests: readonly {
    /** Its `auth_req_id`. */
    id: string
    client: PageClient
    bindingMessage?: string | undefined
    scopes: readonly PageScope[]
    expiresInSeconds: number
  }[]
  action: string
  xsrf: string
  /** What was decided just now. */
  decided?: { client: PageClient; approved: boolean } | undefined
}

/** Whether to sign out; posts `xsrf`, and `logout=yes` for yes. */
export interface LogoutPage {
  issuer: PageIssuer
  client?: PageClient | undefined
  user?: PageUser | undefined
  action: string
  xsrf: string
}

/** The person is signed out, and the client named no page to go back to, or others are told first. */
export interface LogoutDonePage {
  issuer: PageIssuer
  client?: PageClient | undefined
  /** What is opened in frames, unseen, so that clients hear of the logout. */
  frames?: readonly { client: PageClient; url: string }[] | undefined
  /** Where it goes on by itself once they have. */
  next?: string | undefined
}

/** Something went wrong that cannot be told to the client by redirect. */
export interface ErrorPage {
  issuer?: PageIssuer | undefined
  status: number
  /** An OAuth error code, or a word of our own. */
  error: string
  description?: string | undefined
  /** For the developer: what the client is not told. */
  detail?: string | undefined
  /** What to do about it. Default: by the error. */
  hint?: string | undefined
}

/** The front door of the whole process. */
export interface HomePage {
  version: string
  /** The URL of the reference of the admin API. */
  reference: string
  issuers: readonly (PageIssuer & HomeWay & { users: number; clients: number })[]
}

/** How to find what an issuer has: the URL of its discovery document, or whom it plays that has none, and where. */
type HomeWay = { discovery: string } | { discovery?: never; plays: string; paths: readonly string[] }

/** The way back to a client that wants its answer by POST: goes on by itself, and without a script by one visible button. */
export interface PostPage {
  issuer: PageIssuer
  client?: PageClient | undefined
  action: string
  fields: Readonly<Record<string, string>>
}

/** The way back to a client that is taken twice: in a frame, and then by the page itself. Either a URL, or a form that is posted. */
export interface TwicePage {
  issuer: PageIssuer
  client?: PageClient | undefined
  /** Where it goes. */
  next?: string | undefined
  action?: string | undefined
  fields?: Readonly<Record<string, string>> | undefined
}

/** Every page, with what it shows. */
export interface Pages {
  login: LoginPage
  consent: ConsentPage
  'device-input': DeviceInputPage
  'device-confirm': DeviceConfirmPage
  'device-done': DeviceDonePage
  'device-screen': DeviceScreenPage
  waiting: WaitingPage
  logout: LogoutPage
  'logout-done': LogoutDonePage
  error: ErrorPage
  home: HomePage
  reference: ReferencePage
  post: PostPage
  twice: TwicePage
}

export type PageName = keyof Pages

/** Renders a page to a whole HTML document; everything in `data` is text and is escaped. */
export type Render = <Name extends PageName>(page: Name, data: Pages[Name]) => Promise<string>
