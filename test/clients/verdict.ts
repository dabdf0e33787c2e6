import { accepted, notCalledBack, notMet, type Outcome } from './outcome.ts'
import type { LibraryRecord } from './record.ts'
import type { Row } from './rows.ts'

/** Of a row that a library was not tried with. */
export const untried: Outcome = ''

export function recordedOutcome({ outcomes }: LibraryRecord, { id }: Row): Outcome {
  return outcomes[id] ?? untried
}

/** Whether the library had to do with it. */
export function isMet(outcome: Outcome): boolean {
  return ![notMet, notCalledBack, untried].includes(outcome)
}

/** Whether a correct client does otherwise. */
export function isLapse(row: Row, outcome: Outcome): boolean {
  if (!isMet(outcome)) return false
  const isAccepted = outcome === accepted || isLate(row, outcome)
  return isAccepted ? row.expected === 'reject' : row.expected === 'accept'
}

/** Whether somebody had been logged in by it long before it was refused. */
export function isLate({ expected, place }: Row, outcome: Outcome): boolean {
  return expected === 'reject' && place !== 'refresh' && outcome.startsWith('refresh: ')
}
