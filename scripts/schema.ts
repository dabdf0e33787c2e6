import { writeFileSync } from 'node:fs'
import { fixturesJsonSchema } from '../src/fixtures/json-schema.ts'

const file = new URL('../fixtures.schema.json', import.meta.url)

writeFileSync(file, `${JSON.stringify(fixturesJsonSchema(), null, 2)}\n`)
