/** Writes what other tools read of the package: the JSON Schema of fixtures, and the OpenAPI document of the admin API. */
import { writeFileSync } from 'node:fs'
import { fixturesJsonSchema } from '../src/fixtures/json-schema.ts'
import { packagedDocument } from '../src/http/admin/describe.ts'
import { createRender } from '../src/http/web/render.ts'

const files = {
  'fixtures.schema.json': fixturesJsonSchema(),
  'openapi.json': packagedDocument(createRender()),
}

for (const [name, content] of Object.entries(files)) {
  writeFileSync(new URL(`../${name}`, import.meta.url), `${JSON.stringify(content, null, 2)}\n`)
}
