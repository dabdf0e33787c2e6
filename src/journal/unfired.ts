import { listOf, matcher, type Words } from '../domain/words.ts'
import { describeMisses, type NearMiss, nearMisses } from './near-miss.ts'
import type { JournalRecord } from './record.ts'
import { selectorShape, testsOf } from './selector.ts'

/** What is to be known of an armed fault in order to say why it did not fire. */
export interface ArmedView {
  id: string
  fault?: string | undefined
  script?: unknown[] | undefined
  when: Readonly<Record<string, unknown>>
  skip: number
  probability?: number | undefined
  origin: string
  matches: number
  fires: number
  /** Where it can fire at all. */
  endpoints: readonly string[]
  /** The grants for which it can fire at the token endpoint; undefined: all. */
  grantTypes?: readonly string[] | undefined
}

/** An armed fault that never fired. */
export interface UnfiredFault {
  id: string
  /** Its name; of a script its steps. */
  fault: string
  when: Readonly<Record<string, unknown>>
  /** How many requests matched. */
  matches: number
  /** Why it likely did not fire. */
  why: string
  near_misses: NearMiss[]
}

/**
 * The armed faults that never fired, with why they likely did not.
 *
 * @param scope of which tag they are to be, whether those of the fixtures are left out, and whether requests are remembered
 */
export function unfiredFaults(
  armed: readonly ArmedView[],
  records: readonly JournalRecord[],
  { tag, added, isKept }: { tag: string | undefined; added: boolean; isKept: boolean },
): UnfiredFault[] {
  return armed
    .filter(({ fires, origin }) => fires === 0 && !(added && origin === 'fixtures'))
    .filter(({ when }) => tag === undefined || isFor(when, tag))
    .map((fault) => {
      const misses = fault.matches === 0 ? missesOf(fault, records) : []
      return {
        id: fault.id,
        fault: nameOf(fault),
        when: fault.when,
        matches: fault.matches,
        why: whyOf(fault, isKept ? records : undefined, misses),
        near_misses: misses,
      }
    })
}

/** An unfired fault in words. */
export function describeUnfired({ id, fault, matches, why, near_misses: misses }: UnfiredFault): string {
  const matched = matches === 0 ? 'no request matched it' : `${matches} request${matches === 1 ? '' : 's'} matched it`
  return `the armed fault ${fault} (${id}) never fired: ${matched}. ${why}${describeMisses(misses)}`
}

function isFor(when: ArmedView['when'], tag: string): boolean {
  return when.tag !== undefined && matcher(when.tag as Words)(tag)
}

function nameOf({ fault, script = [] }: ArmedView): string {
  return fault ?? script.map((step) => (typeof step === 'string' ? step : (step as { fault: string }).fault)).join(', ')
}

function whyOf(fault: ArmedView, records: readonly JournalRecord[] | undefined, misses: readonly NearMiss[]): string {
  const { matches, skip, probability, endpoints, grantTypes, script } = fault
  if (matches > 0 && matches <= skip) return `The first ${skip} were to pass (skip).`
  if (matches > 0 && probability !== undefined) return `The chance of each was ${probability}.`
  if (matches > 0 && script !== undefined) return 'Its steps so far were pass.'
  if (matches > 0)
    return 'Another fault that was armed before it answered in its place, or what it changes was not there.'
  const grants = grantTypes === undefined ? '' : `, with the grant ${listOf(grantTypes).join(' or ')}`
  const places = `It fires at ${endpoints.join(', ')}${grants}`
  if (records === undefined) return `${places}; this issuer keeps no journal that would say more.`
  if (records.length === 0) return `There was no request at all. ${places}.`
  return misses.length > 0 ? `${places}.` : `${places}; nothing like that was asked.`
}

/** Requests that would have matched but for a member, where the fault can fire. */
function missesOf(fault: ArmedView, records: readonly JournalRecord[]): NearMiss[] {
  const { endpoint = fault.endpoints, grant_type: grantType = fault.grantTypes, ...when } = fault.when
  const known = Object.entries(when).filter(([name]) => name in selectorShape)
  const atToken = [endpoint].flat().every((name) => name === 'token')
  const selector = {
    ...Object.fromEntries(known),
    endpoint: endpoint as Words,
    ...(atToken && grantType !== undefined && { grant_type: grantType as Words }),
  }
  return nearMisses(testsOf(selector), records)
}
