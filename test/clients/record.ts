import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Library } from './library.ts'
import type { Outcome } from './outcome.ts'

/** What a library was seen to do with each fault, as it is checked in. */
export interface LibraryRecord {
  /** The version that was seen. */
  version: string
  /** By the id of the row. */
  outcomes: Readonly<Record<string, Outcome>>
}

/** @throws Error where there is none yet */
export function readRecord(library: Library): LibraryRecord {
  const file = fileOf(library)
  if (!existsSync(file))
    throw new Error(`Failed to read ${file}: there is none. Run npx node scripts/clients.ts ${library.name}`)
  return JSON.parse(readFileSync(file, 'utf8'))
}

export function writeRecord(library: Library, record: LibraryRecord): void {
  writeFileSync(fileOf(library), `${JSON.stringify(record, null, 2)}\n`)
}

function fileOf({ name }: Library): string {
  return join(import.meta.dirname, 'outcomes', `${name}.json`)
}
