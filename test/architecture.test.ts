import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

interface Cruise {
  modules: { source: string; dependencies: { resolved: string }[] }[]
  summary: { violations: { from: string; to: string; rule: { name: string } }[] }
}

/** What the cruiser finds in `src` of a folder, under this repository's law. */
async function cruise(folder: string): Promise<Cruise> {
  const law = join(root, '.dependency-cruiser.cjs')
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [cruiser, '--config', law, '--output-type', 'json', 'src'],
    { cwd: folder, maxBuffer: 64 * 2 ** 20 },
  )
  return JSON.parse(stdout)
}

/** Every `rule: from -> to` that is broken. */
function brokenLaws({ summary }: Cruise): string[] {
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)
}

const planted: Record<string, string> = {
  'src/index.ts': "import './utils/text.ts'\nimport './server.ts'\nimport 'a-package-that-nobody-has'\n",
  'src/server.ts': "import './issuer/issuer.ts'\nimport '../test/arranged.ts'\n",
  'src/issuer/issuer.ts': "import type { Configuration } from 'oidc-provider'\nexport type C = Configuration\n",
  'src/domain/user.ts': "export * from './client.ts'\n",
  'src/domain/client.ts':
    "import type { User } from './user.ts'\nexport type C = User\nexport type { Store } from '../store/store.ts'\n",
  'src/store/store.ts': "export interface Store { name: string }\nexport const later = () => import('../server.ts')\n",
  'src/faults/fault.ts': "import { personas } from '../personas/catalog.ts'\nexport const faults = personas\n",
  'src/personas/catalog.ts': 'export const personas = []\n',
  'src/personas/forgotten.ts': 'export const forgotten = 1\n',
  'src/utils/text.ts': 'export const text = 1\n',
  'test/arranged.ts': 'export const arranged = 1\n',
}

test('sources obey the law of imports', async () => {
  const broken = brokenLaws(await cruise(root))

  expect(broken).toEqual([])
})

test('the law catches what breaks it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-law-'))
  try {
    for (const [path, source] of Object.entries(planted)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), source)
    }
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))

    const broken = brokenLaws(await cruise(folder))

    const provider = broken.find((law) => law.startsWith('only-provider-knows-oidc-provider: src/issuer/issuer.ts'))
    expect(provider).toBeDefined()
    expect(broken).toEqual(
      expect.arrayContaining([
        'domain-imports-only-from-below: src/domain/client.ts -> src/store/store.ts',
        'store-imports-only-from-below: src/store/store.ts -> src/server.ts',
        'faults-imports-only-from-below: src/faults/fault.ts -> src/personas/catalog.ts',
        'no-cycles: src/domain/client.ts -> src/domain/user.ts',
        'no-orphans: src/personas/forgotten.ts -> src/personas/forgotten.ts',
        'every-file-has-a-room: src/index.ts -> src/utils/text.ts',
        'src-stands-alone: src/server.ts -> test/arranged.ts',
        'no-unresolvable: src/index.ts -> a-package-that-nobody-has',
      ]),
    )
  } finally {
    await rm(folder, { recursive: true })
  }
})

/** All files that a file imports, directly or by way of others. */
function reachableFrom(source: string, { modules }: Cruise): Set<string> {
  const reached = new Set([source])
  // A set hands out what is added while it is walked.
  for (const file of reached) {
    const found = modules.find((module) => module.source === file)
    for (const { resolved } of found?.dependencies ?? []) reached.add(resolved)
  }
  return reached
}

test.each([
  ['src/faults/catalog.ts', 'src/faults/{answer,callback,connection,endpoint,keys,metadata,state,token}/**/*.ts'],
  ['src/personas/catalog.ts', 'src/personas/*.ts'],
])('%s misses no file that declares one of its kind', async (catalog, pattern) => {
  const declares = async (file: string) =>
    /^export const .*\bdefine[A-Z]/ms.test(await readFile(join(root, file), 'utf8'))
  const all = globSync(pattern, { cwd: root })
  const declared = await Promise.all(all.map(declares))
  const files = all.filter((_, index) => declared[index])

  const reached = reachableFrom(catalog, await cruise(root))

  expect(files).not.toEqual([])
  expect(files.filter((file) => !reached.has(file))).toEqual([])
})

const sources = 'src/**/*.ts'
// What a browser gets; a file that the command line writes for an editor may name a schema's address.
const pages = ['src/http/**/*.ts', 'views/**/*.ejs', 'public/**/*.{css,js,svg,html}']

/** What no file of a kind may say, and why. */
const forbidden: [reason: string, files: string | string[], pattern: RegExp][] = [
  [
    'a page that loads from another host works only online',
    pages,
    /<(?:script|link|img|iframe|source|use|object|embed)\b[^>]*(?:src|href|data)\s*=\s*["']?(?:https?:)?\/\/|(?:url\(|@import)\s*["']?(?:https?:)?\/\//i,
  ],
  [
    'a content network is another host',
    pages,
    /\b(?:unpkg\.com|jsdelivr\.net|cdnjs\.|esm\.sh|skypack\.dev|googleapis\.com|gstatic\.com|bootstrapcdn\.com)/i,
  ],
  [
    'the compiler is not to be silenced without a reason',
    sources,
    /@ts-(?:ignore|nocheck)|@ts-expect-error\s*$|biome-ignore-all/m,
  ],
  ['unfinished work is not shipped', [sources, ...pages], /\b(?:TODO|FIXME|XXX)\b/],
  ['Node 22 cannot parse it', sources, /^\s*(?:await\s+)?using\s+\w+\s*=/m],
]

test.each(forbidden)('nothing shipped is forbidden: %s', async (_reason, patterns, pattern) => {
  const files = globSync(patterns, { cwd: root })

  const offenders = []
  for (const file of files) if (pattern.test(await readFile(join(root, file), 'utf8'))) offenders.push(file)

  expect(files).not.toEqual([])
  expect(offenders).toEqual([])
})
