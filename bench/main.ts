/**
 * Measures Understudy against bare oidc-provider in the same run: `npm run bench -- [--quick] [--json FILE]`.
 *
 * Ends with exit code 1 where a target is missed.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureAdmin } from './measures/admin.ts'
import { measureNewIssuer } from './measures/issuers.ts'
import { measureJournal } from './measures/journal.ts'
import { measurePeer } from './measures/peers.ts'
import { measureMemory, measureReady } from './measures/process.ts'
import { measureRequests } from './measures/requests.ts'
import { measureFullStore, measureManyFixtures } from './measures/scale.ts'
import { type Launch, prepareYardsticks, understudy, withServers } from './servers.ts'
import { type Row, render } from './table.ts'

const { values: options } = parseArgs({ options: { quick: { type: 'boolean' }, json: { type: 'string' } } })
const [share, rounds, starts, memoryRounds] = options.quick ? [0.25, 9, 5, 1] : [1.5, 41, 15, 3]
const eachProcess = options.quick ? { processes: 1, share: 0.25, rounds: 9 } : { processes: 3, share: 1, rounds: 14 }

if (!existsSync(join(import.meta.dirname, '../dist/cli.js'))) {
  console.error('Failed to measure: there is no build. Run `npm run build` first.')
  process.exit(1)
}

const startedMs = performance.now()
const folder = mkdtempSync(join(tmpdir(), 'understudy-bench-'))
const rows: Row[] = []
try {
  const { bare, peer } = await prepareYardsticks()
  const memory = understudy('memory')
  const contestants = { bare, memory, json: understudyOnFreshFile(), peer }
  await note('start to first answer', () => measureReady(contestants, starts))
  await note('memory', () => measureMemory(contestants, memoryRounds))
  const servers = { bare, memory, json: understudyOnFreshFile() }
  for (const row of await measureRequests(servers, eachProcess)) add(row)
  await note('json store, full', () => measureFullStore(folder, 6000 * share, rounds))
  for await (const row of measureManyFixtures(folder, 6000 * share, rounds)) add(row)
  await note('a new issuer', measureNewIssuer)
  for await (const row of measureAdmin(share)) add(row)
  for await (const row of measureJournal(folder, 15_000 * share, rounds * 2)) add(row)
  await withServers({ bare, peer }, async ({ bare: yardstick, peer: other }) => {
    if (yardstick && other) add(await measurePeer(yardstick, other, 3000 * share, rounds))
  })
} finally {
  rmSync(folder, { recursive: true, force: true })
}

console.log(`\n${render(rows)}\n`)
const [cpu] = cpus()
const about = {
  node: process.version,
  cpu: cpu?.model,
  cores: cpus().length,
  seconds: (performance.now() - startedMs) / 1000,
}
console.log(`${about.cores} × ${about.cpu}, Node ${about.node}, ${Math.round(about.seconds)} s`)
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ ...about, rows }, null, 2)}\n`)
process.exit(rows.some(({ met }) => met === false) ? 1 : 0)

function add(row: Row): void {
  rows.push(row)
  console.error(`${row.measure}: ${row.failure ?? JSON.stringify(row.values)}`)
}

async function note(measure: string, run: () => Promise<Row>): Promise<void> {
  try {
    add(await run())
  } catch (error) {
    add({ group: 'Failed', measure, unit: '', values: {}, ratios: {}, met: false, failure: (error as Error).message })
  }
}

/** Understudy with a json store of its own each time. */
function understudyOnFreshFile(): Launch {
  let files = 0
  return () => understudy(`json:${join(folder, `store-${process.pid}-${files++}-${rows.length}.json`)}`)()
}
