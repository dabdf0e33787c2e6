/** Runs the tests that docs/protocol.md names, and writes it by their results. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startVitest } from 'vitest/node'
import { ProtocolReporter } from '../test/protocol/reporter.ts'
import { sections } from '../test/protocol/rows.ts'
import { pageOf } from '../test/protocol/table.ts'

const root = join(import.meta.dirname, '..')
const proofs = sections.flatMap(({ rows }) => rows.flatMap(({ proofs }) => proofs))
const files = [...new Set(proofs.map(({ file }) => join('test', file)))]

const reporter = new ProtocolReporter()
const vitest = await startVitest('test', files, { root, watch: false, reporters: [reporter] })
await vitest.close()
const missing = proofs.filter((proof) => !reporter.proven.has(proof))
if (missing.length > 0) {
  process.stderr.write(`Failed to write docs/protocol.md: ${missing.length} proofs did not pass.\n`)
  for (const { file, test } of missing) process.stderr.write(`  ${file}: ${test}\n`)
  process.exitCode = 1
} else writeFileSync(join(root, 'docs/protocol.md'), pageOf(sections))
