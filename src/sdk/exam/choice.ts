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
 * @throws UnderstudyError `ERR_FAULT_UNKNOWN` (404); `ERR_EXAM_INVALID` (400) where there is no such place
 */
export function choose({ faults, except = [], places: asked }: RowChoice): ChosenRows {
  for (const name of [...(faults ?? []), ...except]) checkKnown('fault', 'ERR_FAULT_UNKNOWN', 404, faultNames, name)
  if (asked !== 'all') for (const name of asked ?? []) checkKnown('place', 'ERR_EXAM_INVALID', 400, placeNames, name)
  const isMeant = ({ fault }: { fault: string }) => faults === undefined || faults.includes(fault)
  const all = asked === undefined ? clientRows : everyClientRow
  const rows = all.filter((row) => isMeant(row) && (!Array.isArray(asked) || asked.includes(row.place)))
  const isPlayed = ({ fault }: ClientRow) => !except.includes(fault)
  const others = rows.filter((row) => !isPlayed(row))
  const why = 'It was to be left out.'
  return {
    rows: rows.filter(isPlayed),
    leftOut: [...unmetByClients.filter(isMeant), ...others.map(({ fault, place }) => ({ fault, place, why }))],
  }
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
