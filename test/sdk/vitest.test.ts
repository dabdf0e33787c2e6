import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy } from '../../src/sdk/start.ts'
import type { Understudy } from '../../src/sdk/understudy.ts'
import { cleanEnv } from '../cli/run.ts'
import { fixtures } from './vitest-project/fixtures.ts'

const root = join(import.meta.dirname, '../..')

interface Case {
  title: string
  status: string
  failureMessages: string[]
}

let server: Understudy
let files: Map<string, Case[]>

beforeAll(async () => {
  server = await startUnderstudy({ fixtures, adminToken: 's3cret', env: {} })
  files = await runProject({ IDP_URL: server.origin })
}, 60_000)

afterAll(() => server.close())

/** Runs the project to its end in a process of its own, and gives what became of its tests, by file. */
async function runProject(env: Record<string, string>): Promise<Map<string, Case[]>> {
  const project = join(import.meta.dirname, 'vitest-project')
  const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', project, '--reporter=json']
  const report = await new Promise<string>((resolve) => {
    // It fails, as tests of the project do.
    execFile(process.execPath, args, { cwd: project, env: cleanEnv(env) }, (_, stdout, stderr) => {
      resolve(stdout || stderr)
    })
  })
  const { testResults } = JSON.parse(report) as { testResults: { name: string; assertionResults: Case[] }[] }
  return new Map(testResults.map(({ name, assertionResults }) => [name.split('/').at(-1) ?? '', assertionResults]))
}

function found(file: string, title: string): Case | undefined {
  return files.get(file)?.find((each) => each.title === title)
}

describe('faults that a test arms', () => {
  test.each([
    'a fault that fires passes',
    'a fault that may stay unfired passes',
    'a test that arms nothing passes',
    'a retry starts anew',
  ])('%s', (title) => {
    expect(found('unfired.case.ts', title)).toMatchObject({ status: 'passed' })
  })

  test('one that never fired fails the test, and is named with what came near', () => {
    const { status, failureMessages } = found('unfired.case.ts', 'a fault that never fires fails') ?? {}

    expect(status).toBe('failed')
    expect(failureMessages).toEqual([expect.stringMatching(/armed fault slow_down .* never fired/)])
  })

  test('a test that has failed is not told of them', () => {
    const { failureMessages } = found('unfired.case.ts', 'a test that fails by itself fails by that alone') ?? {}

    expect(failureMessages).toEqual([expect.stringContaining('expected 200 to be 418')])
  })
})

test('each test has an issuer of its own, with the fixtures of the root issuer', () => {
  const cases = files.get('isolation.case.ts')

  expect(cases?.flatMap(({ failureMessages }) => failureMessages)).toEqual([])
  expect(cases?.map(({ status }) => status)).toEqual(Array(5).fill('passed'))
})

test('the server may run elsewhere, and is left as it was', async () => {
  const cases = files.get('elsewhere.case.ts')
  const issuers = await server.issuers()

  expect(cases?.map(({ status }) => status)).toEqual(['passed', 'failed'])
  expect(cases?.[1]?.failureMessages.join()).toContain('invalid_client')
  expect(issuers.map(({ name }) => name)).toEqual(['default'])
})
