/** Bundles the command and all that the package exports into dist/, with declarations and the licences of what is in them. */
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { build, type Plugin } from 'esbuild'
import manifest from '../package.json' with { type: 'json' }
import { bundleClient } from './client-bundle.ts'
import { declare } from './declarations.ts'
import { joinChunks } from './joined-chunks.ts'
import { leanPackages } from './lean.ts'
import { licencesOf } from './licences.ts'
import { requireEdited } from './package-edits.ts'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

/**
 * Lets a source find the files of the package (views, assets) as it does in a checkout.
 *
 * A bundle lies in dist/, so there `import.meta.dirname` is spelled as the source's own folder, seen from dist/.
 */
const ownFolders: Plugin = {
  name: 'own-folders',
  setup(bundler) {
    bundler.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, function spellOwnFolder({ path }) {
      const source = readFileSync(path, 'utf8')
      const folder = relative(root, dirname(path)).replaceAll('\\', '/')
      const contents = source
        .replaceAll('import.meta.dirname', `(import.meta.dirname + '/../${folder}')`)
        .replaceAll(
          'import.meta.url',
          `new URL('../${relative(root, path).replaceAll('\\', '/')}', import.meta.url).href`,
        )
      return { contents, loader: 'ts' }
    })
  },
}

/**
 * Takes `node:http` by `require`, also where a source imports it.
 *
 * An import reads every export of the module at once, and one of them makes Node load its whole fetch: 25 ms of a start.
 */
const lazyHttp: Plugin = {
  name: 'lazy-http',
  setup(bundler) {
    bundler.onResolve({ filter: /^(?:node:)?http$/ }, function takeOver({ kind }) {
      return kind === 'require-call' ? undefined : { path: 'node:http', namespace: 'lazy-http' }
    })
    bundler.onLoad({ filter: /.*/, namespace: 'lazy-http' }, () => ({
      contents: "module.exports = require('node:http')",
    }))
  },
}

/** What the package exports: sources within src/, by the name of their bundle. */
const library = {
  index: 'index.ts',
  vitest: 'sdk/vitest.ts',
  playwright: 'sdk/playwright.ts',
  testcontainers: 'sdk/testcontainers.ts',
}

/** What is the user's own, and there where a helper for it is used. */
const runners = Object.keys(manifest.peerDependencies)

/** Sources within src/ that are loaded from outside, by the name of their bundle. */
const entries = { cli: 'cli/main.ts', ...library }

async function bundle(): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, source]) => [name, `src/${source}`])),
    outdir: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.18',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'inline',
    metafile: true,
    logLevel: 'warning',
    external: runners,
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    plugins: [ownFolders, lazyHttp, ...leanPackages],
  })
  requireEdited(Object.keys(metafile.inputs))
  const outputs = Object.entries(metafile.outputs)
  const [server] = outputs.find(([, { entryPoint }]) => entryPoint === 'src/server.ts') ?? []
  if (server === undefined) throw new Error('Failed to bundle: the server is no chunk of its own any more.')
  await joinChunks(dist, Object.keys(entries), basename(server, '.js'))
  return Object.keys(metafile.inputs)
}

rmSync(dist, { recursive: true, force: true })
const inputs = await bundle()
await bundleClient(root, dist)
chmodSync(join(dist, 'cli.js'), 0o755)
writeFileSync(join(dist, 'THIRD-PARTY-LICENCES.txt'), licencesOf(root, inputs))
await declare(root, dist, { ...library, client: 'sdk/client.ts' }, runners)
