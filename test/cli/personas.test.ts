import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startUnderstudy } from '../../src/index.ts'
import { personas } from '../../src/personas/catalog.ts'
import { run } from './run.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-personas-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('a persona tells what is special about it', async () => {
  const { code, stdout } = await run(['personas', 'dlive'])

  expect(code).toBe(0)
  expect(stdout).toContain('/o/authorize')
  expect(stdout).toContain('email:read')
  expect(stdout).toMatch(/expiry: zero \| true \(zero\)/)
  expect(stdout).toContain('demo-app / demo-secret')
})

test('a mistyped persona is guessed', async () => {
  expect(await run(['personas', 'dlvie'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'error: Failed to find the persona "dlvie": there is none. Did you mean "dlive"?\n',
  })
})

test.each(personas.map(({ name }) => name))('init --persona %s writes fixtures that are valid', async (name) => {
  const ran = await run(['init', '--persona', name], { cwd: folder })
  const valid = await run(['validate', 'fixtures.yaml'], { cwd: folder })

  expect(ran.code).toBe(0)
  expect(valid).toMatchObject({ code: 0, stderr: '' })
  expect(await readFile(join(folder, 'fixtures.yaml'), 'utf8')).toContain(`persona: ${name}\n`)
})

test('a persona needs no file at all', async () => {
  await using idp = await startUnderstudy({ persona: 'dlive' })

  const authorization = `Basic ${Buffer.from('demo-app:demo-secret').toString('base64')}`
  const body = new URLSearchParams({ grant_type: 'client_credentials' })
  const answer = await fetch(`${idp.origin}/o/token`, { method: 'POST', headers: { authorization }, body })

  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ token_type: 'Bearer', expires_in: 2_592_000 })
})
