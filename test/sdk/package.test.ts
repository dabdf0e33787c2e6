import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { cleanEnv } from '../cli/run.ts'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '../..')
/** A project of somebody else's, which has installed the package, and none of what it is made of. */
const project = mkdtempSync(join(tmpdir(), 'understudy-package-'))
const installed = join(project, 'node_modules', manifest.name)
let tarball: string

beforeAll(async () => {
  if (!existsSync(join(root, 'dist/client.cjs'))) throw new Error('There is no dist/: npm run build makes it')
  const { stdout } = await execute('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
    cwd: root,
  })
  tarball = join(project, (JSON.parse(stdout) as [{ filename: string }])[0].filename)
  mkdirSync(installed, { recursive: true })
  await execute('tar', ['-xzf', tarball, '--strip-components=1', '-C', installed])
  for (const name of [...Object.keys(manifest.peerDependencies), '@types/node', 'undici-types']) {
    mkdirSync(dirname(join(project, 'node_modules', name)), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name))
  }
  cpSync(join(import.meta.dirname, 'package'), project, { recursive: true })
  // The same text, as a CommonJS module.
  cpSync(join(project, 'required.ts'), join(project, 'required.cts'))
}, 60_000)

afterAll(() => rmSync(project, { recursive: true }))

/** Runs a program of the project, by the Node that is given. */
async function run(program: string, args: string[] = [], node = process.execPath): Promise<string> {
  const ran = execute(node, [join(project, program), ...args], { cwd: project, env: cleanEnv() })
  const { stdout } = await ran.catch(({ stdout, stderr }) => Promise.reject(new Error(stdout + stderr)))
  return stdout
}

test('what is packed is what is needed', () => {
  expect(readdirSync(installed).toSorted()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'bin',
    'data',
    'dist',
    'fixtures.schema.json',
    'openapi.json',
    'package.json',
    'public',
    'views',
  ])
  expect(readFileSync(join(installed, 'dist/THIRD-PARTY-LICENCES.txt'), 'utf8')).toContain('oidc-provider')
})

describe('the remote half', () => {
  let server: ChildProcess
  let url: string

  beforeAll(async () => {
    const args = [join(installed, 'bin/understudy.js'), 'start', '--port', '0']
    server = spawn(process.execPath, args, { cwd: project, env: cleanEnv(), stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(createInterface({ input: server.stdout as NodeJS.ReadableStream }), 'line')) as [string]
    url = /https?:\/\/[^\s,)]+/.exec(line)?.[0] ?? ''
  })

  afterAll(async () => {
    server.kill('SIGTERM')
    await once(server, 'exit')
  })

  const node18 = join(root, 'node_modules/node-18/node_modules/node/bin/node')

  test.each([
    ['an ES module, on Node 18', 'esm.mjs', node18],
    ['a CommonJS module, on Node 18', 'commonjs.cjs', node18],
    ['an ES module, on this Node', 'esm.mjs', process.execPath],
    ['a CommonJS module, on this Node', 'commonjs.cjs', process.execPath],
  ])('in %s', async (_, program, node) => {
    const { version, ...found } = JSON.parse(await run(program, [url], node)) as { version: string }

    expect(version).toMatch(node === node18 ? /^v18\./ : /^v2\d\./)
    expect(found).toEqual({
      refused: 401,
      fired: 1,
      armed: [],
      released: { released: 1, waiting: 0 },
      held: 200,
      outage: 503,
      advanced: 31 * 86_400,
      skewed: -90,
      isLater: true,
      code: true,
      wrong: 'ERR_LOGIN_FAILED',
      grants: ['web'],
      cookies: true,
      sessions: ['alice', 'bob'],
      deliveries: ['web'],
      pending: 1,
      minted: ['access_token', 'decoded', 'expires_in', 'scope', 'token_type'],
      keys: true,
      put: [true, true, true],
      patched: 1,
      users: 4,
      requests: 3,
      followed: true,
      tagged: true,
      verified: true,
      unmet: expect.stringMatching(/^Failed to verify/),
      reset: [2, true],
      issuers: true,
      gone: true,
      unreachable: 'ERR_SERVER_UNREACHABLE',
    })
  })
})

test('the server, and each helper, loads with no package beside it but its own runner', async () => {
  const loaded = JSON.parse(await run('everything.mjs')) as Record<string, string[]>

  expect(Object.keys(loaded)).toEqual(Object.keys(manifest.exports).map((path) => path.replace(/^\./, manifest.name)))
  expect(loaded).toMatchObject({
    'understudy-idp': [
      'BrokenClient',
      'RefusedLogin',
      'UnderstudyError',
      'asJunit',
      'clientRows',
      'connect',
      'defineFixtures',
      'everyClientRow',
      'examineApi',
      'examineClient',
      'loginByBrowser',
      'loginByCommand',
      'startUnderstudy',
      'unmetByClients',
    ],
    'understudy-idp/client': ['UnderstudyError', 'connect'],
    'understudy-idp/vitest': ['understudy'],
    'understudy-idp/playwright': ['signIn', 'storageState', 'understudy'],
    'understudy-idp/testcontainers': ['StartedUnderstudyContainer', 'UnderstudyContainer'],
  })
})

test('publint finds nothing', async () => {
  const { messages, pkg } = await publint({ pkgDir: installed, pack: false, strict: true })

  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
})

test('the types are those of what is loaded, for imports and for require', async () => {
  const analysis = await checkPackage(createPackageFromTarballData(readFileSync(tarball)))

  const problems = 'problems' in analysis ? analysis.problems : [analysis]
  // Node 10 has no exports, and what is an ES module alone says so; Node 22 requires one nonetheless.
  const known = problems.filter(
    (problem) =>
      'resolutionKind' in problem &&
      (problem.resolutionKind === 'node10' ||
        (problem.kind === 'CJSResolvesToESM' && problem.entrypoint !== './client')),
  )
  expect(problems.filter((problem) => !known.includes(problem))).toEqual([])
}, 60_000)

describe('a project in TypeScript', () => {
  const compilers = { 'TypeScript 6': '@typescript/typescript6/bin/tsc6', 'TypeScript 7': 'typescript/bin/tsc' }
  const settings = [
    ['TypeScript 6', 'nodenext'],
    ['TypeScript 7', 'nodenext'],
    ['TypeScript 7', 'preserve'],
  ] as const

  test.each(settings)(
    'is compiled by %s with module %s, libraries and all',
    async (compiler, module) => {
      const resolution = module === 'nodenext' ? 'nodenext' : 'bundler'
      const config = {
        compilerOptions: {
          module,
          moduleResolution: resolution,
          target: 'es2023',
          lib: ['es2023', 'esnext.disposable', 'dom', 'dom.iterable'],
          types: ['node'],
          strict: true,
          skipLibCheck: false,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          noEmit: true,
        },
        files: ['consumer.ts', 'tests.ts', ...(module === 'nodenext' ? ['required.cts'] : [])],
      }
      const file = join(project, `tsconfig.${module}.json`)
      writeFileSync(file, JSON.stringify(config))

      const args = [join(root, 'node_modules', compilers[compiler]), '-p', file]
      const compiling = execute(process.execPath, args, { cwd: project }).catch(({ stdout }) => ({ stdout }))

      expect((await compiling).stdout).toBe('')
    },
    180_000,
  )
})
