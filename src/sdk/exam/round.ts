import type { JournalEntry } from '../../control/requests.ts'
import type { UnderstudyIssuer } from '../verbs.ts'
import { type Place, type PlaceName, placeNames, places } from './places.ts'

/** What a client has really done in one round, as the journal has it. */
export interface Round {
  /** Where it asked. */
  visited: ReadonlySet<PlaceName>
  /** Whether its authorization request said something. */
  asksFor(param: string): boolean
  /** What of its authorization request has a page shown, as `prompt=consent`; empty where none was shown for that. */
  pageAsked: readonly string[]
  /** Whether it was given tokens; one that was not has not logged in, whatever it says. */
  wasGivenTokens: boolean
}

/** Reads in the journal of an issuer what a client has done since it was cleared. */
export async function readRound(issuer: Pick<UnderstudyIssuer, 'requests'>): Promise<Round> {
  const entries = await issuer.requests()
  return {
    visited: new Set(placeNames.filter((name) => entries.some((entry) => isAt(entry, places[name])))),
    asksFor: (param) => entries.some((entry) => isAuthorization(entry) && says(entry, param)),
    pageAsked: [
      ...new Set(entries.filter((entry) => isAuthorization(entry) && leadsToPage(entry)).flatMap(askingForPage)),
    ],
    wasGivenTokens: entries.some((entry) => isAt(entry, places.token) && entry.answer?.status === 200 && !entry.broken),
  }
}

function isAt({ kind, endpoint, grant_type }: JournalEntry, place: Place): boolean {
  return (
    kind === 'request' &&
    endpoint === place.endpoint &&
    (place.grantType === undefined || grant_type === place.grantType)
  )
}

function isAuthorization({ endpoint }: JournalEntry): boolean {
  return endpoint === 'authorization' || endpoint === 'pushed_authorization_request'
}

/** To a page of the issuer's, and not back to the client. */
function leadsToPage({ answer }: JournalEntry): boolean {
  const { location } = answer?.headers ?? {}
  return typeof location === 'string' && location.includes('/interaction/')
}

function askingForPage({ params }: JournalEntry): string[] {
  const { prompt, max_age: maxAge } = params
  // The provider has made the one of the other before the journal sees it.
  const login = prompt === 'login' ? ' (or max_age=0)' : ''
  return [
    ...(prompt === undefined ? [] : [`prompt=${prompt}${login}`]),
    ...(maxAge === undefined ? [] : [`max_age=${maxAge}`]),
  ]
}

/** By itself, or in a request object. */
function says({ params, tokens }: JournalEntry, param: string): boolean {
  return param in params || param in (tokens.received.request?.claims ?? {})
}
