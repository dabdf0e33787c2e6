import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
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
  expect(stdout).toMatch(/Sample resources\n {2}\/api\/user +GET needs email:read\n/)
  expect(stdout).toMatch(/Default users\n {2}dora \/ \(any password\)\n/)
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
  const written = await readFile(join(folder, 'fixtures.yaml'), 'utf8')
  expect(written).toMatch(new RegExp(`^(?:persona|  extends): ${name}$`, 'm'))
  // What is there to be chosen is there to be uncommented.
  await writeFile(join(folder, 'fixtures.yaml'), written.replace(/^ {2}# /gm, '  '))
  const uncommented = await run(['validate', 'fixtures.yaml'], { cwd: folder })
  expect(uncommented).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('1 user, 1 client') })
})

test('the password of a default user is told', async () => {
  expect((await run(['personas', 'digital-dj-pool'])).stdout).toContain('dj-dana / turntable')
})

test('fixtures that init writes for generic are ready to be used', async () => {
  await run(['init', '--persona', 'generic'], { cwd: folder })
  await using idp = await startUnderstudy({ fixtures: join(folder, 'fixtures.yaml') })

  const body = new URLSearchParams({
    grant_type: 'password',
    username: 'alice',
    password: 'wonderland',
    scope: 'openid',
  })
  const authorization = `Basic ${Buffer.from('demo-app:demo-secret').toString('base64')}`
  const answer = await fetch(`${idp.origin}/token`, { method: 'POST', headers: { authorization }, body })

  expect(answer.status).toBe(200)
})

test('a persona needs no file at all', async () => {
  await using idp = await startUnderstudy({ persona: 'dlive' })

  const authorization = `Basic ${Buffer.from('demo-app:demo-secret').toString('base64')}`
  const body = new URLSearchParams({ grant_type: 'client_credentials' })
  const answer = await fetch(`${idp.origin}/o/token`, { method: 'POST', headers: { authorization }, body })

  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ token_type: 'Bearer', expires_in: 2_592_000 })
})
