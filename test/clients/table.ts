import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { type Library, type RelyingParty, versionOf } from './library.ts'
import { readRecord } from './record.ts'
import { rowsFor } from './rows.ts'
import { Stage } from './stage.ts'

/** Holds a library against its outcomes as they are checked in. */
export function tableOf(library: Library): void {
  const rows = rowsFor(library)
  const recorded = readRecord(library)
  const again = `npx node scripts/clients.ts ${library.name} writes the outcomes again`
  let idp: Understudy
  let party: RelyingParty
  let stage: Stage

  beforeAll(async () => {
    idp = await startUnderstudy()
    party = await library.open()
    stage = new Stage(idp, library, party)
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
    test.each(rows.map((row) => [row.id, row] as const))('%s', async (id, row) => {
      expect(await stage.play(row)).toBe(recorded.outcomes[id])
    })
  })
}
