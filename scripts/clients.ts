/** Lets every client library, or those that are named, meet every fault, and writes docs/clients.md by what they do. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startUnderstudy, type Understudy } from '../src/index.ts'
import { libraries } from '../test/clients/libraries.ts'
import { type Library, versionOf } from '../test/clients/library.ts'
import type { Outcome } from '../test/clients/outcome.ts'
import { clientsPage } from '../test/clients/page.ts'
import { writeRecord } from '../test/clients/record.ts'
import { rowsFor } from '../test/clients/rows.ts'
import { Stage } from '../test/clients/stage.ts'

/** How many faults are tried at once. */
const lanes = 5

const named = process.argv.slice(2)
const unknown = named.filter((name) => !libraries.some((library) => library.name === name))
if (unknown.length > 0) {
  const known = libraries.map(({ name }) => name).join(', ')
  process.stderr.write(`Failed to try ${unknown.join(', ')}: no such library. There are ${known}.\n`)
  process.exit(1)
}

const idp = await startUnderstudy()
for (const library of libraries) {
  if (named.length > 0 && !named.includes(library.name)) continue
  writeRecord(library, { version: versionOf(library.package), outcomes: await outcomesOf(idp, library) })
  process.stdout.write(`${library.name}\n`)
}
await idp.close()
writeFileSync(join(import.meta.dirname, '../docs/clients.md'), clientsPage())

async function outcomesOf(idp: Understudy, library: Library): Promise<Record<string, Outcome>> {
  const party = await library.open()
  const stage = new Stage(idp, library, party)
  const waiting = [...rowsFor(library)]
  const outcomes = Object.fromEntries(waiting.map(({ id }) => [id, '']))
  async function takeNext(): Promise<void> {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) outcomes[row.id] = await stage.play(row)
  }
  await Promise.all(Array.from({ length: lanes }, takeNext))
  await party.close()
  return outcomes
}
