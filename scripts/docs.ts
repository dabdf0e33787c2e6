/** Writes the generated parts of the documentation again. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generatedPages, upToDate } from './docs/generated.ts'

for (const page of generatedPages) writeFileSync(join(import.meta.dirname, '..', page), upToDate(page))
