import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy } from '../../src/sdk/start.ts'
import type { Understudy } from '../../src/sdk/understudy.ts'
import { browserOptions } from '../browser.ts'
import { cleanEnv } from '../cli/run.ts'
import { createApp } from './playwright-project/app.ts'
import { fixturesFor } from './playwright-project/fixtures.ts'

interface Spec {
  title: string
  file: string
  tests: { results: { status: string; errors: { message: string }[] }[] }[]
}

interface Suite {
  specs: Spec[]
  suites?: Suite[]
}

let idp: Understudy
let app: ReturnType<typeof createApp>
let specs: Spec[]
const output = mkdtempSync(join(tmpdir(), 'understudy-playwright-'))

beforeAll(async () => {
  app = createApp(() => idp.url).listen(0)
  await once(app, 'listening')
  const appUrl = `http://localhost:${(app.address() as AddressInfo).port}`
  idp = await startUnderstudy({ fixtures: fixturesFor(appUrl), adminToken: 's3cret', env: {} })
  specs = await runProject({
    IDP_URL: idp.origin,
    APP_URL: appUrl,
    OUTPUT_DIR: output,
    BROWSER: JSON.stringify(await browserOptions()),
  })
}, 180_000)

afterAll(async () => {
  app.close()
  await idp.close()
  rmSync(output, { recursive: true })
})

/** Runs the project to its end with Playwright's own runner, and gives what became of its tests. */
async function runProject(env: Record<string, string>): Promise<Spec[]> {
  const project = join(import.meta.dirname, 'playwright-project')
  const args = [join(import.meta.dirname, '../../node_modules/@playwright/test/cli.js'), 'test']
  const report = await new Promise<string>((resolve, reject) => {
    // It fails, as tests of the project do.
    execFile(process.execPath, args, { cwd: project, env: cleanEnv(env) }, (_, stdout, stderr) => {
      if (stdout.startsWith('{')) resolve(stdout)
      else reject(new Error(stdout + stderr))
    })
  })
  const { suites, errors } = JSON.parse(report) as { suites: Suite[]; errors: unknown[] }
  expect(errors).toEqual([])
  return suites.flatMap(specsOf)
}

function specsOf({ specs, suites = [] }: Suite): Spec[] {
  return [...specs, ...suites.flatMap(specsOf)]
}

/** How each attempt of the tests of a file ended, by title. */
function attempts(file: string): Record<string, string[]> {
  const found = specs.filter((spec) => spec.file === file)
  return Object.fromEntries(
    found.map(({ title, tests }) => [title, tests.flatMap(({ results }) => results.map(({ status }) => status))]),
  )
}

function errorsOf(title: string): string[][] {
  const spec = specs.find((each) => each.title === title)
  return (spec?.tests ?? []).flatMap(({ results }) => results.map(({ errors }) => errors.map(({ message }) => message)))
}

test('people are signed in without a page, one and several at once', () => {
  expect(attempts('roles.case.ts')).toEqual({
    'alice is signed in': ['passed'],
    'bob is signed in': ['passed'],
    'carol is signed in': ['passed'],
    'three people at once': ['passed'],
    'nobody is signed in': ['passed'],
  })
})

test('browsers at one issuer meet the faults of their own test alone, and their apps with them', () => {
  const results = Object.values(attempts('tags.case.ts'))

  expect(results).toEqual(Array(6).fill(['passed']))
})

describe('faults that a test arms', () => {
  test('one that never fired fails the test, each time it is tried', () => {
    const errors = errorsOf('a fault that never fires fails')

    const [unfired] = [[expect.stringMatching(/armed fault invalid_client .* never fired/)]]
    expect(errors).toEqual([unfired, unfired])
  })

  test('a test that has failed is not told of them', () => {
    const errors = errorsOf('a test that fails by itself fails by that alone')

    const [own] = [[expect.stringContaining('418')]]
    expect(errors).toEqual([own, own])
  })

  test('one may stay unfired, or fire when the test is tried again', () => {
    expect(attempts('unfired.case.ts')).toMatchObject({
      'a fault that never fires passes': ['passed'],
      'a retry has a tag of its own': ['failed', 'passed'],
    })
  })

  test('none is left when the tests are over', async () => {
    expect(await idp.armed()).toEqual([])
  })
})

test('a worker may start a server of its own', () => {
  expect(Object.values(attempts('started.case.ts'))).toEqual([['passed']])
})
