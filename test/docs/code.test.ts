import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cleanEnv, run as command } from '../cli/run.ts'
import { Engine } from '../sdk/engine.ts'
import { type Block, blocksOf, fileNameOf, isRun, pages, root } from './blocks.ts'

const run = promisify(execFile)

/** The TypeScript of all pages: tests, and modules that a page names as files. */
const blocks = pages()
  .flatMap(blocksOf)
  .filter((block) => block.language === 'ts' && isRun(block) && !isSource(block))

/** Sources that a page shows as they are. */
const sources = pages().flatMap(blocksOf).filter(isSource)

function isSource(block: Block): boolean {
  return fileNameOf(block)?.startsWith('src/') ?? false
}

/** What Playwright runs is in playwright.test.ts. */
const isTest = (block: Block) => /^test\(/m.test(block.text) && !block.text.includes("'@playwright/test'")

// Inside the project, so that imports find its packages.
let folder: string

/** For the page on Testcontainers: processes, where an engine would start containers. */
const engine = new Engine()
let dockerHost: string

beforeAll(async () => {
  dockerHost = await engine.listen()
  const cache = join(root, '.cache')
  mkdirSync(cache, { recursive: true })
  folder = mkdtempSync(join(cache, 'docs-'))
  for (const block of blocks) writeFileSync(join(folder, nameOf(block)), block.text)
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: {
      paths: { 'understudy-idp': ['../../src/index.ts'], 'understudy-idp/*': ['../../src/sdk/*.ts'] },
      rewriteRelativeImportExtensions: false,
    },
    include: ['.'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  writeFileSync(join(folder, 'vitest.config.mjs'), vitestConfig)
})

afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

const vitestConfig = `export default {
  resolve: {
    alias: [
      { find: /^understudy-idp$/, replacement: ${JSON.stringify(join(root, 'src/index.ts'))} },
      { find: /^understudy-idp[/](\\w+)$/, replacement: ${JSON.stringify(join(root, 'src/sdk/$1.ts'))} },
    ],
  },
  test: { include: ['*.test.ts'], testTimeout: 30_000, isolate: false },
}
`

function nameOf(block: Block): string {
  const place = `${block.page.replaceAll(/\W+/g, '-')}-${block.line}`
  if (isTest(block)) return `${place}.test.ts`
  return `${place}-${basename(fileNameOf(block) ?? 'module.ts')}`
}

/** Runs a program of a package to its end. */
async function runPackage(bin: string, args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(root, 'node_modules', bin), ...args], {
    cwd: folder,
    env: cleanEnv({ DOCKER_HOST: dockerHost, DOCKER_CONFIG: folder, TESTCONTAINERS_RYUK_DISABLED: 'true' }),
  }).catch((error: { stdout?: string; stderr?: string }) => {
    throw new Error(`${error.stdout}\n${error.stderr}`)
  })
  return stdout
}

test.each(sources)('$page:$line shows the source as it is', (block) => {
  expect(block.text).toBe(readFileSync(join(root, fileNameOf(block) ?? ''), 'utf8'))
})

test('every block of TypeScript is a test, or a file', () => {
  const neither = blocks.filter((block) => !isTest(block) && fileNameOf(block) === undefined)

  expect(neither.map(({ page, line }) => `${page}:${line}`)).toEqual([])
})

test('every block of TypeScript fits the types', async () => {
  await expect(runPackage('typescript/bin/tsc', ['-p', '.'])).resolves.toBe('')
}, 60_000)

test('every test on the pages passes', async () => {
  const report = await runPackage('vitest/vitest.mjs', ['run', '--root', folder, '--reporter=json'])

  const { numPassedTests, success } = JSON.parse(report) as { numPassedTests: number; success: boolean }
  expect(success).toBe(true)
  expect(numPassedTests).toBeGreaterThanOrEqual(blocks.filter(isTest).length)
}, 120_000)

test.each(blocks.filter((block) => block.text.includes('defineFixtures')))(
  'the fixtures module of $page:$line can be served',
  async (block) => {
    const { code, stderr } = await command(['validate', join(folder, nameOf(block))])

    expect(code, stderr).toBe(0)
  },
)
