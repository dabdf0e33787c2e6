import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadFixtures } from '../../src/fixtures/load.ts'
import { parseYaml } from '../../src/fixtures/yaml.ts'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { type Block, blocksOf, fileNameOf, isRun, matches, pages, root, titleOf } from './blocks.ts'
import { expectCompose } from './compose.ts'
import { Shell } from './shell.ts'
import { toolchainOf, toolchains } from './toolchains.ts'

/** Blocks that no test can run, by their first line: they install, hold the store of the checkout, ask an API or an app of the reader's, or need what Debian has not got. */
const notRun = [
  'README.md: npm ci && npm start',
  'README.md: npm ci && npm test',
  'CONTRIBUTING.md: npm ci            # brings Node 24 along for all npm scripts',
  'docs/exam.md: npx understudy exam api --url http://localhost:8080/me --client web-app --user alice',
  "docs/exam.md: npx understudy exam client --login-url http://localhost:3000/login --client web-app --user alice --expect 'Sign out'",
  'docs/getting-started.md: npm ci && npm start',
  'docs/languages/java.md: final class Understudy extends GenericContainer<Understudy> {',
  'docs/languages/java.md: @SpringBootTest(webEnvironment = RANDOM_PORT)',
]

const example = join(root, 'data/fixtures.yaml')

test('what is not run is known', () => {
  const said = pages()
    .flatMap(blocksOf)
    .filter((block) => !isRun(block))

  expect(said.map(({ page, text }) => `${page}: ${text.split('\n', 1)[0]}`)).toEqual(notRun)
})

test('every block says its language', () => {
  const known = new Set(['sh', 'console', 'yaml', 'json', 'ts', 'text', 'python', 'go', 'java'])
  const strangers = pages()
    .flatMap(blocksOf)
    .filter(({ language }) => !known.has(language))

  expect(strangers.map(({ page, line, language }) => `${page}:${line} ${language}`)).toEqual([])
})

test('what the toolchains need is what a bare machine installs', () => {
  const listed = readFileSync(join(root, 'scripts/language-packages.txt'), 'utf8').trim().split('\n')

  expect(toolchains.flatMap(({ packages }) => packages).sort()).toEqual(listed)
})

for (const page of pages()) {
  const blocks = blocksOf(page).filter((block) => isRun(block) && isExecuted(block))
  if (blocks.length === 0) continue
  const missing = missingFor(blocks)
  if (missing === undefined) describe.sequential(page, () => runPage(blocks))
  else skipPage(page, missing)
}

/** The packages without which a page cannot be run; undefined where everything is there. */
function missingFor(blocks: readonly Block[]): string | undefined {
  const toolchain = toolchainOf(blocks)
  return toolchain === undefined || toolchain.find() !== undefined ? undefined : toolchain.packages.join(' ')
}

/** Where the tests must not miss anything, a page that cannot be run fails them. */
function skipPage(page: string, missing: string): void {
  const why = `not run: it needs ${missing} (apt-get install)`
  test(`${page} is ${why}`, ({ skip }) => {
    if (process.env.CI !== undefined) throw new Error(`Failed to run ${page}: it needs ${missing}. Install them.`)
    process.stderr.write(`${page} was ${why}\n`)
    skip(why)
  })
}

function isExecuted({ language, words }: Block): boolean {
  return ['sh', 'console', 'yaml', 'json', 'python', 'go'].includes(language) || words.includes('answer')
}

/** Sources of another language are files, for the commands that follow on the page. */
function isSource({ language }: Block): boolean {
  return ['python', 'go'].includes(language)
}

/** The blocks of a page in order, as a reader with a server of his own would follow them. */
function runPage(blocks: readonly Block[]): void {
  const toolchain = toolchainOf(blocks)
  let idp: Understudy
  let shell: Shell
  let last = ''

  beforeAll(async () => {
    idp = await startUnderstudy({ fixtures: example })
    shell = new Shell({ port: Number(new URL(idp.url).port), toolchain })
    mkdirSync(join(shell.folder, 'data'))
    copyFileSync(example, join(shell.folder, 'data/fixtures.yaml'))
  })

  afterAll(async () => {
    await shell.close()
    await idp.close()
  })

  for (const block of blocks) {
    test(titleOf(block), { timeout: toolchain?.limitMs }, async () => {
      const file = fileNameOf(block)
      if (file !== undefined) write(join(shell.folder, file), block.text)
      if (block.language === 'sh') last = await runShell(shell, block)
      else if (block.language === 'console') await runConsole(shell, block)
      else if (block.words.includes('answer')) expectAnswer(last, block)
      else if (isSource(block)) expect(file).toBeDefined()
      else await expectData(block, shell.folder)
    })
  }
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

async function runShell(shell: Shell, { text, words }: Block): Promise<string> {
  const { code, output } = await (words.includes('serve') ? shell.serve(text, words.includes('keep')) : shell.run(text))
  expect(code, output).toBe(words.includes('fails') ? 1 : 0)
  return output
}

/** Commands after `$`, each with what it prints; `…` stands for anything. */
async function runConsole(shell: Shell, { text }: Block): Promise<void> {
  for (const [, command = '', expected = ''] of text.matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gm)) {
    const { output } = await shell.run(`${command} || true`)
    expectOutput(output, expected)
  }
}

/** What the last block of `sh` printed: JSON may have members that the page leaves out, and `…` is anything. */
function expectAnswer(output: string, { language, text }: Block): void {
  if (language !== 'json') {
    expectOutput(output, text)
    return
  }
  const wanted = JSON.parse(text, (_, value) => (value === '…' ? expect.anything() : value))
  expect(JSON.parse(output)).toMatchObject(wanted)
}

function expectOutput(output: string, expected: string): void {
  expect(matches(output, expected), `expected:\n${expected}\nprinted:\n${output}`).toBe(true)
}

/** YAML and JSON are fixtures on top of the documented example, unless they are something else that is known. */
async function expectData({ text, words }: Block, folder: string): Promise<void> {
  const parsed = parseYaml(text)
  if (typeof parsed === 'object' && parsed !== null && 'services' in parsed) return expectCompose(parsed)
  if (Array.isArray(parsed)) return
  const own = join(folder, fileNameOf({ words } as Block) ?? 'snippet.yaml')
  write(own, text)
  const paths = words.includes('whole') ? [own] : [example, own]
  const loading = loadFixtures({ paths, env: {} })
  if (words.includes('broken')) await expect(loading).rejects.toMatchObject({ code: 'ERR_FIXTURES_INVALID' })
  else await expect(loading).resolves.toBeDefined()
}
