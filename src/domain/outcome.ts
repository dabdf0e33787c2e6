import type { Client } from './client.ts'
import type { FiredFault } from './exchange.ts'

/** The stored record that a request has presented: a code, a token, an interaction. Times in seconds since the epoch. */
export interface Presented {
  /** Such as `AuthorizationCode`. */
  model: string
  clientId?: string | undefined
  expiresAtSeconds?: number | undefined
  consumedAtSeconds?: number | undefined
  scope?: string | undefined
  redirectUri?: string | undefined
  codeChallenge?: string | undefined
}

/** What the provider says of a request that it has refused. */
export interface Refused {
  error: string
  description?: string | undefined
  /** What it would keep to itself. */
  detail?: string | undefined
  presented?: Presented | undefined
}

/** What an answered request turns out to have been. */
export interface Outcome {
  client?: string | undefined
  /** The username. */
  user?: string | undefined
  /** Names, separated by spaces. */
  scope?: string | undefined
  /** The id of the grant that it rests on. */
  grant?: string | undefined
  refused?: Refused | undefined
  /** How long its header fields are together. */
  headerLength: number
}

/** What an issuer was told to know when a request came. */
export interface Registrations {
  clients: ReadonlyMap<string, Client>
  /** Names of the scopes that there are. */
  scopes(): string[]
  /** Paths below the issuer, by endpoint. */
  paths: Readonly<Record<string, string>>
  /** How far apart polls are to be, by the short name of their grant. */
  pollIntervalSeconds(grantType: string | undefined): number
}

/** A call that the provider makes itself, and what came of it. */
export interface OutgoingCall {
  /** What is called, as the client's registration names it. */
  endpoint: 'jwks_uri' | 'sector_identifier_uri' | 'request_uri' | 'backchannel_logout'
  method: string
  url: string
  headers: Readonly<Record<string, string>>
  body: string
  client?: string | undefined
  /** The username. */
  user?: string | undefined
  flow?: { id: string; tag?: string | undefined } | undefined
  startedAtMs: number
  durationMs: number
  /** Undefined where none came. */
  answer?: { status: number; headers: Readonly<Record<string, string>>; body: string } | undefined
  /** Why no answer came, or why it was of no use. */
  failure?: string | undefined
  /** The faults that have fired at it. Default: none. */
  fired?: readonly FiredFault[] | undefined
}
