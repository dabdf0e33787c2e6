import type { Client } from '../../domain/client.ts'
import type { FiredFault } from '../../domain/exchange.ts'
import type { Presented, Registrations } from '../../domain/outcome.ts'
import { byNearness } from '../../errors.ts'

/** All that is known of a request that was refused. */
export interface Refusal {
  endpoint: string
  method: string
  status: number
  error: string
  /** What the provider said, and what it kept to itself; in one. */
  said: string
  params: Readonly<Record<string, string | undefined>>
  authorization: string | undefined
  contentType: string | undefined
  clientId: string | undefined
  /** As it is registered. */
  client: Client | undefined
  user: string | undefined
  presented: Presented | undefined
  registrations: Registrations
  fired: readonly FiredFault[]
  /** Whether the provider has seen it at all. */
  reachedProvider: boolean
  /** When it was answered, in seconds since the epoch. */
  atSeconds: number
}

/** A reason for refusing, told by what the provider says. */
export interface Reason {
  /** What it says; found in `said`. */
  said?: RegExp
  /** The error code. */
  error?: string
  /** Whatever else must be. */
  if?(refusal: Refusal): boolean
  /** One or two sentences: what was wrong, and what to do. */
  why(refusal: Refusal): string
}

/** Longer lists are cut: the rest is in the fixtures. */
const shownOfList = 8

/** `"a", "b" and "c"`; a long list says how many more there are. */
export function list(words: readonly string[]): string {
  const quoted = words.slice(0, shownOfList).map(quote)
  if (words.length > shownOfList) return `${quoted.join(', ')} and ${words.length - shownOfList} more`
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`
}

export function quote(word: string | undefined): string {
  return word === undefined ? 'nothing' : `"${word}"`
}

/** A client by its id, or in words where none was named. */
export function named({ clientId }: Pick<Refusal, 'clientId'>): string {
  return clientId === undefined ? 'the client' : quote(clientId)
}

/** What is registered, the likeliest first. */
export function registered(word: string | undefined, candidates: readonly string[]): string {
  if (candidates.length === 0) return 'None is registered.'
  const sorted = word === undefined ? candidates : byNearness(word, candidates)
  return `Registered ${sorted.length === 1 ? 'is' : 'are'} ${list(sorted)}.`
}

/** How long ago something was, in words. */
export function ago(refusal: Pick<Refusal, 'atSeconds'>, seconds: number | undefined): string {
  if (seconds === undefined) return ''
  const past = Math.max(0, Math.round(refusal.atSeconds - seconds))
  if (past < 2) return ' just now'
  if (past < 120) return ` ${past} s ago`
  if (past < 7200) return ` ${Math.round(past / 60)} minutes ago`
  return past < 172_800 ? ` ${Math.round(past / 3600)} hours ago` : ` ${Math.round(past / 86_400)} days ago`
}
