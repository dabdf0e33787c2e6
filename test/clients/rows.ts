import { type FamilyName, families, findFault } from '../../src/faults/catalog.ts'
import type { Fault } from '../../src/faults/fault.ts'
import { type ClientRow, clientRows, everyClientRow } from '../../src/sdk/exam/client-rows.ts'
import type { Library } from './library.ts'

/** A fault at a place of a client's round where a library may have to do with it. */
export interface Row extends ClientRow {
  /** Unique. */
  id: string
  family: FamilyName
  acts: Fault['acts']
  /** Whether it is the one row of its fault, where there is to be but one. */
  isUsual: boolean
  /** How long the library may wait for an answer while it lasts, in milliseconds. */
  patienceMs: number
}

/** Longer than any answer takes, but those that never come. */
const timeoutMs = { fault: 4000, patience: 2500, otherwise: 20_000 }

const registrable = 'userinfo_signed_response_alg'

export const rows: readonly Row[] = everyClientRow.filter(isOfLibraries).map((row) => {
  const isTimeout = row.fault === 'timeout'
  return {
    ...row,
    ...(isTimeout && { arm: { ...row.arm, with: { ms: timeoutMs.fault } } }),
    id: `${row.fault} at ${row.place}`,
    family: familyOf(row.fault),
    acts: findFault(row.fault)?.acts ?? 'answer',
    isUsual: clientRows.includes(row),
    patienceMs: isTimeout ? timeoutMs.patience : timeoutMs.otherwise,
  }
})

/** Those that a library is tried with. */
export function rowsFor({ usualPlacesOnly }: Library): readonly Row[] {
  return rows.filter(({ isUsual }) => isUsual || usualPlacesOnly !== true)
}

/**
 * What breaks between a browser and the server no library hears of, nor of what happens once it has asked its last; and
 * signed authorization responses are for those few that ask for them.
 */
function isOfLibraries({ fault: name, place, registered, arm }: ClientRow): boolean {
  if (registered !== undefined && registered !== registrable) return false
  const fault = findFault(name)
  const isFeltLater = fault?.acts === 'state' && fault.at(fault.params.parse(arm.with ?? {})) === 'answer'
  if (isFeltLater && place === 'refresh') return false
  return place !== 'authorization' || !['connection', 'state'].includes(familyOf(name))
}

function familyOf(name: string): FamilyName {
  const all = Object.entries(families) as [FamilyName, readonly Fault[]][]
  const [family] = all.find(([, faults]) => faults.some((fault) => fault.name === name)) ?? []
  if (family === undefined) throw new Error(`Failed to find "${name}" in the catalog.`)
  return family
}
