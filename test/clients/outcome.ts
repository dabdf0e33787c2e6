import type { CreatedIssuer } from '../../src/index.ts'
import type { Seen } from './library.ts'
import type { Row } from './rows.ts'

/** What became of a fault: the part that was refused and the library's code (`callback: CODE`), or one of these. */
export type Outcome = string

export const accepted: Outcome = 'accepted'
/** The library does not ask there, or has not asked for what would be wrong. */
export const notMet: Outcome = 'not met'
/** The browser stayed with the server: nobody has asked the library. */
export const notCalledBack: Outcome = 'not called back'

/**
 * What was seen, as an outcome.
 *
 * @param id of the armed fault, whose own counter tells whether it was met
 * @throws Error where the round was refused though the fault had not fired
 */
export async function outcomeOf(issuer: CreatedIssuer, id: string, seen: Seen, row: Row): Promise<Outcome> {
  const fires = (await issuer.armed()).find((armed) => armed.id === id)?.fires ?? 0
  if (fires === 0 && seen.did !== 'accept')
    throw new Error(`Failed to try ${row.id}: it did not fire, and the round came to ${JSON.stringify(seen)}.`)
  if (fires === 0) return notMet
  if (seen.did === 'reject') return `${seen.part}: ${seen.code}`
  if (seen.did === 'wait') return notCalledBack
  return (await hasAsked(issuer, row.needs)) ? accepted : notMet
}

/** Whether the library has asked for what is wrong then, so that it has something to look at. */
async function hasAsked(issuer: CreatedIssuer, parameter: string | undefined): Promise<boolean> {
  if (parameter === undefined) return true
  const requests = await issuer.requests({ endpoint: 'authorization' })
  return requests.some(({ params }) => parameter in params)
}
