import { build, type Metafile } from 'esbuild'
import { expect, test } from 'vitest'

/** The sources that are loaded with an entry, without what it imports later. */
function sourcesLoadedWith(entry: string, { outputs }: Metafile): Set<string> {
  const [start] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === entry) ?? []
  const files = new Set([start ?? ''])
  for (const file of files) {
    for (const { path, kind } of outputs[file]?.imports ?? []) if (kind === 'import-statement') files.add(path)
  }
  const inputs = [...files].flatMap((file) => Object.entries(outputs[file]?.inputs ?? {}))
  return new Set(inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path))
}

test('a start loads neither the routes of the admin API, nor their schemas, nor their description', async () => {
  const entry = 'src/server.ts'
  const { metafile } = await build({
    entryPoints: [entry],
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    write: false,
    metafile: true,
  })

  const loaded = sourcesLoadedWith(entry, metafile)

  expect(loaded).toContain('src/http/admin/admin.ts')
  const admin = [...loaded].filter((path) => path.startsWith('src/http/admin/'))
  expect(admin.sort()).toEqual(['src/http/admin/admin.ts', 'src/http/admin/origin.ts'])
  const schemas = [...loaded].filter((path) => /^src\/control\/[\w-]+\.ts$/.test(path))
  expect(schemas.sort()).toEqual(['check', 'in-process', 'version', 'whose'].map((name) => `src/control/${name}.ts`))
})
