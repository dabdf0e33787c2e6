/** The protocol endpoints, as faults and the journal name them. */
export const endpoints = [
  'authorization',
  'token',
  'device_authorization',
  'userinfo',
  'introspection',
  'revocation',
  'pushed_authorization_request',
  'backchannel_authentication',
  'registration',
  'end_session',
  'jwks',
  'discovery',
  'resource',
] as const

export type Endpoint = (typeof endpoints)[number]

/** One authorization, device or CIBA request and all that descends from it; stored beside each code and token. */
export interface Flow {
  id: string
  /** The tag that the flow's first request carried. */
  tag?: string | undefined
  /** The faults that the flow's first request armed for itself, as it wrote them (an RFC 9651 list). */
  faults?: string | undefined
  /** The audiences that the flow's first request asked for, by Auth0's parameter. */
  audience?: string | readonly string[] | undefined
  /** Whether the authorization request left its client's only redirect URI out. */
  leavesOutRedirectUri?: true
}

/** What can only be known by looking codes and tokens up. */
export interface Identity {
  client?: string | undefined
  /** The username. */
  user?: string | undefined
  scope?: string[] | undefined
  /** The id of the grant that what it presents rests on. */
  grant?: string | undefined
  flow?: Flow | undefined
}

/** Somebody who has signed in while an authorization was under way. */
export interface SignIn {
  /** The username. */
  user: string
  /** Who was signed in before, when faults were first asked, if anybody. */
  before: string | undefined
}

/** Where an armed fault came from. */
export type FaultOrigin = 'fixtures' | 'admin' | 'scenario' | 'request' | 'hook'

/** What ended the wait of a request: its time, a release, the last that it waited for, a disarming, or its client's going. */
export type WaitEnding = 'elapsed' | 'released' | 'gathered' | 'let_go' | 'gone'

/** A fault that has fired at a request. */
export interface FiredFault {
  /** Of the armed fault, as the list of them shows it. */
  id: string
  /** Its name. */
  fault: string
  origin: FaultOrigin
  /** Of a fault that lets requests wait: what ended that. */
  waited?: WaitEnding
}

/** One request and its answer: all that personas, faults and the journal ever see of it. */
export interface Exchange {
  endpoint: Endpoint
  method: string
  /** Names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** Of query and body together; the first value where one is repeated. */
  params: Readonly<Record<string, string | undefined>>
  /** As it came; empty until it has been read. */
  body: string
  /** The client as the request claims it (Basic, `client_id`, or a client assertion's issuer), not yet authenticated. */
  client: string | undefined
  /** Short name, such as `device_code`. */
  grantType: string | undefined
  /** What this request says of its flow: a tag, and faults armed for itself. */
  requested: { tag?: string | undefined; faults?: string | undefined }
  /** Whether it may have said more of its flow than can be told before the provider has read its request object. */
  readonly isUnread?: boolean
  /** The flow this request belongs to, once known. */
  flow: Flow | undefined
  /** The flow it belongs to, else a new one that it starts; to be asked for after `identify()`, always the same from then on. */
  readonly ownFlow: Flow
  /** Whether this is a later hop of an authorization that has begun; it is no match of its own. */
  continued?: boolean
  /** The methods that the path takes, where they are not those of the endpoint. */
  readonly methods?: readonly string[] | undefined
  /** The code that the request polls with, a device's or that of a backchannel authentication. */
  readonly polledCode: string | undefined
  /** The faults that have fired at it, in order. */
  readonly fired: FiredFault[]
  /** Looks up (once) whose request this is. */
  identify(): Promise<Identity>
}
