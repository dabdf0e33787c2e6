import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from './run.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-init-'))
})
afterEach(() => rm(folder, { recursive: true }))

const written = () => readFile(join(folder, 'fixtures.yaml'), 'utf8')

test('init writes fixtures that are valid and know their schema', async () => {
  const ran = await run(['init'], { cwd: folder })
  const valid = await run(['validate', 'fixtures.yaml'], { cwd: folder })

  expect(ran).toEqual({
    code: 0,
    stdout: 'wrote fixtures.yaml; serve it with: understudy start --fixtures fixtures.yaml\n',
    stderr: '',
  })
  expect(await written()).toMatch(/^# yaml-language-server: \$schema=https:\/\/.*\/fixtures\.schema\.json\n/)
  expect((await written()).match(/yaml-language-server/g)).toHaveLength(1)
  expect(valid).toMatchObject({ code: 0, stderr: '' })
})

test('init prints JSON where it is asked to', async () => {
  const { stdout } = await run(['init', '--json'], { cwd: folder })

  expect(JSON.parse(stdout)).toEqual({ wrote: 'fixtures.yaml' })
})

test('init names the schema of an installed package', async () => {
  const installed = join(folder, 'node_modules/understudy-idp')
  await mkdir(installed, { recursive: true })
  await writeFile(join(installed, 'fixtures.schema.json'), '{}')

  await run(['init'], { cwd: folder })

  expect(await written()).toMatch(
    /^# yaml-language-server: \$schema=\.\/node_modules\/understudy-idp\/fixtures\.schema\.json\n/,
  )
})

test('init overwrites nothing unless it is forced to', async () => {
  await writeFile(join(folder, 'fixtures.yaml'), 'mine: true\n')

  const refused = await run(['init'], { cwd: folder })
  const kept = await written()
  const forced = await run(['init', '--force'], { cwd: folder })

  expect(refused).toEqual({
    code: 1,
    stdout: '',
    stderr: 'error: Failed to write fixtures.yaml: it exists. Overwrite it with --force.\n',
  })
  expect(kept).toBe('mine: true\n')
  expect(forced.code).toBe(0)
  expect(await written()).toContain('users:')
})
