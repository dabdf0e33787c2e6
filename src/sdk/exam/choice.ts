import { didYouMean, UnderstudyError } from '../../errors.ts'
import { faultNames } from '../../faults/catalog.ts'
import { type ClientRow, clientRows, everyClientRow, unmetByClients } from './client-rows.ts'
import { type PlaceName, placeNames, places } from './places.ts'
import type { ExamReport } from './report.ts'
import type { Round } from './round.ts'

/** Which faults are played. */
export interface RowChoice {
  /** By name. Default: all. */
  faults?: readonly string[] | undefined
  /** Those that are not played, by name; the report tells of them as left out. */
  except?: readonly string[] | undefined
  /** Where they are. Default: each where it is usually meant. */
  places?: readonly PlaceName[] | 'all' | undefined
}

export interface ChosenRows {
  rows: readonly ClientRow[]
  leftOut: ExamReport['leftOut']
}

/**
 * The rows of an exam, and the faults that no client meets.
 *
 * @throws UnderstudyError `ERR_FAULT_UNKNOWN` (404); `ERR_EXAM_INVALID` (400) where there is no such place, or nothing is left to examine
 */
export function choose({ faults, except = [], places: asked }: RowChoice): ChosenRows {
  for (const name of [...(faults ?? []), ...except]) {
    refuseOwn(name)
    checkKnown('fault', 'ERR_FAULT_UNKNOWN', 404, faultNames, name)
  }
  if (asked !== 'all') for (const name of asked ?? []) checkKnown('place', 'ERR_EXAM_INVALID', 400, placeNames, name)
  const isMeant = ({ fault }: { fault: string }) => faults === undefined || faults.includes(fault)
  const all = asked === undefined ? clientRows : everyClientRow
  const meant = all.filter(isMeant)
  const rows = meant.filter(({ place }) => !Array.isArray(asked) || asked.includes(place))
  const isPlayed = ({ fault }: ClientRow) => !except.includes(fault)
  const others = rows.filter((row) => !isPlayed(row))
  const why = 'It was to be left out.'
  const played = rows.filter(isPlayed)
  const unplaced = faults === undefined ? [] : elsewhere(meant, rows)
  const unmet = unmetByClients.filter(isMeant)
  const leftOut = [...unmet, ...unplaced, ...others.map(({ fault, place }) => ({ fault, place, why }))]
  if (played.length === 0) throw nothingLeft(leftOut)
  return { rows: played, leftOut }
}

/** The faults that were asked for by name, and can be at none of the places that were. */
function elsewhere(meant: readonly ClientRow[], rows: readonly ClientRow[]): ChosenRows['leftOut'] {
  const names = new Set(meant.map(({ fault }) => fault))
  for (const { fault } of rows) names.delete(fault)
  return [...names].map((fault) => {
    const at = meant.filter((row) => row.fault === fault).map(({ place }) => place)
    return { fault, why: `It fires at ${at.join(', ')}, and not where it was asked for.` }
  })
}

const mostTold = 3

function nothingLeft(leftOut: ChosenRows['leftOut']): UnderstudyError {
  const told = leftOut.slice(0, mostTold).map(({ fault, why }) => ` ${fault}: ${why}`)
  const more = leftOut.length > mostTold ? ` And ${leftOut.length - mostTold} more.` : ''
  const message = `Failed to examine a client: nothing is left to examine.${told.join('')}${more} Ask for other faults or places, or leave them out to have all.`
  return new UnderstudyError('ERR_EXAM_INVALID', 400, message)
}

function refuseOwn(name: string): void {
  if (!name.startsWith('x-')) return
  const why =
    'an exam plays the faults of the catalog, and none of your own. Arm it in a test: docs/faults/own.md tells how'
  throw new UnderstudyError('ERR_FAULT_UNKNOWN', 404, `Failed to examine by "${name}": ${why}.`)
}

function checkKnown(what: string, code: string, status: number, known: readonly string[], name: string): void {
  if (known.includes(name)) return
  const message = `Failed to examine by "${name}": no such ${what}.${didYouMean(name, known) || ` There are ${known.join(', ')}.`}`
  throw new UnderstudyError(code, status, message)
}

/** Why a client cannot meet a fault, going by what it did where all was as it should be; undefined where it can. */
export function whyNotMet(
  { place, needs, registered, https }: ClientRow,
  { round, stage }: { round: Round; stage: { client: Readonly<Record<string, unknown>>; issuer: { url: string } } },
): string | undefined {
  if (https && !stage.issuer.url.startsWith('https:')) return 'It takes HTTPS.'
  if (!https && !round.visited.has(place)) return `This client never asks ${whatIsAskedAt(place)}.`
  if (needs !== undefined && !round.asksFor(needs)) return `This client sends no ${needs}.`
  if (registered !== undefined && stage.client[registered] === undefined) {
    return `This client has no ${registered}, so that nothing is signed there.`
  }
  return undefined
}

function whatIsAskedAt(place: PlaceName): string {
  return place === 'refresh' ? 'for new tokens by a refresh token' : `at ${places[place].endpoint}`
}
