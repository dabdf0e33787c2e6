/** Writes the generated parts of the documentation again. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clientsPage } from '../test/clients/page.ts'
import { generatedPages, upToDate } from './docs/generated.ts'

const root = join(import.meta.dirname, '..')
for (const page of generatedPages) writeFileSync(join(root, page), upToDate(page))
// By what the libraries were last seen to do: scripts/clients.ts looks again.
writeFileSync(join(root, 'docs/clients.md'), clientsPage())
