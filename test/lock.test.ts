import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Lock, missingBuilds } from '../scripts/missing-builds.ts'

const lock: Lock = JSON.parse(readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8'))

test('npm ci can take the lock file: no build for another platform is left out (else run scripts/lock.ts)', () => {
  expect(missingBuilds(lock)).toEqual({})
})

test('the lock file names no host', () => {
  const hosts = Object.values(lock.packages).flatMap(({ resolved = 'file:' }) =>
    resolved.startsWith('file:') ? [] : resolved,
  )

  expect(hosts).toEqual([])
})

test('npm ci a second time begins afresh: no package is installed where npm does not clear up', () => {
  const elsewhere = Object.keys(lock.packages).filter((path) => path !== '' && !path.startsWith('node_modules/'))

  expect(elsewhere).toEqual([])
})

test('a build that a package names and the lock file lacks is found, with its platform', () => {
  const optionalDependencies = { '@tool/linux-x64-musl': '1.0.0', 'tool-darwin-arm64': '1.0.0', fsevents: '^2.0.0' }
  const packages = {
    '': {},
    'node_modules/tool': { dev: true, optionalDependencies },
    'node_modules/tool-darwin-arm64': {},
  }

  const missing = missingBuilds({ packages })

  expect(missing).toEqual({
    'node_modules/@tool/linux-x64-musl': {
      version: '1.0.0',
      cpu: ['x64'],
      dev: true,
      libc: ['musl'],
      optional: true,
      os: ['linux'],
    },
  })
})
