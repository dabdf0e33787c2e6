/**
 * Completes package-lock.json with the builds of packages for other platforms, so that `npm ci` takes it everywhere.
 *
 * npm leaves out a build that the registry or mirror at hand does not hold, and then refuses its own lock file
 * (@see https://github.com/npm/cli/pull/9343). Run it after installing a package: `node scripts/lock.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Lock, missingBuilds } from './missing-builds.ts'

const file = join(import.meta.dirname, '../package-lock.json')
const lock: Lock = JSON.parse(readFileSync(file, 'utf8'))
const missing = missingBuilds(lock)
const entries = Object.entries({ ...lock.packages, ...missing })
// The root's own path is empty, so it stays first.
lock.packages = Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b, 'en')))
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${Object.keys(missing).length} builds added`)
