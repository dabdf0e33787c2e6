import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { load } from 'js-yaml'
import { afterAll, beforeAll, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { browserOptions } from '../browser.ts'
import { cleanEnv, type Ran } from '../cli/run.ts'
import { expectCompose } from '../docs/compose.ts'
import { freePort } from '../e2e/free-port.ts'

const root = join(import.meta.dirname, '../..')
const example = join(root, 'examples/express-app')
const own = JSON.parse(readFileSync(join(example, 'package.json'), 'utf8')) as typeof manifest

/** The example as somebody has it who has installed its packages, with the package as it was built. */
let folder: string

beforeAll(() => {
  if (!existsSync(join(root, 'dist/cli.js'))) throw new Error('There is no dist/cli.js: npm run build makes it')
  const cache = join(root, '.cache')
  mkdirSync(cache, { recursive: true })
  // Inside the project, so that imports find its packages.
  folder = mkdtempSync(join(cache, 'express-app-'))
  cpSync(example, folder, { recursive: true, filter: (path) => basename(path) !== 'node_modules' })
  const commands = join(folder, 'node_modules/.bin')
  mkdirSync(commands, { recursive: true })
  symlinkSync(root, join(folder, 'node_modules/understudy-idp'), 'dir')
  symlinkSync('../understudy-idp/bin/understudy.js', join(commands, 'understudy'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a program of a package to its end, where no server of others is taken for one of its own (`CI`). */
function run(bin: string, args: string[], env: Record<string, string> = {}): Promise<Ran> {
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter)
  const options = { cwd: folder, env: cleanEnv({ PATH: path, CI: '1', ...env }), maxBuffer: 64 * 2 ** 20 }
  return new Promise((resolve) => {
    execFile(process.execPath, [join(root, 'node_modules', bin), ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

/** What a test runner reports as JSON, whether or not its tests have passed. */
async function report<Report>(ran: Promise<Ran>): Promise<Report> {
  const { stdout, stderr } = await ran
  if (!stdout.startsWith('{')) throw new Error(`There is no report:\n${stdout}\n${stderr}`)
  return JSON.parse(stdout) as Report
}

test('it fits the types that the package has for its users', async () => {
  expect(await run('typescript/bin/tsc', ['-p', '.'])).toEqual({ code: 0, stdout: '', stderr: '' })
}, 120_000)

interface VitestReport {
  success: boolean
  testResults: {
    message: string
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[]
  }[]
}

test('its tests in vitest pass', async () => {
  const running = run('vitest/vitest.mjs', ['run', '--reporter=json'])
  const { success, testResults } = await report<VitestReport>(running)

  const cases = testResults.flatMap(({ assertionResults }) => assertionResults)
  expect(testResults.map(({ message }) => message).filter(Boolean)).toEqual([])
  expect(cases.filter(({ status }) => status !== 'passed')).toEqual([])
  expect(cases.length).toBeGreaterThanOrEqual(40)
  expect(success).toBe(true)
}, 240_000)

interface PlaywrightSuite {
  specs: { title: string; tests: { status: string; results: { errors: { message: string }[] }[] }[] }[]
  suites?: PlaywrightSuite[]
}

test('its tests in Playwright pass', async () => {
  const { executablePath = '' } = await browserOptions()
  const [idp, api, web] = [await freePort(), await freePort(), await freePort()]
  const env = { CHROMIUM_PATH: executablePath, IDP_PORT: `${idp}`, API_PORT: `${api}`, WEB_PORT: `${web}` }

  const running = run('@playwright/test/cli.js', ['test', '--reporter=json'], env)
  const { suites, errors } = await report<{ suites: PlaywrightSuite[]; errors: { message: string }[] }>(running)

  const cases = suites.flatMap(casesOf)
  expect(errors).toEqual([])
  expect(cases.filter(({ status }) => status !== 'expected')).toEqual([])
  expect(cases.length).toBeGreaterThanOrEqual(6)
}, 240_000)

function casesOf({ specs, suites = [] }: PlaywrightSuite): { title: string; status: string; messages: string[] }[] {
  const own = specs.flatMap(({ title, tests }) =>
    tests.map(({ status, results }) => {
      return { title, status, messages: results.flatMap(({ errors }) => errors.map(({ message }) => message)) }
    }),
  )
  return [...own, ...suites.flatMap(casesOf)]
}

test('its compose file starts Understudy by what it really has', () => {
  expectCompose(load(readFileSync(join(example, 'compose.yaml'), 'utf8')) as object)
})

test('it asks for the packages that it is run with', () => {
  const { 'understudy-idp': itself, ...asked } = { ...own.dependencies, ...own.devDependencies } as Record<
    string,
    string
  >
  const had: Record<string, string> = { ...manifest.dependencies, ...manifest.devDependencies }

  expect(itself).toBe('file:../..')
  expect(asked).toEqual(Object.fromEntries(Object.keys(asked).map((name) => [name, had[name]])))
  expect(own.engines).toEqual(manifest.engines)
})

test('its page leads nowhere that is not there', () => {
  const page = readFileSync(join(example, 'README.md'), 'utf8')
  const links = [...page.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, link = '']) => link)

  expect(links).not.toEqual([])
  expect(links.filter((link) => !existsSync(join(example, link)))).toEqual([])
})
