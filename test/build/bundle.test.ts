import { execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { cleanEnv } from '../cli/run.ts'

const execute = promisify(execFile)
const dist = join(import.meta.dirname, '../../dist')

test('the built command tells mistakes with their places', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'understudy-bundle-')), 'wrong.yaml')
  writeFileSync(file, 'users:\n  - { username: alice, passwrd: x }\n')

  const running = execute(process.execPath, [join(dist, 'cli.js'), 'validate', file], { env: cleanEnv() })

  await expect(running).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/wrong\.yaml:2:24 users\[0\]\.passwrd: unknown key/),
  })
})

test('the built library serves the types of its files, and does without the fetch of Node', async () => {
  const program = `
    import { startUnderstudy } from ${JSON.stringify(join(dist, 'index.js'))}
    // An import of it would load fetch.
    const { get } = process.getBuiltinModule('node:http')
    const idp = await startUnderstudy()
    const ask = (path) => new Promise((resolve) => get(idp.url + path, resolve))
    const answers = [await ask('/.well-known/openid-configuration'), await ask('/device')]
    const fetchIsLoaded = process.moduleLoadList.some((name) => name.includes('undici'))
    console.log(JSON.stringify([fetchIsLoaded, ...answers.map(({ headers }) => headers['content-type'])]))
    process.exit()
  `

  const { stdout } = await execute(process.execPath, ['--input-type=module', '-e', program], { env: cleanEnv() })

  expect(JSON.parse(stdout)).toEqual([false, 'application/json; charset=utf-8', 'text/html; charset=utf-8'])
})
