import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { type Library, type RelyingParty, versionOf } from './library.ts'
import { play } from './play.ts'
import { readRecord } from './record.ts'
import { rows } from './rows.ts'

/** Holds a library against its outcomes as they are checked in. */
export function tableOf(library: Library): void {
  const recorded = readRecord(library)
  const again = `npx node scripts/clients.ts ${library.name} writes the outcomes again`
  let idp: Understudy
  let party: RelyingParty

  beforeAll(async () => {
    idp = await startUnderstudy()
    party = await library.open()
  })

  afterAll(async () => {
    await party?.close()
    await idp?.close()
  })

  test(`the outcomes are of every fault, and of the version that is installed; if not, ${again}`, () => {
    expect(recorded.version).toBe(versionOf(library.package))
    expect(Object.keys(recorded.outcomes)).toEqual(rows.map(({ id }) => id))
  })

  describe.concurrent(`${library.name}, before, with and after`, () => {
    test.each(rows)('$id', async (row) => {
      expect(await play(idp, library, party, row)).toBe(recorded.outcomes[row.id])
    })
  })
}
