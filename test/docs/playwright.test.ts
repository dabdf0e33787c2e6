import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startUnderstudy } from '../../src/sdk/start.ts'
import { browserOptions } from '../browser.ts'
import { cleanEnv } from '../cli/run.ts'
import { createApp } from '../sdk/playwright-project/app.ts'
import { fixturesFor } from '../sdk/playwright-project/fixtures.ts'
import { blocksOf, fileNameOf, pages, root } from './blocks.ts'

const execute = promisify(execFile)

test('what is for Playwright on the pages passes there', async () => {
  const specs = pages()
    .flatMap(blocksOf)
    .filter((block) => fileNameOf(block)?.endsWith('.spec.ts'))
  let issuer = ''
  const app = createApp(() => issuer).listen(0)
  await once(app, 'listening')
  const baseURL = `http://localhost:${(app.address() as AddressInfo).port}`
  await using idp = await startUnderstudy({ fixtures: fixturesFor(baseURL), env: {} })
  issuer = idp.url
  const folder = folderWith({
    ...Object.fromEntries(specs.map((block) => [fileNameOf(block), block.text])),
    'playwright.config.mjs': `export default { outputDir: 'test-results', workers: 2, reporter: 'line', use: ${JSON.stringify({ baseURL, launchOptions: await browserOptions() })} }`,
    'tsconfig.json': JSON.stringify({ compilerOptions: { paths: { 'understudy-idp/*': ['../../src/sdk/*.ts'] } } }),
  })

  const args = [join(root, 'node_modules/@playwright/test/cli.js'), 'test']
  const running = execute(process.execPath, args, { cwd: folder, env: cleanEnv({ IDP_URL: idp.origin }) })
  const { stdout } = await running.catch((error: { stdout: string }) => error)

  expect(stdout).toMatch(/^ +3 passed/m)
  expect(stdout).not.toMatch(/failed/)
  // Left out, it would be beside the nearest package.json: in the project itself.
  expect(existsSync(join(folder, 'test-results'))).toBe(true)
  app.close()
  rmSync(folder, { recursive: true })
}, 180_000)

/** Inside the project, so that imports find its packages. */
function folderWith(files: Record<string, string>): string {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, '.cache/docs-playwright-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}
